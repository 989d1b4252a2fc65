import OmniNumerics
import Testing

@Suite("RunningMoments")
struct RunningMomentsTests {
  /// With numpy 2.4: `r.mean()`, `r.var()`, `r.var(ddof=1)`, `r.std()`, `r.std(ddof=1)`,
  /// `np.sqrt(np.mean(np.minimum(r - t, 0)**2))` for t = 0 and 0.005.
  @Test func `moments are those of numpy`() {
    let returns = [0.01, -0.02, 0.015, 0.0, 0.03, -0.01, 0.005, -0.025, 0.02, 0.01]
    let moments = RunningMoments(of: returns)

    #expect(moments.count == 10)
    #expect(close(moments.mean, 0.0034999999999999996))
    #expect(close(moments.populationVariance, 0.00027525))
    #expect(close(moments.sampleVariance, 0.00030583333333333336))
    #expect(close(moments.populationDeviation, 0.01659066002303706))
    #expect(close(moments.sampleDeviation, 0.017488091186099567))
    #expect(close(moments.downsideDeviation, 0.010606601717798213))
    #expect(moments.minimum == -0.025 && moments.maximum == 0.03)

    let asked = RunningMoments(of: returns, target: 0.005)
    #expect(close(asked.downsideDeviation, 0.013322912594474228))
  }

  @Test func `figures that are not defined are nil`() {
    var moments = RunningMoments()
    #expect(moments.mean == nil && moments.minimum == nil && moments.maximum == nil)
    #expect(moments.populationVariance == nil && moments.downsideDeviation == nil)

    moments.add(-4)
    #expect(moments.mean == -4 && moments.minimum == -4 && moments.maximum == -4)
    #expect(moments.populationVariance == 0 && moments.sampleVariance == nil)
    #expect(moments.downsideDeviation == 4)
  }

  @Test func `a small spread around a large mean keeps its digits`() {
    let moments = RunningMoments(of: [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])
    #expect(moments.mean == 1e9 + 10)
    #expect(moments.sampleVariance == 30)

    #expect(RunningMoments(of: [0.1, 0.1, 0.1, 0.1, 0.1]).populationVariance == 0)
  }

  @Test func `merging parts is the same as adding all, wherever the cut`() throws {
    for seed in 1...40 {
      var random = SplitMix64(seed: UInt64(seed))
      let values = (0..<Int(random.below(30))).map { _ in random.unitDouble() * 10 - 4 }
      let cut = Int(random.below(UInt64(values.count + 1)))
      let whole = RunningMoments(of: values, target: 1)

      var merged = RunningMoments(of: values[..<cut], target: 1)
      merged.merge(RunningMoments(of: values[cut...], target: 1))

      try #require(merged.count == values.count, "seed \(seed)")
      try #require(merged.minimum == values.min() && merged.maximum == values.max())
      try #require(close(merged.mean, whole.mean), "seed \(seed)")
      try #require(close(merged.sampleVariance, whole.sampleVariance), "seed \(seed)")
      try #require(close(merged.downsideDeviation, whole.downsideDeviation), "seed \(seed)")
    }
  }

  @Test func `moments agree with sums over all samples`() throws {
    for seed in 1...40 {
      var random = SplitMix64(seed: UInt64(seed))
      let values = (0..<(2 + Int(random.below(50)))).map { _ in random.unitDouble() - 0.4 }
      let moments = RunningMoments(of: values)

      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
      try #require(close(moments.mean, mean), "seed \(seed)")
      let variance = squares / Double(values.count - 1)
      try #require(close(moments.sampleVariance, variance), "seed \(seed)")
    }
  }

  private func close(_ left: Double?, _ right: Double?) -> Bool {
    guard let left, let right else { return left == nil && right == nil }
    return (left - right).magnitude <= 1e-12 * max(left.magnitude, right.magnitude, 1e-3)
  }
}
