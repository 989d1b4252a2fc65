public import OmniEncoding
public import OmniModel

/// What turns market data into wishes.
///
/// A strategy is a value driven by one thread: it is told facts and answers by asking its desk for
/// orders. The same facts lead to the same wishes, so it reads no clock and draws no chance.
///
///     struct BuyTheDip: Strategy {
///       mutating func onBar(_ bar: Bar, desk: inout Desk) {
///         guard bar.close < bar.open, desk.position(bar.instrument) == .flat else { return }
///         desk.submit(bar.instrument, .init(.buy, .market, Quantity(lots: 1)))
///       }
///     }
public protocol Strategy: Sendable {
  /// Hears that a bar of one of its instruments was closed.
  mutating func onBar(_ bar: Bar, desk: inout Desk)

  /// Hears what happened to one of its orders, after positions and books have been brought up to
  /// date.
  mutating func onOrder(_ id: OrderID, _ event: OrderEvent, desk: inout Desk)

  /// Hears what an issuer did to one of its instruments, after positions, orders and the last price
  /// have been brought up to date.
  ///
  /// Bars behind a split are in new units: whoever remembers prices has to scale them.
  mutating func onAction(_ action: CorporateAction, desk: inout Desk)

  /// Puts everything it remembers, so that it can go on from here.
  func encode(into sink: inout some WordSink & ~Copyable)

  /// Takes back what an equal strategy has put.
  ///
  /// When it throws, the strategy is to be thrown away.
  mutating func decode(from source: inout some WordSource & ~Copyable) throws(WordFailure)
}

extension Strategy {
  /// Does nothing.
  @inlinable
  public mutating func onOrder(_ id: OrderID, _ event: OrderEvent, desk: inout Desk) {}

  /// Does nothing.
  @inlinable
  public mutating func onAction(_ action: CorporateAction, desk: inout Desk) {}

  /// Puts nothing, for strategies that remember nothing.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) {}

  /// Takes nothing, for strategies that remember nothing.
  @inlinable
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {}
}
