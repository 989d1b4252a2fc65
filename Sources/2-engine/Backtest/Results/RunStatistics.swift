import OmniModel
import OmniMoney
import OmniNumerics
import OmniPortfolio
import OmniTime

/// The figures by which a run is judged; money in minor units, all else statistics.
///
/// Ratios use the returns from UTC day to UTC day of days on which a bar closed, and as many days a
/// year as the run had on average, up to 365. Undefined figures are nil, never zero.
public struct RunStatistics: Sendable {
  /// Gain over capital.
  public var totalReturn: Double?
  /// Yearly gain that compounds to the total.
  public var annualReturn: Double?
  /// Yearly deviation of the daily returns.
  public var volatility: Double?
  /// Mean over deviation of the daily returns, a year's.
  public var sharpe: Double?
  /// Mean over downside deviation of the daily returns, a year's.
  public var sortino: Double?
  /// Yearly return over the deepest drawdown.
  public var calmar: Double?
  /// The deepest fall from a peak, as a share of the peak, over all bars.
  public var maximumDrawdown: Double?
  /// Gains over losses of the round trips, after fees.
  public var profitFactor: Double?
  /// Share of the round trips that gained, after fees.
  public var winShare: Double?
  /// Round trips.
  public var tradeCount = 0
  /// Mean gain of a round trip, after fees.
  public var averageTrade: Double?
  /// Largest gain of a round trip, after fees.
  public var bestTrade: Int128?
  /// Largest loss of a round trip, after fees.
  public var worstTrade: Int128?
  /// Mean of the worst price against each trip, as a share of its entry.
  public var adverseExcursion: Double?
  /// Mean of the best price for each trip, as a share of its entry.
  public var favourableExcursion: Double?
  /// Value traded over capital.
  public var turnover: Double?
  /// Share of the bars with a position.
  public var exposure: Double?
  /// Fees over capital.
  public var feeShare: Double?
  /// Days with a bar.
  public var dayCount = 0

  /// Creates figures that are all undefined.
  init() {}

  /// Adds what the round trips say.
  mutating func take(_ trades: [ClosedTrade]) {
    tradeCount = trades.count
    var gains: Int128 = 0
    var losses: Int128 = 0
    var wins = 0
    var adverse = RunningMoments()
    var favourable = RunningMoments()
    for trade in trades {
      let result = trade.cycle.realised - trade.cycle.fees
      if result > 0 {
        gains += result
        wins += 1
      } else {
        losses -= result
      }
      bestTrade = max(bestTrade ?? result, result)
      worstTrade = min(worstTrade ?? result, result)
      if let excursions = Self.excursions(trade) {
        adverse.add(excursions.adverse)
        favourable.add(excursions.favourable)
      }
    }
    if !trades.isEmpty {
      winShare = Double(wins) / Double(trades.count)
      averageTrade = Double(gains - losses) / Double(trades.count)
    }
    if losses > 0 { profitFactor = Double(gains) / Double(losses) }
    adverseExcursion = adverse.mean
    favourableExcursion = favourable.mean
  }

  /// The worst and the best price against the average entry, as shares of it.
  private static func excursions(
    _ trade: ClosedTrade
  ) -> (adverse: Double, favourable: Double)? {
    guard let entry = trade.cycle.entryTicks, entry > 0 else { return nil }
    let up = (Double(trade.cycle.highest.ticks) - entry) / entry
    let down = (entry - Double(trade.cycle.lowest.ticks)) / entry
    return trade.isLong
      ? (max(0, down), max(0, up)) : (max(0, up), max(0, down))
  }
}
