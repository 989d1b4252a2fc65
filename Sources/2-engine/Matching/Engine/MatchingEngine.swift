public import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniOrderBooks

/// The order book of one instrument at a venue: who trades with whom, and at which price.
///
/// The better price goes first, at a price the earlier order; a trade is made at the price of the
/// order that waited. Facts go to a ``MatchSink``, which is a type parameter, so that delivery is
/// inlined. It is one thread's, reads no clock and does no input or output.
///
///     var engine = MatchingEngine(MatchingEngine.Configuration())
///     engine.submit(MatchOrder(OrderID(1), .sell, lots(5), at: ticks(101)), into: &sink)
///     engine.submit(.market(OrderID(2), .buy, lots(3)), into: &sink)  // 3 lots trade at 101.
///
/// - Invariant: outside of an auction, the best bid is below the best ask.
/// - Invariant: what was submitted is what traded, rests or was cancelled.
/// - Complexity: an operation is O(1 + orders that it trades with) inside of the ladder's window
///   (see ``OrderLadder``), and allocates only while more orders rest than ever before.
@frozen
public struct MatchingEngine: ~Copyable {
  /// How large an engine is, and what it does about self-trades.
  @frozen
  public struct Configuration: Sendable, Hashable {
    /// How many prices of a side lie in an array; a multiple of 64 up to 2¹⁸.
    public var window = 8_192
    /// For how many resting orders memory is taken at the start.
    public var orderCapacity = 4_096
    /// The most resting orders.
    public var orderCountMax = OrderPool.orderCountMax
    /// What is done about self-trades.
    public var selfTrades = SelfTradePrevention.none

    /// Creates the usual configuration.
    @inlinable
    public init() {}
  }

  @usableFromInline var pool: OrderPool
  /// That of the bids and that of the asks: picked by number, since a branch would be guessed wrong
  /// for every other order.
  @usableFromInline var ladders: OwnedBuffer<OrderLadder>
  @usableFromInline let orderCountMax: Int
  /// What is done about self-trades.
  public let selfTrades: SelfTradePrevention
  @usableFromInline var isCollecting = false

  /// Whether orders are only collected, until ``uncross(reference:into:)``.
  @inlinable
  public var isInAuction: Bool { isCollecting }

  /// How many orders rest.
  @inlinable
  public var orderCount: Int { pool.count }

  /// Creates an engine without orders.
  ///
  /// - Precondition: The window is a multiple of 64 from 64 to 2¹⁸, and the capacity at most the
  ///   most orders, which is at most ``OrderPool/orderCountMax``.
  @inlinable
  public init(_ configuration: Configuration) {
    precondition(
      configuration.orderCapacity <= configuration.orderCountMax
        && configuration.orderCountMax <= OrderPool.orderCountMax, "room for the most orders")
    pool = OrderPool(capacity: configuration.orderCapacity)
    ladders = OwnedBuffer(count: 2) { _ in OrderLadder(window: configuration.window) }
    orderCountMax = configuration.orderCountMax
    selfTrades = configuration.selfTrades
  }

  /// The best price of `side`, or nil if no order rests there.
  @inlinable
  public func best(_ side: Side) -> Price? {
    let key = ladders[side.index].best
    return key == .max ? nil : Price(ticks: OrderNode.key(side, ticks: key))
  }

  /// What rests on `side` at `price`, and in how many orders.
  @inlinable
  public func resting(_ side: Side, at price: Price) -> (quantity: Quantity, count: Int) {
    let key = OrderNode.key(side, ticks: price.ticks)
    let level = ladders[side.index].level(at: key)
    return (Quantity(lots: level.quantity), level.count)
  }

  /// What is left of the resting order `id`, or nil if there is none.
  @inlinable
  public func remaining(of id: OrderID) -> Quantity? {
    let place = pool.find(id.value)
    return place == 0 ? nil : Quantity(lots: pool[place].quantity)
  }

