import OmniTelemetry
import OmniTestKit
import Testing

@Suite("LatencyHistogram")
struct LatencyHistogramTests {
  // MARK: Examples

  @Test func `an empty histogram has no figures`() {
    let histogram = LatencyHistogram()
    #expect(histogram.count == 0 && histogram.total == 0)
    #expect(histogram.min == nil && histogram.max == nil && histogram.mean == nil)
    #expect(histogram.percentile(50) == nil)
  }

  @Test func `short times are exact`() {
    var histogram = LatencyHistogram()
    for value in Int64(1)...100 { histogram.record(nanoseconds: value) }
    #expect(histogram.count == 100 && histogram.min == 1 && histogram.max == 100)
    #expect(histogram.mean == 50 && histogram.total == 5050)
    #expect(histogram.percentile(0) == 1 && histogram.percentile(1) == 1)
    #expect(histogram.percentile(50) == 50 && histogram.percentile(50.0001) == 51)
    #expect(histogram.percentile(99) == 99 && histogram.percentile(100) == 100)
  }

  @Test func `a negative time is refused and counted`() {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: -1)
    histogram.record(nanoseconds: .min)
    histogram.record(nanoseconds: 0)
    #expect(histogram.refusedCount == 2 && histogram.count == 1 && histogram.max == 0)
  }

  @Test func `the longest times fit`() {
    var histogram = LatencyHistogram()
    for _ in 0..<3 { histogram.record(nanoseconds: .max) }
    #expect(histogram.percentile(50) == .max && histogram.mean == .max)
    #expect(histogram.total == 3 * Int128(Int64.max))
  }

  @Test func `what was reset is as new`() {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: 12345)
    histogram.record(nanoseconds: -1)
    histogram.reset()
    #expect(histogram == LatencyHistogram())
  }

  @Test func `a copy goes its own way`() {
    var first = LatencyHistogram()
    first.record(nanoseconds: 1)
    var copy = first
    copy.record(nanoseconds: 2)
    #expect(first.count == 1 && copy.count == 2)
  }

  // MARK: Properties

  @Test func `at every power of two the answer is never below and above by less than a 64th`() {
    for exponent in 0..<63 {
      for offset: Int64 in [-1, 0, 1] {
        let value = (Int64(1) << Int64(exponent)) + offset
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: value)
        // A second, longer time, so that the answer is not cut at the longest.
        histogram.record(nanoseconds: .max)
        #expect(isNear(histogram.percentile(50), value), "\(value)")
      }
    }
  }

  @Test func `percentiles agree with sorted samples within a 64th`() throws {
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      let samples = randomTimes(Int.random(in: 1...400, using: &random), using: &random)
      var histogram = LatencyHistogram()
      for sample in samples { histogram.record(nanoseconds: sample) }
      let sorted = samples.sorted()

      #expect(histogram.min == sorted.first && histogram.max == sorted.last, "seed \(seed)")
      #expect(histogram.total == samples.reduce(Int128(0)) { $0 + Int128($1) }, "seed \(seed)")
      // Thousandths of a percent, so that the exact rank is found in whole numbers.
      for thousandths in [0, 1, 1000, 25_000, 50_000, 90_000, 99_000, 99_900, 99_999, 100_000] {
        let rank = max(1, (samples.count * thousandths + 99_999) / 100_000)
        let answer = histogram.percentile(Double(thousandths) / 1000)
        #expect(isNear(answer, sorted[rank - 1]), "seed \(seed), \(thousandths)")
      }
    }
  }

  @Test func `merging parts gives the histogram of the whole`() {
    for seed in UInt64(0)..<30 {
      var random = SeededRandom(seed: seed)
      var whole = LatencyHistogram()
      var parts = [LatencyHistogram](repeating: LatencyHistogram(), count: 3)
      for sample in randomTimes(200, using: &random) {
        let time = sample % 10 == 0 ? -sample : sample
        whole.record(nanoseconds: time)
        parts[Int.random(in: 0..<3, using: &random)].record(nanoseconds: time)
      }
      var merged = LatencyHistogram()
      for part in parts { merged.merge(part) }
      #expect(merged == whole, "seed \(seed)")
    }
  }

  @Test func `what is certainly at most a bound is never too much, and lacks only what is near`() {
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      let samples = randomTimes(200, using: &random)
      var histogram = LatencyHistogram()
      for sample in samples { histogram.record(nanoseconds: sample) }
      for bound in randomTimes(20, using: &random) + [-1, 0, .max] {
        let answer = Int(histogram.count(certainlyAtMost: bound))
        #expect(answer <= samples.count { $0 <= bound }, "seed \(seed), \(bound)")
        let certain = bound < 0 ? -1 : bound - bound / 64 - 1
        #expect(answer >= samples.count { $0 <= certain }, "seed \(seed), \(bound)")
      }
    }
  }

  @Test func `a latency histogram merges into a metric without losing a time`() throws {
    let metric = try MetricsRegistry().histogram(
      "omni_x_nanoseconds", help: "", bounds: [63, 127, 1_000_000])
    var histogram = LatencyHistogram()
    for time: Int64 in [1, 63, 64, 127, 128, 5_000_000] { histogram.record(nanoseconds: time) }
    metric.record(1)
    metric.merge(histogram)
    #expect(metric.snapshot.counts == [3, 2, 1, 1])
    #expect(metric.snapshot.sum == 1 + 1 + 63 + 64 + 127 + 128 + 5_000_000)
  }
}

// MARK: - Words for the tests

/// Never below the exact time, and above it by less than a 64th.
private func isNear(_ answer: Int64?, _ exact: Int64) -> Bool {
  guard let answer, answer >= exact else { return false }
  return Int128(answer - exact) * 64 < Int128(max(exact, 1))
}

/// Times of all magnitudes, as latencies have a long tail.
private func randomTimes(_ count: Int, using random: inout SeededRandom) -> [Int64] {
  (0..<count).map { _ in
    Int64.random(in: 0 ... .max, using: &random) >> Int64.random(in: 0...62, using: &random)
  }
}
