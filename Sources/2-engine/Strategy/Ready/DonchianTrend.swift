public import OmniEncoding
import OmniIndicators
public import OmniModel
public import OmniMoney

/// Trades breakouts of a long channel and leaves on a short one, both ways, as the turtles did.
///
/// A close above the highest high of the entry channel buys, a close below its lowest low sells
/// short; the way out is the other side of the exit channel. Sized so that one average true range
/// is a fixed share of equity (R. Dennis and W. Eckhardt's rules, as published by C. Faith, 2003).
public struct DonchianTrend: Strategy {
  private var entry: DonchianChannel
  private var exit: DonchianChannel
  private var range: AverageTrueRange
  private let riskShare: Rate
  private let isLongOnly: Bool

  /// Creates the strategy.
  ///
  /// - Parameters:
  ///   - entry: Bars of the entry channel.
  ///   - exit: Bars of the exit channel.
  ///   - range: The period of the average true range.
  ///   - riskShare: Which share of equity one average true range of the position is.
  ///   - isLongOnly: Whether it never sells short.
  public init(entry: Int, exit: Int, range: Int, riskShare: Rate, isLongOnly: Bool) {
    self.entry = DonchianChannel(period: entry)
    self.exit = DonchianChannel(period: exit)
    self.range = AverageTrueRange(period: range)
    self.riskShare = riskShare
    self.isLongOnly = isLongOnly
  }

  /// Brings channels and range up to date, leaves or enters.
  public mutating func onBar(_ bar: Bar, desk: inout Desk) {
    let high = desk.statistic(bar.high, bar.instrument)
    let low = desk.statistic(bar.low, bar.instrument)
    let close = desk.statistic(bar.close, bar.instrument)
    let (wide, narrow) = (entry.value, exit.value)
    entry.update(high: high, low: low)
    exit.update(high: high, low: low)
    range.update(high: high, low: low, close: close)
    guard let wide, let narrow else { return }
    let held = desk.position(bar.instrument).lots
    if held > 0 && close < narrow.lower || held < 0 && close > narrow.upper {
      let side: Side = held > 0 ? .sell : .buy
      desk.submit(bar.instrument, .init(side, .market, Quantity(lots: abs(held))))
    } else if held == 0 && desk.workingOrderCount(bar.instrument) == 0 {
      let side: Side? = close > wide.upper ? .buy : (close < wide.lower ? .sell : nil)
      if let side, side == .buy || !isLongOnly, let size = size(bar, &desk) {
        desk.submit(bar.instrument, .init(side, .market, size))
      }
    }
  }

  /// As many lots as make one average true range the wanted share of equity, or nil for none.
  private func size(_ bar: Bar, _ desk: inout Desk) -> Quantity? {
    guard let average = range.value, average > 0, desk.equity > 0 else { return nil }
    let terms = desk.terms(bar.instrument)
    // The range becomes ticks by rounding up, so that a size is never too large because of it.
    let steps = (average / terms.statistic(of: Price(ticks: 1))).rounded(.up)
    guard steps <= Double(InstrumentTerms.ticksMax) else { return nil }
    let move = Price(ticks: max(1, Int64(steps)))
    let risk = riskShare.of(desk.equity, rounding: .towardZero)
    // Nine tenths of what equity and leverage carry, so that fees and moves leave room.
    let carried = desk.equity * Int128(terms.leverageMax) * 9 / 10
    let lots = min(
      terms.unit.lots(for: risk, at: move), terms.unit.lots(for: carried, at: bar.close))
    return lots > 0 ? Quantity(lots: lots) : nil
  }

  /// Puts channels and range.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    entry.encode(into: &sink)
    exit.encode(into: &sink)
    range.encode(into: &sink)
  }

  /// Takes channels and range back.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    try source.take(into: &entry)
    try source.take(into: &exit)
    try source.take(into: &range)
  }
}
