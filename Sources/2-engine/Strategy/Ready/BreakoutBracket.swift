public import OmniEncoding
import OmniIndicators
public import OmniModel
public import OmniMoney

/// Buys a close above the highest high of the bars before, with a stop and a target.
///
/// Long only, one bracket at a time: the entry is a market order, the exits cancel each other.
public struct BreakoutBracket: Strategy {
  private var channel: DonchianChannel
  private let stop: PriceOffset
  private let target: PriceOffset
  private let quantity: Quantity

  /// Creates the strategy.
  ///
  /// - Parameters:
  ///   - lookback: Over how many bars before the present one the high is taken.
  ///   - stop: How far below the signal's close the stop stands.
  ///   - target: How far above the signal's close the target stands.
  ///   - quantity: How much it trades.
  public init(lookback: Int, stop: PriceOffset, target: PriceOffset, quantity: Quantity) {
    channel = DonchianChannel(period: lookback)
    self.stop = stop
    self.target = target
    self.quantity = quantity
  }

  /// Brings the channel up to date, and enters when the close breaks out of it.
  public mutating func onBar(_ bar: Bar, desk: inout Desk) {
    let before = channel.value
    channel.update(
      high: desk.statistic(bar.high, bar.instrument), low: desk.statistic(bar.low, bar.instrument))
    guard let before, desk.position(bar.instrument) == .flat,
      desk.workingOrderCount(bar.instrument) == 0,
      desk.statistic(bar.close, bar.instrument) > before.upper
    else { return }
    desk.submitBracket(
      bar.instrument, entry: .init(.buy, .market, quantity), stop: bar.close - stop,
      target: bar.close + target)
  }

  /// Puts the channel.
  public func encode(into sink: inout some WordSink & ~Copyable) { channel.encode(into: &sink) }

  /// Takes the channel back.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    try source.take(into: &channel)
  }
}