  /// Takes an order in: it trades, rests, is cancelled, or is refused.
  @inlinable
  @discardableResult
  public mutating func submit(
    _ order: MatchOrder, into sink: inout some MatchSink & ~Copyable
  ) -> MatchOutcome {
    if let refusal = refusal(of: order) { return .refused(refusal) }
    let total = order.quantity.lots
    let left = isCollecting ? total : trade(Taker(order), &sink)
    if left == 0 { return .done(MatchResult(traded: order.quantity)) }
    let traded = Quantity(lots: total - abs(left))
    // A remainder below zero was cancelled so that its owner would not trade with itself.
    if left < 0 || order.lifetime == .immediateOrCancel || order.lifetime == .fillOrKill {
      return .done(MatchResult(traded: traded, cancelled: Quantity(lots: abs(left))))
    }
    let key = OrderNode.key(order.side, ticks: order.price.ticks)
    let place = pool.insert(
      OrderNode(
        id: order.id.value, side: order.side, key: key, quantity: left, owner: order.owner))
    ladders[order.side.index].append(place, key: key, quantity: left, in: &pool)
    return .done(MatchResult(traded: traded, resting: Quantity(lots: left)))
  }

  /// Takes the resting order `id` out.
  @inlinable
  @discardableResult
  public mutating func cancel(_ id: OrderID) -> MatchOutcome {
    let place = pool.find(id.value)
    if place == 0 { return .refused(.unknownOrder) }
    let quantity = pool[place].quantity
    ladders[pool[place].side.index].remove(place, in: &pool)
    pool.remove(place)
    return .done(MatchResult(cancelled: Quantity(lots: quantity)))
  }

  /// Gives the resting order `id` another price, as if it had just come: it may trade, and stands
  /// behind the others at its price, also if that is the old one.
  @inlinable
  @discardableResult
  public mutating func move(
    _ id: OrderID, to price: Price, into sink: inout some MatchSink & ~Copyable
  ) -> MatchOutcome {
    let place = pool.find(id.value)
    if place == 0 { return .refused(.unknownOrder) }
    let node = pool[place]
    let key = OrderNode.key(node.side, ticks: price.ticks)
    if key == .max { return .refused(.priceOutOfRange) }
    ladders[node.side.index].remove(place, in: &pool)
    let left = isCollecting ? node.quantity : trade(Taker(node, ticks: price.ticks), &sink)
    if left <= 0 {
      pool.remove(place)
      return .done(
        MatchResult(
          traded: Quantity(lots: node.quantity + left), cancelled: Quantity(lots: -left)))
    }
    ladders[node.side.index].append(place, key: key, quantity: left, in: &pool)
    return .done(
      MatchResult(traded: Quantity(lots: node.quantity - left), resting: Quantity(lots: left)))
  }

  /// Lets `quantity` be what is left of the resting order `id`, which keeps its turn; with nothing
  /// left it is taken out.
  ///
  /// A venue that does not let orders grow in place asks ``remaining(of:)`` first.
  @inlinable
  @discardableResult
  public mutating func resize(_ id: OrderID, to quantity: Quantity) -> MatchOutcome {
    let place = pool.find(id.value)
    if place == 0 { return .refused(.unknownOrder) }
    if quantity == .zero { return cancel(id) }
    let node = pool[place]
    let change = quantity.lots - node.quantity
    if change > 0, !canRest(node.side, change) { return .refused(.quantityOutOfRange) }
    ladders[node.side.index].resize(place, to: quantity.lots, in: &pool)
    return .done(
      MatchResult(resting: quantity, cancelled: Quantity(lots: max(0, -change))))
  }

  /// Whether `quantity` more on a side can be counted.
  @inlinable @inline(__always)
  func canRest(_ side: Side, _ quantity: Int64) -> Bool {
    return !ladders[side.index].quantity.addingReportingOverflow(quantity).overflow
  }
}

extension Side {
  /// Which of two ladders: 0 for bids, 1 for asks.
  @inlinable @inline(__always)
  var index: Int { Int(rawValue) }
}
