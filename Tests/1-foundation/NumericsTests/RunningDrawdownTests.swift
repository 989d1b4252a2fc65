import OmniNumerics
import Testing

@Suite("RunningDrawdown")
struct RunningDrawdownTests {
  /// With numpy 2.4: `p = np.maximum.accumulate(e); d = (p - e) / p; d.max(), d.argmax()` is
  /// 0.3 at 6.
  @Test func `the deepest fall is by fraction, with both of its ends`() {
    let equity: [Double] = [100, 120, 90, 95, 130, 125, 91, 140, 139]
    #expect(
      Performance.maximumDrawdown(of: equity)
        == RunningDrawdown.Fall(fraction: 0.3, peakIndex: 4, troughIndex: 6))
  }

  @Test func `the present fall is from the highest point to the last`() {
    var drawdown = RunningDrawdown()
    #expect(drawdown.current == nil)

    for value in [100.0, 80, 90] { drawdown.add(value) }
    #expect(drawdown.current == 0.1)
    #expect(drawdown.maximum?.fraction == 0.2)

    drawdown.add(101)
    #expect(drawdown.current == 0)
  }

  @Test func `a curve that only rises fell by nothing, and one under zero has no peak`() {
    #expect(Performance.maximumDrawdown(of: [1, 2, 3])?.fraction == 0)
    #expect(Performance.maximumDrawdown(of: [-1, 0, -5]) == nil)
    #expect(Performance.maximumDrawdown(of: []) == nil)
    #expect(Performance.maximumDrawdown(of: [-1, 10, -5])?.fraction == 1.5)
  }

  @Test func `the fall is the largest over all pairs of points`() throws {
    for seed in 1...40 {
      var random = SplitMix64(seed: UInt64(seed))
      let equity = (0...random.below(25)).map { _ in 1 + Double(random.below(50)) }
      var deepest = 0.0
      for first in equity.indices {
        for second in first..<equity.count {
          deepest = max(deepest, (equity[first] - equity[second]) / equity[first])
        }
      }

      let fall = try #require(Performance.maximumDrawdown(of: equity))

      try #require(fall.fraction == deepest, "seed \(seed)")
      let (peak, trough) = (equity[fall.peakIndex], equity[fall.troughIndex])
      try #require(fall.peakIndex <= fall.troughIndex)
      try #require((peak - trough) / peak == deepest, "seed \(seed)")
    }
  }
}
