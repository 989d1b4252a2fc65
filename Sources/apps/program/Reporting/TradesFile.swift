package import OmniBacktest
import OmniKernel
import OmniModel
import OmniMoney
import OmniPortfolio

/// The round trips of a run as comma-separated text, in the order in which they ended.
///
/// `gain` is after fees. `entry` and `exit` are averages, exact where they end within six more
/// decimals than the tick has, else rounded half to even. `mae` and `mfe` are the worst and the best
/// price against the entry, as shares of it.
package enum TradesFile {
  /// The columns.
  static let header =
    "strategy,instrument,side,opened,closed,quantity,entry,exit,gain,fees,mae,mfe\n"

  /// Writes `results`' round trips to `path`.
  package static func write(_ results: RunResults, to path: String) throws {
    let figures = Figures(results.plan.currency)
    try OutputFile.write(path) { sink in
      sink(header)
      for trade in results.trades { sink(line(trade, results, figures)) }
    }
  }

  private static func line(
    _ trade: ClosedTrade, _ results: RunResults, _ figures: Figures
  ) -> String {
    let instrument = results.plan.instruments[Int(trade.instrument.index)]
    let terms = instrument.terms
    let cycle = trade.cycle
    let excursions = excursions(trade)
    return CSVLines.line([
      results.plan.strategies[Int(trade.strategy.index)].label, instrument.symbol,
      trade.isLong ? "long" : "short", "\(trade.openedAt)", "\(trade.closedAt)",
      terms.text(NetQuantity(lots: cycle.openedLots)),
      average(cycle.openedTickLots, over: cycle.openedLots, terms),
      average(cycle.closedTickLots, over: cycle.closedLots, terms),
      figures.exact(cycle.realised - cycle.fees), figures.exact(cycle.fees),
      excursions.map { "\($0.adverse)" } ?? "", excursions.map { "\($0.favourable)" } ?? "",
    ])
  }

  /// The mean price of so many lots, with at least the tick's decimals.
  static func average(
    _ tickLots: Int128, over lots: Int64, _ terms: InstrumentTerms
  ) -> String {
    guard lots > 0 else { return "" }
    let extra = min(6, FixedDecimal.scaleMax - terms.tick.scale)
    let factor = Int128(terms.tick.coefficient) * Int128(FixedDecimal.powerOfTen(extra))
    let mean = Rounding.halfEven.quotient(tickLots * factor, Int128(lots))
    return Figures.trimmed(
      FixedDecimal.text(of: mean, scale: terms.tick.scale + extra), keeping: terms.tick.scale)
  }

  /// The worst and the best price of a trip, as shares of its average entry.
  private static func excursions(
    _ trade: ClosedTrade
  ) -> (adverse: Double, favourable: Double)? {
    guard let entry = trade.cycle.entryTicks, entry > 0 else { return nil }
    let up = max(0, (Double(trade.cycle.highest.ticks) - entry) / entry)
    let down = max(0, (entry - Double(trade.cycle.lowest.ticks)) / entry)
    return trade.isLong ? (down, up) : (up, down)
  }
}
