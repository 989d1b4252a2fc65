import OmniNumerics
import Testing

@Suite("Quantile")
struct QuantileTests {
  /// With numpy 2.4: `np.quantile(x, q)` for q in 0, 0.05, 0.25, 0.5, 0.9, 0.99, 1.
  @Test func `quantiles are those of numpy`() {
    let values = [-1.25, 0.5, 2.75, 3.5, 4.25, 7.0, 11.0]
    let fractions = [0, 0.05, 0.25, 0.5, 0.9, 0.99, 1]
    let expected = [
      -1.25, -0.7249999999999999, 1.625, 3.5, 8.600000000000001, 10.759999999999998, 11.0,
    ]
    #expect(fractions.map { Quantile.linear(ofSorted: values, at: $0) } == expected)
  }

  // With numpy 2.4: `np.quantile(np.array([0.1, 0.7, 1.9]), 0.85)`. Taken from the lower end of the
  // gap, the line gives another last bit.
  @Test func `past the middle of a gap, the line starts from its upper end`() {
    #expect(Quantile.linear(ofSorted: [0.1, 0.7, 1.9], at: 0.85) == 1.5399999999999998)
  }

  @Test func `nothing has no quantile, and one value is all of its own`() {
    #expect(Quantile.linear(ofSorted: [], at: 0.5) == nil)
    for fraction in [0, 0.3, 1] {
      #expect(Quantile.linear(ofSorted: [7], at: fraction) == 7)
    }
  }

  @Test func `a larger fraction never has a smaller quantile`() throws {
    for seed in 1...30 {
      var random = SplitMix64(seed: UInt64(seed))
      let values = (0...random.below(20)).map { _ in random.unitDouble() }.sorted()
      var last = -Double.infinity
      for step in 0...100 {
        let value = try #require(
          Quantile.linear(ofSorted: values, at: Double(step) / 100))
        try #require(value >= last, "seed \(seed), step \(step)")
        last = value
      }
      try #require(last == values.last)
    }
  }
}
