import OmniBacktest
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniReports
import OmniRisk
import OmniTime

// On what the figures rest: assumptions, limits, warnings.
extension ReportBuilder {
  /// What the sentences of a fill policy speak of, in their order.
  private static let topics = [
    "Market orders", "Path inside a bar", "Stops at a gap", "Limits at a gap", "Limits", "Fees",
    "Latency and slippage",
  ]

  var assumptions: [RunReport.Statement] {
    let policy = plan.policy.assumptions.enumerated().map { index, sentence in
      RunReport.Statement(
        index < Self.topics.count ? Self.topics[index] : "Fills", sentence)
    }
    return policy + [
      .init(
        "Size", "Unlimited: no order is too large for the market, and none moves its price."),
      .init(
        "Carry", "No funding, interest, dividends, borrowing costs or taxes are booked."),
      .init("Valuation", "Open positions are valued at the close of each bar."),
    ] + plan.instruments.map { .init("Terms of \($0.symbol)", Self.terms($0)) } + [
      .init(
        "Statistics",
        "Ratios use returns from UTC day to UTC day; a year has as many days as the run had on "
          + "average, at most 365; the riskless return is 0."),
      .init(
        "Drawing",
        "Of a long run, curves are drawn from a part of the points and prices from joined bars; "
          + "figures come from all bars."),
    ]
  }

  private static func terms(_ instrument: Instrument) -> String {
    let terms = instrument.terms
    let maker = Figures.percent(billionths: Int128(terms.makerFee.billionths))
    let taker = Figures.percent(billionths: Int128(terms.takerFee.billionths))
    let settlement =
      terms.settlement == .margined
      ? "only gains and losses change hands, leverage up to \(terms.leverageMax)"
      : "the full price changes hands, leverage up to \(terms.leverageMax)"
    return "\(instrument.name). Fees of the value: maker \(maker), taker \(taker). "
      + "Tick \(terms.tick), lot \(terms.lot); \(settlement)."
  }

  var ownWarnings: [RunReport.Statement] {
    var found: [RunReport.Statement] = []
    if !outcome.isBalanced {
      found.append(
        .init("The ledger does not balance.", "No figure of this report can be relied on."))
    }
    if results.from == nil {
      found.append(.init("No bars.", "The run saw no bar, so there is nothing to judge."))
    }
    let days = results.total.statistics.dayCount
    if days > 0, days < 60 {
      found.append(
        .init("Short span.", "\(days) days: yearly ratios from so few days say little."))
    }
    let kept = [
      ("fills", results.fills.count, results.counts.fills),
      ("orders", results.orders.count, results.counts.orders),
      ("denied orders", results.denials.count, results.counts.denials),
    ]
    for (what, recorded, all) in kept where min(recorded, Self.rowsMax) < Int(clamping: all) {
      let shown = NumberFormat.count(min(recorded, Self.rowsMax))
      found.append(
        .init(
          "Not all \(what) are listed.",
          "\(shown) of \(NumberFormat.count(Int(clamping: all))); the counts are of all."))
    }
    if results.counts.strayReports > 0 {
      found.append(
        .init(
          "Stray reports.",
          "\(results.counts.strayReports) reports or cancels found no working order."))
    }
    return found
  }

  var limits: [RunReport.RiskLimit] {
    let limits = plan.limits
    let money = figures.currency.code
    func sum(_ units: Int128?) -> (String, String)? { units.map { (figures.short($0), money) } }
    func share(_ rate: Rate?) -> (String, String)? {
      rate.map { (Figures.percent(billionths: Int128($0.billionths)), "") }
    }
    func count(_ number: Int?) -> (String, String)? { number.map { ("\($0)", "") } }
    func onOff(_ isOn: Bool) -> (String, String)? { isOn ? ("on", "") : nil }
    let rows: [(RiskRule, String, (String, String)?)] = [
      (
        .stalePrice, "each order",
        limits.priceAgeMax.map { (RuleWords.seconds(Int128($0.nanoseconds)), "") }
      ),
      (.priceCollar, "each limit order, of the last price", share(limits.priceCollar)),
      (.orderQuantity, "each order", lots(limits.orderLotsMax)),
      (.orderNotional, "each order", sum(limits.orderNotionalMax)),
      (.positionQuantity, "each strategy and instrument", lots(limits.positionLotsMax)),
      (.positionNotional, "each strategy and instrument", sum(limits.positionNotionalMax)),
      (.grossExposure, "each strategy", sum(limits.grossNotionalMax)),
      (.margin, "each strategy, margined instruments", onOff(limits.needsMargin)),
      (.cash, "each strategy, cash instruments", onOff(limits.needsMargin)),
      (.strategyDrawdown, "each strategy, of its peak", share(limits.strategyDrawdownMax)),
      (.totalDrawdown, "all strategies, of their peak", share(limits.totalDrawdownMax)),
      (.dailyLoss, "each strategy and UTC day, of its capital", share(limits.dailyLossMax)),
      (.orderRate, "each strategy and minute", count(limits.ordersPerMinuteMax)),
      (.workingOrders, "each strategy", count(limits.workingOrdersMax)),
      (.duplicate, "each strategy and instant", onOff(limits.refusesDuplicates)),
    ]
    return rows.map { rule, scope, limit in
      .init(
        RuleWords(rule).title, scope: scope, limit: limit?.0 ?? "off", unit: limit?.1 ?? "")
    }
  }

  /// A limit in lots: as a quantity where the run has one instrument, since lots differ in size.
  private func lots(_ limit: Int64?) -> (String, String)? {
    guard let limit else { return nil }
    guard plan.instruments.count == 1, let only = plan.instruments.first else {
      return ("\(limit)", "lots")
    }
    return (only.terms.text(NetQuantity(lots: limit)), only.symbol)
  }
}
