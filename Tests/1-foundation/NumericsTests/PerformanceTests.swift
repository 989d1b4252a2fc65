import OmniNumerics
import Testing

@Suite("Performance")
struct PerformanceTests {
  private let returns = [0.01, -0.02, 0.015, 0.0, 0.03, -0.01, 0.005, -0.025, 0.02, 0.01]

  /// With numpy 2.4: `r.mean() / r.std(ddof=1) * np.sqrt(252)`, and
  /// `(r.mean() - 0.0002) / r.std(ddof=1) * np.sqrt(365)`.
  @Test func `Sharpe ratios are those of numpy`() throws {
    let plain = try #require(Performance.sharpe(returns: returns, periodsPerYear: 252))
    #expect((plain - 3.177063576642313).magnitude < 1e-12)

    let excess = try #require(
      Performance.sharpe(returns: returns, periodsPerYear: 365, riskFree: 0.0002))
    #expect((excess - 3.6051053717116797).magnitude < 1e-12)
  }

  /// With numpy 2.4: `(r.mean() - t) / np.sqrt(np.mean(np.minimum(r - t, 0)**2)) * np.sqrt(252)`
  /// for t = 0 and 0.005.
  @Test func `Sortino ratios are those of numpy`() throws {
    let plain = try #require(Performance.sortino(returns: returns, periodsPerYear: 252))
    #expect((plain - 5.238320341483517).magnitude < 1e-12)

    let asked = try #require(
      Performance.sortino(returns: returns, periodsPerYear: 252, target: 0.005))
    #expect((asked - -1.787278992542323).magnitude < 1e-12)
  }

  /// With numpy 2.4: `r.std(ddof=1) * np.sqrt(252)`.
  @Test func `yearly volatility is that of numpy`() throws {
    let value = try #require(Performance.volatility(returns: returns, periodsPerYear: 252))
    #expect((value - 0.27761484110184026).magnitude < 1e-14)
  }

  @Test func `ratios without a spread or without data are nil`() {
    #expect(Performance.sharpe(returns: [], periodsPerYear: 252) == nil)
    #expect(Performance.sharpe(returns: [0.1], periodsPerYear: 252) == nil)
    #expect(Performance.sharpe(returns: [0.1, 0.1, 0.1], periodsPerYear: 252) == nil)
    #expect(Performance.sortino(returns: [], periodsPerYear: 252) == nil)
    #expect(Performance.sortino(returns: [0.1, 0.2], periodsPerYear: 252) == nil)
    #expect(Performance.volatility(returns: [0.1], periodsPerYear: 252) == nil)
  }

  @Test func `ratios of known moments are those of the returns`() {
    let moments = RunningMoments(of: returns)
    #expect(
      Performance.sharpe(moments, periodsPerYear: 252)
        == Performance.sharpe(returns: returns, periodsPerYear: 252))
    #expect(
      Performance.sortino(moments, periodsPerYear: 252)
        == Performance.sortino(returns: returns, periodsPerYear: 252))
  }
}
