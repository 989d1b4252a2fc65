import OmniSnapshotter
import OmniTime
import Testing

@Suite("SnapshotPolicy")
struct SnapshotPolicyTests {
  /// 1,000 ns for each event.
  let rates = RestoreRates(picosecondsPerByte: 0, picosecondsPerEvent: 1_000_000)

  // MARK: The whole table

  /// Each limit unset, not reached, and reached exactly, in every combination with the others.
  @Test func `each limit triggers by itself, and any of them is enough`() {
    let progress = SnapshotPolicy.Progress(events: 10, bytes: 100, snapshotAt: at(50))
    let now = at(60)
    let counts: [(UInt64?, Bool)] = [(nil, false), (11, false), (10, true), (0, true)]
    let times: [(Interval?, Bool)] = [
      (nil, false), (Interval(nanoseconds: 10_000_000_001), false), (.seconds(10), true),
      (.zero, true),
    ]
    let sizes: [(UInt64?, Bool)] = [(nil, false), (101, false), (100, true), (0, true)]
    let costs: [(Interval?, Bool)] = [
      (nil, false), (Interval(nanoseconds: 10_000), false), (Interval(nanoseconds: 9_999), true),
      (.zero, true),
    ]
    var cases = 0
    for (events, byCount) in counts {
      for (interval, byTime) in times {
        for (bytes, bySize) in sizes {
          for (replayTime, byCost) in costs {
            let policy = SnapshotPolicy(
              events: events, interval: interval, bytes: bytes, replayTime: replayTime)
            var expected: SnapshotTriggers = []
            if byCount { expected.insert(.count) }
            if byTime { expected.insert(.time) }
            if bySize { expected.insert(.size) }
            if byCost { expected.insert(.replayCost) }
            #expect(policy.triggers(for: progress, now: now, rates: rates) == expected)
            cases += 1
          }
        }
      }
    }
    #expect(cases == 256)
  }

  @Test func `without events nothing triggers`() {
    let policy = SnapshotPolicy(events: 0, interval: .zero, bytes: 0, replayTime: .zero)
    for snapshotAt in [nil, at(0)] {
      let progress = SnapshotPolicy.Progress(events: 0, bytes: 0, snapshotAt: snapshotAt)
      #expect(policy.triggers(for: progress, now: at(1_000), rates: rates).isEmpty)
    }
  }

  @Test func `without a snapshot the limit of time is reached at once`() {
    let policy = SnapshotPolicy(interval: .days(10))
    let progress = SnapshotPolicy.Progress(events: 1, bytes: 1)
    #expect(policy.triggers(for: progress, now: at(0), rates: rates) == .time)
  }

  @Test func `a clock that was set back reaches no limit, and none stops the program`() {
    let policy = SnapshotPolicy(interval: .seconds(1))
    func triggers(_ last: Timestamp, _ now: Timestamp) -> SnapshotTriggers {
      policy.triggers(
        for: SnapshotPolicy.Progress(events: 1, bytes: 1, snapshotAt: last), now: now,
        rates: rates)
    }
    #expect(triggers(at(60), at(50)).isEmpty)
    #expect(triggers(.distantFuture, .distantPast).isEmpty)
    #expect(triggers(.distantPast, .distantFuture) == .time)
  }

  @Test func `the cost of replaying follows what was measured`() {
    let policy = SnapshotPolicy(replayTime: .milliseconds(1))
    let progress = SnapshotPolicy.Progress(events: 5_000, bytes: 1, snapshotAt: at(0))
    let quick = RestoreRates(picosecondsPerEvent: 200_000)
    let slow = RestoreRates(picosecondsPerEvent: 200_001)
    #expect(policy.triggers(for: progress, now: at(0), rates: quick).isEmpty)
    #expect(policy.triggers(for: progress, now: at(0), rates: slow) == .replayCost)
    let endless = SnapshotPolicy.Progress(events: .max, bytes: .max, snapshotAt: at(0))
    #expect(policy.triggers(for: endless, now: at(0), rates: quick) == .replayCost)
  }
}
