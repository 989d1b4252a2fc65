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
  /// Which way it trades.
  public var side: Side

  /// Creates an order that stands in no queue.
  @inlinable
  public init(id: UInt64, side: Side, key: Int64, quantity: Int64, owner: UInt32 = 0) {
    self.id = id
    self.quantity = quantity
    self.key = key
    self.owner = owner
    next = 0
    previous = 0
    self.side = side
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

  /// A price as the ladder of `side` counts it: bids are turned round, so that less is better on
  /// both sides. The same turn gives the ticks back.
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

  /// Notes that the order at `place` went behind the last; gives the place of that one, or 0.
  @inlinable @inline(__always)
  mutating func append(_ place: UInt32, quantity added: Int64) -> UInt32 {
    let last = tail
    if last == 0 { head = place }
    tail = place
    quantity += added
    count += 1
    return last
  }

  /// Notes that `node` left; says whether it was the last.
  @inlinable @inline(__always)
  mutating func drop(_ node: OrderNode) -> Bool {
    head = node.previous == 0 ? node.next : head
    tail = node.next == 0 ? node.previous : tail
    quantity -= node.quantity
    count -= 1
    return count == 0
  }
}
