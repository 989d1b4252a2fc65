import OmniBacktest
import OmniKernel
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniReports
import OmniStrategy

// The figures: headline, groups of statistics, strategies beside each other.
extension ReportBuilder {
  var headline: [RunReport.Figure] {
    let sum = results.total.sum
    let statistics = results.total.statistics
    let gain = sum.equity - sum.capital
    let unit = plan.currency.code
    return [
      .init(
        "Return", Figures.percent(statistics.totalReturn, signed: true), unit: "%",
        sign: Figures.sign(statistics.totalReturn), note: "Profit over capital, after fees"),
      .init(
        "Equity at the end", figures.rounded(sum.equity), unit: unit,
        note: "Exactly \(figures.exact(sum.equity)) \(unit); open positions at the last close"),
      .init(
        "Deepest drawdown", fall(statistics), unit: "%",
        note: "From the highest equity so far, over all bars"),
      .init(
        "Profit", figures.rounded(gain, signed: true), unit: unit, sign: Figures.sign(gain),
        note: "Exactly \(figures.exact(gain)) \(unit), after fees"),
      .init(
        "Fees", figures.rounded(sum.fees), unit: unit,
        note: "Exactly \(figures.exact(sum.fees)) \(unit)"),
      .init(
        "Sharpe", Figures.number(statistics.sharpe),
        note: "Mean over deviation of the daily returns, a year's; riskless return 0"),
      .init(
        "Sortino", Figures.number(statistics.sortino),
        note: "Mean over downside deviation of the daily returns, a year's"),
      .init(
        "Profit factor", Figures.number(statistics.profitFactor),
        note: "Gains over losses of the round trips, after fees"),
      .init(
        "Win share", Figures.percent(statistics.winShare), unit: "%",
        note: "Round trips that gained, after fees"),
      .init("Round trips", NumberFormat.count(statistics.tradeCount)),
      .init(
        "Exposure", Figures.percent(statistics.exposure), unit: "%",
        note: "Share of the bars after which a position was open"),
    ]
  }

  /// The drawdown in per cent: zero or negative.
  func fall(_ statistics: RunStatistics) -> String? {
    Figures.percent(statistics.maximumDrawdown.map { -$0 })
  }

  var statistics: [RunReport.FigureGroup] {
    let statistics = results.total.statistics
    return [
      .init("Money", money(results.total.sum)), .init("Return and risk", ratios(statistics)),
      .init("Round trips", trips(statistics)), .init("Activity", activity(statistics)),
    ]
  }

  private func money(_ sum: Portfolio.StrategySum) -> [RunReport.Figure] {
    let unit = plan.currency.code
    func figure(_ label: String, _ units: Int128, isGain: Bool, _ note: String = "")
      -> RunReport.Figure
    {
      .init(
        label, figures.rounded(units, signed: isGain), unit: unit,
        sign: isGain ? Figures.sign(units) : .none, note: note)
    }
    return [
      figure("Capital", sum.capital, isGain: false),
      figure("Realised", sum.realised, isGain: true, "closed lots, before fees"),
      figure("Unrealised", sum.unrealised, isGain: true, "open lots at the last close"),
      figure("Fees", sum.fees, isGain: false),
      figure("Equity", sum.equity, isGain: false, "capital + realised + unrealised − fees"),
    ]
  }

  private func ratios(_ statistics: RunStatistics) -> [RunReport.Figure] {
    [
      .init(
        "Return", Figures.percent(statistics.totalReturn, signed: true), unit: "%",
        sign: Figures.sign(statistics.totalReturn), note: "of the whole run"),
      .init(
        "Yearly return", Figures.percent(statistics.annualReturn, signed: true), unit: "%",
        sign: Figures.sign(statistics.annualReturn),
        note: "that compounds to it; not known under a month"),
      .init(
        "Volatility", Figures.percent(statistics.volatility), unit: "%",
        note: "of the daily returns, a year's"),
      .init("Deepest drawdown", fall(statistics), unit: "%", note: "over all bars"),
      .init("Sharpe", Figures.number(statistics.sharpe), note: "a year's, riskless return 0"),
      .init("Sortino", Figures.number(statistics.sortino), note: "a year's, target 0"),
      .init(
        "Calmar", Figures.number(statistics.calmar), note: "yearly return over deepest drawdown"),
    ]
  }

