public import OmniModel
public import OmniMoney

/// What a matching engine is asked to trade.
@frozen
public struct MatchOrder: Sendable, Hashable {
  /// How long an order may wait, and whether it may trade at once.
  @frozen
  public enum Lifetime: UInt8, Sendable, CaseIterable {
    /// Trades what it can, and rests until it is cancelled.
    case goodTillCancelled
    /// Trades what it can, and is gone.
    case immediateOrCancel
    /// Trades all of it at once, or nothing.
    case fillOrKill
    /// Rests, or is refused if it would trade.
    case postOnly
  }

  /// The number, of which at most one order rests.
  public var id: OrderID
  /// Which way it trades.
  public var side: Side
  /// The worst price that it takes.
  public var price: Price
  /// How much.
  public var quantity: Quantity
  /// Whose it is, for the prevention of self-trades; 0 if nobody is named.
  public var owner: UInt32
  /// How long it may wait.
  public var lifetime: Lifetime

  /// Creates an order with a limit.
  @inlinable
  public init(
    _ id: OrderID, _ side: Side, _ quantity: Quantity, at price: Price,
    _ lifetime: Lifetime = .goodTillCancelled
  ) {
    self.id = id
    self.side = side
    self.price = price
    self.quantity = quantity
    self.lifetime = lifetime
    owner = 0
  }

  /// An order that takes whatever price there is, and does not rest.
  @inlinable
  public static func market(_ id: OrderID, _ side: Side, _ quantity: Quantity) -> Self {
    Self(
      id, side, quantity, at: Price(ticks: side == .buy ? .max : .min), .immediateOrCancel)
  }

  /// The same order, of `owner`.
  @inlinable
  public func owned(by owner: UInt32) -> Self {
    var order = self
    order.owner = owner
    return order
  }
}

/// What is done when an order would trade with another of its owner.
@frozen
public enum SelfTradePrevention: UInt8, Sendable, CaseIterable {
  /// They trade.
  case none
  /// What is left of the order that came is cancelled.
  case cancelNewest
  /// The order that waited is cancelled, and the one that came goes on.
  case cancelOldest
  /// Both are cancelled.
  case cancelBoth
}

/// One trade between two orders.
@frozen
public struct MatchTrade: Sendable, Hashable {
  /// The order that waited; in an auction, the one that sells.
  public let maker: OrderID
  /// The order that came; in an auction, the one that buys.
  public let taker: OrderID
  /// At which price.
  public let price: Price
  /// How much.
  public let quantity: Quantity
  /// Which way the order that came trades; `none` in an auction.
  public let takerSide: MarketEvent.BookSide

  /// Creates a trade.
  @inlinable
  public init(
    maker: OrderID, taker: OrderID, price: Price, quantity: Quantity,
    takerSide: MarketEvent.BookSide
  ) {
    self.maker = maker
    self.taker = taker
    self.price = price
    self.quantity = quantity
    self.takerSide = takerSide
  }
}

/// Where a matching engine's facts go, in the order in which they happen.
public protocol MatchSink: ~Copyable {
  /// Two orders traded.
  mutating func traded(_ trade: MatchTrade)
  /// A resting order left with `quantity` not traded, so that its owner would not trade with itself.
  mutating func selfTradePrevented(_ id: OrderID, cancelled quantity: Quantity)
}

/// What became of an operation.
@frozen
public enum MatchOutcome: Sendable, Hashable {
  /// It was done.
  case done(MatchResult)
  /// It was not done; the engine is as it was.
  case refused(MatchRefusal)
}

/// Where an order's quantity went in one operation; the three make up what there was before.
@frozen
public struct MatchResult: Sendable, Hashable {
  /// What traded.
  public let traded: Quantity
  /// What rests.
  public let resting: Quantity
  /// What was cancelled.
  public let cancelled: Quantity

  /// Creates a result.
  @inlinable
  public init(
    traded: Quantity = .zero, resting: Quantity = .zero, cancelled: Quantity = .zero
  ) {
    self.traded = traded
    self.resting = resting
    self.cancelled = cancelled
  }
}

/// Why an operation was refused.
@frozen
public enum MatchRefusal: UInt8, Error, Sendable, CaseIterable {
  /// No order with this number rests.
  case unknownOrder
  /// An order with this number rests already.
  case doubledOrder
  /// An order for nothing.
  case zeroQuantity
  /// No order can rest at the largest or smallest number of ticks.
  case priceOutOfRange
  /// What rests on the side would be more lots than can be counted.
  case quantityOutOfRange
  /// As many orders rest as the engine may hold.
  case full
  /// A post-only order would trade.
  case wouldTrade
  /// Not all of a fill-or-kill order can trade.
  case cannotFill
  /// In an auction orders are only collected.
  case inAuction

  /// The stable code, as `docs/reference/errors.md` lists it.
  public var code: String {
    switch self {
    case .unknownOrder: "MAT-001"
    case .doubledOrder: "MAT-002"
    case .zeroQuantity: "MAT-003"
    case .priceOutOfRange: "MAT-004"
    case .quantityOutOfRange: "MAT-005"
    case .full: "MAT-006"
    case .wouldTrade: "MAT-007"
    case .cannotFill: "MAT-008"
    case .inAuction: "MAT-009"
    }
  }
}
