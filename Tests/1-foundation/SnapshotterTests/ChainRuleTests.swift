import OmniSnapshotter
import OmniTime
import Testing

@Suite("ChainRule")
struct ChainRuleTests {
  /// 1 ns for each byte, 100 ns for each event.
  let rates = RestoreRates(picosecondsPerByte: 1_000, picosecondsPerEvent: 100_000)

  @Test func `each limit asks for a base when it is passed, the first that holds`() {
    let rule = ChainRule(
      deltasMax: 4, deltaPercentMax: 50, restoreTimeMax: Interval(nanoseconds: 2_400))
    let table: [(deltas: Int, base: UInt64, delta: UInt64, events: UInt64, ChainRule.Reason?)] = [
      (1, 1_000, 0, 0, nil), (4, 1_000, 500, 9, nil),
      (5, 1_000, 500, 9, .length), (4, 1_000, 501, 9, .size), (4, 1_000, 500, 10, .time),
      (5, 1_000, 501, 10, .length), (4, 1_000, 501, 10, .size),
      (1, 0, 0, 0, nil), (1, 0, 1, 0, .size), (1, 2_401, 0, 0, .time),
      (1, .max, .max / 2, 0, .time), (1, .max, .max, 0, .size), (1, 1_000, 0, .max, .time),
    ]
    for (deltas, base, delta, events, expected) in table {
      let cost = ChainRule.Cost(
        deltas: deltas, baseBytes: base, deltaBytes: delta, eventsAfter: events)
      #expect(rule.reasonForBase(cost, rates: rates) == expected, "\(cost)")
    }
  }

  @Test func `limits are brought into their bounds`() {
    #expect(ChainRule(deltasMax: -1).deltasMax == 0)
    #expect(ChainRule(deltasMax: .max).deltasMax == ChainRule.deltasLimit)
    let cost = ChainRule.Cost(deltas: 1, baseBytes: 1, deltaBytes: 0, eventsAfter: 0)
    #expect(ChainRule.basesOnly.reasonForBase(cost, rates: rates) == .length)
  }

  @Test func `deltas too large for their base make way for a base`() throws {
    let stream = try name("a")
    let rule = ChainRule(deltasMax: 100, deltaPercentMax: 20)
    var snapshotter = Snapshotter<ShelfOne, _, _>(
      store: MemorySnapshotStore(), log: MemoryEventLog(), configuration: every(1, rule))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    var sizes: [UInt64] = []
    var (base, deltas) = (UInt64(0), UInt64(0))
    for round in 0..<200 {
      let event = Shelf.Event.put(place: UInt8(round % 64), count: Int32(round + 1))
      let report = try snapshotter.append([event], to: &aggregate, now: at(1))
      guard case .written(let kind, let bytes, let reason) = report.snapshot else {
        Issue.record("no snapshot in round \(round)")
        return
      }
      // 64 bytes of head, one of the name and four of the checksum are not the payload's.
      let payload = UInt64(bytes - 69)
      if kind == .base {
        #expect(reason == (round == 0 ? nil : .size))
        sizes.append(deltas)
        (base, deltas) = (payload, 0)
      } else {
        deltas += payload
        #expect(100 * deltas <= 20 * base, "round \(round)")
      }
    }
    #expect(sizes.count > 10)
  }

  @Test func `a bound on the time of restoring is kept by bases`() throws {
    let stream = try name("a")
    let bound = Interval(nanoseconds: 800)
    let rule = ChainRule(deltasMax: 100, deltaPercentMax: 1_000, restoreTimeMax: bound)
    var configuration = every(1, rule)
    configuration.rates = rates
    var snapshotter = Snapshotter<ShelfOne, _, _>(
      store: MemorySnapshotStore(), log: MemoryEventLog(), configuration: configuration)
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    var reasons: [ChainRule.Reason] = []
    for round in 0..<100 {
      let event = Shelf.Event.put(place: UInt8(round % 64), count: 1)
      let report = try snapshotter.append([event], to: &aggregate, now: at(1))
      if case .written(.base, _, let reason?) = report.snapshot { reasons.append(reason) }
      let restored = try snapshotter.rehydrate(stream).report
      #expect(rates.time(bytes: restored.snapshotBytes, events: 1) <= bound, "round \(round)")
    }
    #expect(reasons.count > 5)
    #expect(reasons.allSatisfy { $0 == .time })
  }
}