  private func trips(_ statistics: RunStatistics) -> [RunReport.Figure] {
    let unit = plan.currency.code
    return [
      .init("Finished", NumberFormat.count(statistics.tradeCount), note: "from flat to flat"),
      .init("Win share", Figures.percent(statistics.winShare), unit: "%", note: "after fees"),
      .init("Profit factor", Figures.number(statistics.profitFactor), note: "gains over losses"),
      .init(
        "Average", figures.statistic(statistics.averageTrade), unit: unit,
        sign: Figures.sign(statistics.averageTrade), note: "after fees"),
      .init(
        "Best", statistics.bestTrade.map { figures.rounded($0, signed: true) }, unit: unit,
        sign: statistics.bestTrade.map { Figures.sign($0) } ?? .none),
      .init(
        "Worst", statistics.worstTrade.map { figures.rounded($0, signed: true) }, unit: unit,
        sign: statistics.worstTrade.map { Figures.sign($0) } ?? .none),
      .init(
        "Adverse excursion", Figures.percent(statistics.adverseExcursion, decimals: 3),
        unit: "%", note: "worst price against the entry, mean (MAE)"),
      .init(
        "Favourable excursion", Figures.percent(statistics.favourableExcursion, decimals: 3),
        unit: "%", note: "best price against the entry, mean (MFE)"),
    ]
  }

  private func activity(_ statistics: RunStatistics) -> [RunReport.Figure] {
    let counts = results.counts
    return [
      .init("Bars", NumberFormat.count(Int(clamping: counts.bars))),
      .init("Days with a bar", NumberFormat.count(statistics.dayCount), note: "UTC"),
      .init("Orders", NumberFormat.count(Int(clamping: counts.orders)), note: "let by risk"),
      .init("Denied orders", NumberFormat.count(Int(clamping: counts.denials))),
      .init("Fills", NumberFormat.count(Int(clamping: counts.fills))),
      .init(
        "Turnover", Figures.number(statistics.turnover), unit: "×",
        note: "value traded over capital"),
      .init("Fees", Figures.percent(statistics.feeShare), unit: "%", note: "of the capital"),
      .init(
        "Exposure", Figures.percent(statistics.exposure), unit: "%",
        note: "of the bars with a position"),
    ]
  }

  var comparison: RunReport.Comparison {
    let unit = plan.currency.code
    var denied = [Int](repeating: 0, count: plan.strategies.count)
    for denial in results.denials { denied[Int(denial.order.strategy.index)] += 1 }
    var rows = results.parts.enumerated().map { index, part in
      row(part, note: Self.note(plan.strategies[index]), denied: denied[index])
    }
    if rows.count > 1 {
      rows.append(
        row(
          results.total, name: wholeName, note: "All strategies together",
          denied: Int(clamping: results.counts.denials)))
    }
    return .init(
      columns: [
        .init("Start", unit: unit), .init("End", unit: unit),
        .init("Profit", unit: unit, note: "After fees"), .init("Return", unit: "%"),
        .init("Drawdown", unit: "%", note: "The deepest, over all bars"),
        .init("Sharpe", note: "A year's"), .init("Sortino", note: "A year's"),
        .init("Trips", note: "Finished round trips"),
        .init("Wins", unit: "%", note: "Round trips that gained, after fees"),
        .init("Factor", note: "Gains over losses of the round trips, after fees"),
        .init("Fees", unit: unit), .init("Exposure", unit: "%"), .init("Denied"),
      ], rows: rows)
  }

  private func row(
    _ part: RunResults.Part, name: String? = nil, note: String, denied: Int
  ) -> RunReport.Comparison.Row {
    let statistics = part.statistics
    let gain = part.sum.equity - part.sum.capital
    return .init(
      name ?? part.name, note: note,
      cells: [
        .init(figures.rounded(part.sum.capital)), .init(figures.rounded(part.sum.equity)),
        .init(figures.rounded(gain, signed: true), sign: Figures.sign(gain)),
        .init(
          Figures.percent(statistics.totalReturn, signed: true),
          sign: Figures.sign(statistics.totalReturn)),
        .init(fall(statistics)), .init(Figures.number(statistics.sharpe)),
        .init(Figures.number(statistics.sortino)),
        .init(NumberFormat.count(statistics.tradeCount)),
        .init(Figures.percent(statistics.winShare)),
        .init(Figures.number(statistics.profitFactor)), .init(figures.rounded(part.sum.fees)),
        .init(Figures.percent(statistics.exposure)), .init(NumberFormat.count(denied)),
      ])
  }

  /// What a strategy does, and with which settings it did it.
  private static func note(_ strategy: RunPlan.StrategyPlan) -> String {
    let summary = StrategyCatalogue.descriptor(strategy.strategy)?.summary ?? ""
    let settings = strategy.parameters.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    return [strategy.strategy, summary, settings].filter { !$0.isEmpty }.joined(separator: " · ")
  }
}
