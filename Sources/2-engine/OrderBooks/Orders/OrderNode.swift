public import OmniModel

/// One resting order, with its neighbours in the queue at its price.
///
/// Forty bytes, so that a thousand orders of a busy book stay in the processor's nearest caches.
@frozen
public struct OrderNode: BitwiseCopyable, Sendable {
  /// The order's number.
  public var id: UInt64
  /// What is left of it, in lots.
  public var quantity: Int64
  /// Its price as an ``OrderLadder`` counts: less is better.
  public var key: Int64
  /// Whose it is; 0 if nobody is named.
  public var owner: UInt32
  @usableFromInline var next: UInt32
  @usableFromInline var previous: UInt32
  /// As wide as its neighbours, so that a copy of an order is whole words.
  @usableFromInline var sideNumber: UInt32

  /// Which way it trades.
  @inlinable @inline(__always)
  public var side: Side { sideNumber == 0 ? .buy : .sell }

  /// Creates an order that stands in no queue.
  @inlinable
  public init(id: UInt64, side: Side, key: Int64, quantity: Int64, owner: UInt32 = 0) {
    self.id = id
    self.quantity = quantity
    self.key = key
    self.owner = owner
    next = 0
    previous = 0
    sideNumber = UInt32(side.rawValue)
  }

  @inlinable @inline(__always)
  mutating func stand(behind last: UInt32, key: Int64, quantity: Int64) {
    self.key = key
    self.quantity = quantity
    previous = last
    next = 0
  }

  /// The place of the order behind this one at its price, or 0.
  @inlinable
  public var following: UInt32 { next }

  /// The place of the order before this one at its price, or 0.
  @inlinable
  public var preceding: UInt32 { previous }

  /// The price, in ticks.
  @inlinable
  public var ticks: Int64 { Self.key(side, ticks: key) }

  /// A price as the ladder of `side` counts it.
  ///
  /// Bids are turned round, so that less is better on both sides. The same turn gives the ticks back.
  @inlinable @inline(__always)
  public static func key(_ side: Side, ticks: Int64) -> Int64 {
    side == .buy ? ~ticks : ticks
  }
}

/// The orders at one price: first come, first served.
@frozen
public struct OrderLevel: BitwiseCopyable, Sendable {
  /// What all orders have left, in lots.
  public var quantity: Int64 = 0
  /// The place of the order that is served next, or 0.
  public var head: UInt32 = 0
  @usableFromInline var tail: UInt32 = 0
  /// How many orders there are.
  public var count: Int = 0

  /// Creates a level without an order.
  @inlinable
  public init() {}

  // An order stands alone at its price as often as not, so that a branch on that is guessed wrong
  // as often as not: both functions pick by masks instead.

  /// Notes that the order at `place` went behind the last; gives the place of that one, or 0.
  @inlinable @inline(__always)
  mutating func append(_ place: UInt32, quantity added: Int64) -> UInt32 {
    let last = tail
    head |= place & Self.mask(last == 0)
    tail = place
    quantity += added
    count += 1
    return last
  }

  /// Notes that `node` left; says whether it was the last.
  @inlinable @inline(__always)
  mutating func drop(_ node: OrderNode) -> Bool {
    let isFirst = Self.mask(node.previous == 0)
    let isLast = Self.mask(node.next == 0)
    head = (head & ~isFirst) | (node.next & isFirst)
    tail = (tail & ~isLast) | (node.previous & isLast)
    quantity -= node.quantity
    count -= 1
    return count == 0
  }

  @inlinable @inline(__always)
  static func mask(_ isSet: Bool) -> UInt32 { 0 &- (isSet ? 1 : 0) }
}
