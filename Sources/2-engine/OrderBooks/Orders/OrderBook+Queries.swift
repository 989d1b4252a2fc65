public import OmniCollections
public import OmniModel
public import OmniMoney

extension OrderBook {
  /// The orders at one price.
  @frozen
  public struct Level: BitwiseCopyable, Sendable, Hashable {
    /// At which price.
    public var price: Price
    /// What all orders have left.
    public var size: Quantity
    /// How many orders there are.
    public var count: Int

    /// Creates a level.
    @inlinable
    public init(price: Price = .zero, size: Quantity = .zero, count: Int = 0) {
      self.price = price
      self.size = size
      self.count = count
    }
  }

  /// One order of the book.
  @frozen
  public struct Order: Sendable, Hashable {
    /// Which way it trades.
    public let side: Side
    /// At which price.
    public let price: Price
    /// What is left of it.
    public let size: Quantity

    /// Creates an order.
    @inlinable
    public init(side: Side, price: Price, size: Quantity) {
      self.side = side
      self.price = price
      self.size = size
    }
  }

  /// The best price of the side of those who want to `side`, or nil if it is empty.
  @inlinable
  public func best(_ side: Side) -> Price? {
    let key = ladders[Int(side.rawValue)].best
    return key == .max ? nil : Price(ticks: OrderNode.key(side, ticks: key))
  }

  /// Whether the best bid is above the best ask.
  @inlinable
  public var isCrossed: Bool {
    guard let bid = best(.buy), let ask = best(.sell) else { return false }
    return bid > ask
  }

  /// Whether the best bid is at the best ask.
  @inlinable
  public var isLocked: Bool {
    guard let bid = best(.buy), let ask = best(.sell) else { return false }
    return bid == ask
  }

  /// What stands on a side at `price`; of no size if nothing does.
  @inlinable
  public func level(_ side: Side, at price: Price) -> Level {
    let level = ladders[Int(side.rawValue)].level(
      at: OrderNode.key(side, ticks: price.ticks))
    return Level(price: price, size: Quantity(lots: level.quantity), count: level.count)
  }

  /// What all orders of a side have left.
  @inlinable
  public func size(_ side: Side) -> Quantity {
    Quantity(lots: ladders[Int(side.rawValue)].quantity)
  }

  /// The order with number `id`, or nil.
  @inlinable
  public func order(_ id: UInt64) -> Order? {
    let place = pool.find(id)
    if place == 0 { return nil }
    let node = pool[place]
    return Order(
      side: node.side, price: Price(ticks: node.ticks), size: Quantity(lots: node.quantity))
  }

  /// Writes the levels of a side into `levels`, the best first, as many as have room.
  ///
  /// - Returns: How many were written.
  /// - Complexity: O(levels written), with no allocation.
  @inlinable
  public func copyLevels(of side: Side, into levels: inout OwnedBuffer<Level>) -> Int {
    var key = ladders[Int(side.rawValue)].best
    var count = 0
    while key != .max, count < levels.count {
      levels[count] = level(side, at: Price(ticks: OrderNode.key(side, ticks: key)))
      count += 1
      key = ladders[Int(side.rawValue)].key(after: key)
    }
    return count
  }

  /// What trades at its price before the order with number `id` does, or nil if there is none.
  ///
  /// - Complexity: O(orders before it), with no allocation.
  @inlinable
  public func ahead(of id: UInt64) -> (size: Quantity, count: Int)? {
    let place = pool.find(id)
    if place == 0 { return nil }
    var lots: Int64 = 0
    var count = 0
    var before = pool[place].preceding
    while before != 0 {
      lots += pool[before].quantity
      count += 1
      before = pool[before].preceding
    }
    return (Quantity(lots: lots), count)
  }
}
