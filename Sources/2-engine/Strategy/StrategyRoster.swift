public import OmniEncoding
public import OmniModel

/// The strategies of a run, called by number.
///
/// A protocol and not an array of `any Strategy`, so that the compiler knows each type on the path of
/// a tick: a roster of one type calls it directly, a roster of several switches over them.
public protocol StrategyRoster: ~Copyable {
  /// How many strategies there are.
  var count: Int { get }

  /// Tells one strategy that a bar was closed.
  mutating func onBar(_ strategy: StrategyID, _ bar: Bar, desk: inout Desk)

  /// Tells one strategy what happened to its order.
  mutating func onOrder(
    _ strategy: StrategyID, _ id: OrderID, _ event: OrderEvent, desk: inout Desk)

  /// Tells one strategy what an issuer did to one of its instruments.
  mutating func onAction(_ strategy: StrategyID, _ action: CorporateAction, desk: inout Desk)

  /// Puts what all strategies remember.
  func encode(into sink: inout some WordSink & ~Copyable)

  /// Takes back what an equal roster has put.
  mutating func decode(from source: inout some WordSource & ~Copyable) throws(WordFailure)
}

extension StrategyRoster where Self: ~Copyable {
  /// Tells nobody.
  @inlinable
  public mutating func onAction(
    _ strategy: StrategyID, _ action: CorporateAction, desk: inout Desk
  ) {}
}

/// A roster of one strategy.
@frozen
public struct SoloRoster<Only: Strategy>: StrategyRoster {
  /// The strategy.
  public var only: Only

  /// Creates a roster of `only`.
  @inlinable
  public init(_ only: Only) { self.only = only }

  /// One.
  @inlinable
  public var count: Int { 1 }

  /// Tells the strategy that a bar was closed.
  @inlinable @inline(__always)
  public mutating func onBar(_ strategy: StrategyID, _ bar: Bar, desk: inout Desk) {
    only.onBar(bar, desk: &desk)
  }

  /// Tells the strategy what happened to its order.
  @inlinable
  public mutating func onOrder(
    _ strategy: StrategyID, _ id: OrderID, _ event: OrderEvent, desk: inout Desk
  ) {
    only.onOrder(id, event, desk: &desk)
  }

  /// Tells the strategy what an issuer did.
  @inlinable
  public mutating func onAction(
    _ strategy: StrategyID, _ action: CorporateAction, desk: inout Desk
  ) {
    only.onAction(action, desk: &desk)
  }

  /// Puts what the strategy remembers.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) { only.encode(into: &sink) }

  /// Takes back what an equal roster has put.
  @inlinable
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    try only.decode(from: &source)
  }
}
