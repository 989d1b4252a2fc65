import OmniCircuitBreaker
import OmniClocks
import OmniNumerics
import OmniTime
import Testing

@Suite("The outcomes that a breaker looks at")
struct OutcomeWindowTests {
  private struct Call {
    let isError: Bool
    let isSlow: Bool
    let instant: MonotonicInstant
  }

  private func sums(_ calls: some Sequence<Call>) -> OutcomeWindow.Sums {
    calls.reduce(into: OutcomeWindow.Sums()) { sums, call in
      sums += .init(calls: 1, errors: call.isError ? 1 : 0, slow: call.isSlow ? 1 : 0)
    }
  }

  private func history(seed: UInt64, stepMax: UInt64) -> [Call] {
    var random = SplitMix64(seed: seed)
    var now = MonotonicInstant(nanoseconds: Int64(random.below(1_000_000)))
    return (0..<600).map { _ in
      now = now + Interval(nanoseconds: Int64(random.below(stepMax)))
      if random.below(40) == 0 { now = now + Interval(nanoseconds: Int64(stepMax) * 30) }
      return Call(
        isError: random.below(3) == 0, isSlow: random.below(4) == 0, instant: now)
    }
  }

  @Test("the last so many, as a list would have them", arguments: 0..<10)
  func count(seed: UInt64) {
    let size = 1 + Int(seed) * 7
    var window = OutcomeWindow(.count(size))
    let calls = history(seed: seed, stepMax: 100)
    for (index, call) in calls.enumerated() {
      window.record(isError: call.isError, isSlow: call.isSlow, at: call.instant)
      #expect(window.sums == sums(calls[...index].suffix(size)))
    }
  }

  @Test("those of the last while, whole buckets, as a list would have them", arguments: 0..<10)
  func time(seed: UInt64) {
    let width: Int64 = 100
    var window = OutcomeWindow(.time(Interval(nanoseconds: width * 5), buckets: 5))
    let calls = history(seed: seed, stepMax: 120)
    for (index, call) in calls.enumerated() {
      window.record(isError: call.isError, isSlow: call.isSlow, at: call.instant)
      let oldest = call.instant.nanoseconds / width - 4
      let kept = calls[...index].filter { $0.instant.nanoseconds / width >= oldest }
      #expect(window.sums == sums(kept))
    }
  }

  @Test("another size keeps what it has room for", arguments: [3, 10, 50])
  func resized(size: Int) {
    let calls = history(seed: 1, stepMax: 100)
    var window = OutcomeWindow(.count(10))
    for call in calls { window.record(isError: call.isError, isSlow: call.isSlow, at: .origin) }
    let other = window.resized(to: .count(size), at: .origin)
    #expect(other.sums == sums(calls.suffix(min(size, 10))))
  }

  @Test("other buckets, and another kind, keep the sums of the window")
  func otherKind() {
    var window = OutcomeWindow(.time(.seconds(10), buckets: 10))
    for second in 0..<10 as Range<Int64> {
      let now = MonotonicInstant(nanoseconds: 100_000_000_000) + .seconds(second)
      window.record(isError: second < 3, isSlow: second > 7, at: now)
    }
    let now = MonotonicInstant(nanoseconds: 109_000_000_000)
    let whole = OutcomeWindow.Sums(calls: 10, errors: 3, slow: 2)
    #expect(window.sums == whole)
    #expect(window.resized(to: .time(.seconds(20), buckets: 4), at: now).sums == whole)
    #expect(window.resized(to: .count(50), at: now).sums == whole)
    let half = window.resized(to: .time(.seconds(5), buckets: 5), at: now)
    #expect(half.sums == .init(calls: 5, errors: 0, slow: 2))
  }
}
