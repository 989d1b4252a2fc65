public import OmniModel
public import OmniMoney

/// How long an order may wait, and whether it may take.
@frozen
public enum TimeInForce: UInt8, Sendable, CaseIterable {
  /// Takes what it can, and rests with what is left until it is cancelled.
  case goodTillCancelled
  /// Only rests: an order that would take is refused (GTX).
  case postOnly
  /// Takes what it can at once; what is left expires.
  case immediateOrCancel
  /// Takes everything at once, or expires.
  case fillOrKill
}

/// An order for the simulated venue.
@frozen
public struct TickOrder: Sendable, Hashable {
  /// Its number; one number is never used twice.
  public var id: OrderID
  /// Whose it is.
  public var strategy: StrategyID
  /// Which way.
  public var side: Side
  /// Whether it has no limit price.
  public var isMarket: Bool
  /// How long it waits.
  public var timeInForce: TimeInForce
  /// Its limit; not used by a market order.
  public var price: Price
  /// How much.
  public var quantity: Quantity

  /// Creates a limit order.
  @inlinable
  public init(
    _ id: OrderID, of strategy: StrategyID = StrategyID(0), _ side: Side, _ quantity: Quantity,
    at price: Price
  ) {
    self.id = id
    self.strategy = strategy
    self.side = side
    isMarket = false
    timeInForce = .goodTillCancelled
    self.price = price
    self.quantity = quantity
  }

  /// The same order with another time in force.
  @inlinable
  public func with(_ timeInForce: TimeInForce) -> Self {
    var order = self
    order.timeInForce = timeInForce
    return order
  }

  /// The same order without a limit: it takes what there is, and the rest expires.
  @inlinable
  public var atMarket: Self {
    var order = self
    order.isMarket = true
    order.timeInForce = .immediateOrCancel
    return order
  }
}

/// What we ask of the venue.
@frozen
public enum TickCommand: Sendable, Hashable {
  /// Take this order.
  case submit(TickOrder)
  /// Take an order out of the book.
  case cancel(OrderID)
  /// Give an order another price and another size, of which what has been traded is a part.
  case replace(OrderID, Price, Quantity)

  /// Which order it is about.
  @inlinable
  public var order: OrderID {
    switch self {
    case .submit(let order): order.id
    case .cancel(let id), .replace(let id, _, _): id
    }
  }
}
