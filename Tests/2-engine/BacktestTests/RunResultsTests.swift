import OmniBacktest
import OmniKernel
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniTime
import Testing

/// Figures of small runs against what a person computes.
///
/// The cross buys one bitcoin at 1,010, reverses at 990, and is marked at 980; each trade costs
/// five hundredths of a per cent.
@Suite("RunResults")
struct RunResultsTests {
  private static let day: Int64 = 86_400_000_000_000
  /// 30 January 2022, noon.
  private static let start: Int64 = 1_643_544_000_000_000_000
  private static let closes: [Int64] = [10_000, 10_100, 10_200, 9_900, 9_800]
  /// Noon, noon, the midnight that ends January, noon, noon.
  private static let times = [0, 2, 3, 4, 6].map { start + $0 * day / 2 }

  private func outcome() throws -> Backtest.Outcome {
    try RunWords.run(RunWords.bars(Self.closes, at: Self.times))
  }

  @Test func `equity follows fills, fees and marks`() throws {
    let results = try outcome().results
    let part = results.parts[0]

    #expect(results.fills.map(\.bar) == [1, 3])
    #expect(results.fills.map(\.fill.quantity.lots) == [1_000, 2_000])
    #expect(
      part.curve.map(\.value)
        == [10_000_000, 9_999_495, 10_009_495, 9_978_505, 9_988_505].map(RunWords.usdt))
    #expect(part.curve.map(\.at.nanoseconds) == Self.times)
    #expect(part.sum.realised == RunWords.usdt(-20_000))
    #expect(part.sum.unrealised == RunWords.usdt(10_000))
    #expect(part.sum.fees == RunWords.usdt(1_495))
    #expect(results.total.curve == part.curve && results.total.sum.equity == part.sum.equity)
    #expect(results.from?.nanoseconds == Self.times[0] && results.to?.nanoseconds == Self.times[4])
  }

  @Test func `a bar that closes at midnight belongs to the month that ends`() throws {
    let months = try outcome().results.total.months
    #expect(months.map { [$0.year, $0.month] } == [[2022, 1], [2022, 2]])
    #expect(months.map(\.start) == [10_000_000, 10_009_495].map(RunWords.usdt))
    #expect(months.map(\.end) == [10_009_495, 9_988_505].map(RunWords.usdt))
  }

  @Test func `figures of the run and of its round trip`() throws {
    let results = try outcome().results
    let figures = results.total.statistics

    #expect(figures.tradeCount == 1 && results.trades.count == 1)
    #expect(results.trades[0].cycle.realised == RunWords.usdt(-20_000))
    #expect(results.trades[0].cycle.fees == RunWords.usdt(1_000))
    #expect(figures.worstTrade == RunWords.usdt(-21_000))
    #expect(figures.winShare == 0 && figures.profitFactor == 0)
    #expect(near(figures.totalReturn, -11.495 / 10_000))
    #expect(near(figures.maximumDrawdown, (10_009.495 - 9_978.505) / 10_009.495))
    #expect(near(figures.exposure, 4.0 / 5))
    #expect(near(figures.turnover, (1_010 + 2 * 990) / 10_000.0))
    #expect(near(figures.feeShare, 1.495 / 10_000))
    #expect(near(figures.adverseExcursion, 20.0 / 1_010))
    #expect(near(figures.favourableExcursion, 10.0 / 1_010))
    #expect(figures.dayCount == 4)
    #expect(figures.annualReturn == nil && figures.calmar == nil)
  }

  @Test func `gains over losses is not known without a loss`() throws {
    let results = try RunWords.run(
      RunWords.bars([10_000, 10_100, 10_200, 10_100, 10_000, 10_300])
    ).results
    // 1,010 to 1,010 loses its fees; short from 1,010 to 1,030 loses more.
    #expect(results.trades.count == 2)
    #expect(results.total.statistics.winShare == 0)

    let gains = try RunWords.run(
      RunWords.bars([10_000, 10_100, 20_000, 15_000])
    ).results
    #expect(gains.trades.count == 1 && gains.total.statistics.winShare == 1)
    #expect(gains.total.statistics.profitFactor == nil)
  }

  @Test func `a run without bars, or without trades, leaves unknown what is not known`() throws {
    let none = try RunWords.run([]).results
    #expect(none.total.curve.isEmpty && none.total.months.isEmpty && none.from == nil)
    #expect(none.total.statistics.totalReturn == nil && none.total.statistics.exposure == nil)
    #expect(none.total.sum.equity == RunWords.usdt(10_000_000))

    let flat = try RunWords.run(RunWords.bars([10_000, 10_000, 10_000])).results
    #expect(flat.total.statistics.exposure == 0 && flat.total.statistics.maximumDrawdown == 0)
    #expect(flat.total.statistics.winShare == nil && flat.total.statistics.tradeCount == 0)
    #expect(flat.total.statistics.sharpe == nil)
  }

  @Test func `times that are further apart than an interval holds give figures`() throws {
    let results = try RunWords.run(
      RunWords.bars([10_000, 10_100, 10_000], at: [.min, 0, .max])
    ).results
    #expect(results.total.statistics.dayCount == 3)
    #expect(results.total.statistics.annualReturn != nil)
  }

  // MARK: Long runs

  @Test func `a long run's chart and curve stay small and lose neither extremes nor ends`() throws {
    for count in [2_047, 2_048, 2_049, 8_191, 8_192, 8_193, 20_001] {
      var closes = RunWords.walk(count, seed: UInt64(count))
      closes[count / 3] = 900_000
      closes[count / 2] = 100_000
      let bars = RunWords.bars(closes)
      let results = try RunWords.run(bars).results
      let chart = results.charts[0]

      #expect(chart.count <= BarSampler.barsMax && chart.count >= min(count, 1_024), "\(count)")
      #expect(chart.map(\.high.ticks).max() == 900_000)
      #expect(chart.map(\.low.ticks).min() == 100_000)
      #expect(chart.first?.open == bars.first?.open && chart.last?.close == bars.last?.close)
      #expect(chart.last?.closedAt == bars.last?.closedAt)
      #expect(zip(chart, chart.dropFirst()).allSatisfy { $0.closedAt < $1.closedAt })
      #expect(zip(chart, chart.dropFirst()).allSatisfy { $0.close == $1.open })

      let curve = results.total.curve
      #expect(curve.count <= CurveSampler.pointsMax && curve.count >= min(count, 4_096), "\(count)")
      #expect(curve.last?.value == results.total.sum.equity)
      #expect(curve.last?.at == results.to)
      #expect(zip(curve, curve.dropFirst()).allSatisfy { $0.at < $1.at })
    }
  }

  private func near(_ found: Double?, _ wanted: Double) -> Bool {
    guard let found else { return false }
    return abs(found - wanted) <= 1e-12 * max(1, abs(wanted))
  }
}
