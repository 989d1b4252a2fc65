public import OmniEncoding
public import OmniIndicators
public import OmniModel
public import OmniMoney

/// Follows the trend: long while the fast average is above the slow one, short while below.
///
/// Always in the market after the first crossing: each later order turns the position. Known since
/// the 1950s (R. Donchian's moving-average methods); it gains in long trends and pays fees in quiet
/// markets.
@frozen
public struct EMACross: Strategy {
  @usableFromInline var fast: ExponentialMovingAverage
  @usableFromInline var slow: ExponentialMovingAverage
  @usableFromInline var side: Int64 = 0
  @usableFromInline let quantity: Quantity

  /// Creates the strategy.
  ///
  /// - Precondition: `fast` is smaller than `slow`; both are from 1 to 100,000.
  @inlinable
  public init(fast: Int, slow: Int, quantity: Quantity) {
    precondition(fast < slow, "a fast period below the slow one")
    self.fast = ExponentialMovingAverage(period: fast)
    self.slow = ExponentialMovingAverage(period: slow)
    self.quantity = quantity
  }

  /// Brings the averages up to date, and turns when they have crossed.
  @inlinable @inline(__always)
  public mutating func onBar(_ bar: Bar, desk: inout Desk) {
    let close = desk.statistic(bar.close, bar.instrument)
    fast.update(close)
    slow.update(close)
    guard slow.isReady, let quick = fast.value, let steady = slow.value else { return }
    let wanted: Int64 = quick > steady ? 1 : (quick < steady ? -1 : side)
    if wanted == side { return }
    side = wanted
    let lots = wanted * quantity.lots - desk.position(bar.instrument).lots
    if lots == 0 { return }
    desk.submit(
      bar.instrument, .init(lots > 0 ? .buy : .sell, .market, Quantity(lots: abs(lots))))
  }

  /// Puts both averages and the side.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) {
    fast.encode(into: &sink)
    slow.encode(into: &sink)
    sink.put(side)
  }

  /// Takes both averages and the side back.
  @inlinable
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    try source.take(into: &fast)
    try source.take(into: &slow)
    let side = try source.takeSigned()
    guard (-1...1).contains(side) else {
      throw .senseless(word: UInt64(bitPattern: side), what: "side of a trend")
    }
    self.side = side
  }
}
