public import OmniModel
public import OmniMoney

/// What a strategy holds and owes, as the venue counts it: exact.
///
/// - Invariant: ``cash`` = − notional of buys + notional of sells − ``fees`` − ``funding``.
@frozen
public struct TickAccount: Sendable, Hashable {
  /// What it holds.
  public private(set) var position = NetQuantity.flat
  /// Money received less money paid, in minor units; it begins at zero.
  public private(set) var cash: Int128 = 0
  /// Fees paid less rebates received, in minor units.
  public private(set) var fees: Int128 = 0
  /// Funding paid less funding received, in minor units.
  public private(set) var funding: Int128 = 0
  /// How many fills there were.
  public private(set) var fillCount = 0
  /// Lots traded.
  public private(set) var tradedLots: Int128 = 0

  /// Opens an account with nothing in it.
  @inlinable
  public init() {}

  /// Books a fill.
  public mutating func apply(_ fill: Fill, _ side: Side, unit: NotionalUnit) {
    let lots = NetQuantity(lots: side.sign * fill.quantity.lots)
    position = position + lots
    cash -= unit.notional(fill.price, lots) + fill.fee
    fees += fill.fee
    fillCount += 1
    tradedLots += Int128(fill.quantity.lots)
  }

  /// Books a payment for holding the position; below zero it is received.
  public mutating func pay(funding payment: Int128) {
    cash -= payment
    funding += payment
  }

  /// Cash and the position's value at `price`: what closing there would leave, before fees.
  public func equity(at price: Price, unit: NotionalUnit) -> Int128 {
    cash + unit.notional(price, position)
  }
}
