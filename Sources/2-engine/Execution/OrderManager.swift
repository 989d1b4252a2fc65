public import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniRisk

/// Owns every order that is not finished, and the counts that risk asks for.
///
/// Numbers: up to `capacity` working orders (1,024 unless told), about 190 bytes each; a few lookups
/// for each report; a lookup is one probe of an open-addressing table.
///
/// - Invariant: working lots and counts equal what the orders say.
/// - Complexity: O(1) an operation, with no allocation in the steady state.
@frozen
public struct OrderManager: ~Copyable {
  /// Why an order or a report was refused; nothing was changed.
  @frozen
  public enum Refusal: Error, Equatable, Sendable {
    /// The report is about an order that is not working.
    case unknownOrder(OrderID)
    /// The trade was counted before.
    case duplicateTrade(TradeID)
    /// No more orders can work at once.
    case full(capacity: Int)
    /// The event has no place in the order's life.
    case lifecycle(OrderLifecycle.Refusal)
  }

  /// What a report did.
  @frozen
  public struct Outcome: Sendable, Hashable {
    /// The order as it is now.
    public let order: Order
    /// The event that was applied.
    public let event: OrderEvent

    @usableFromInline
    init(order: Order, event: OrderEvent) {
      self.order = order
      self.event = event
    }
  }

  @usableFromInline var orders: Slab<Order>
  @usableFromInline var places: WordMap
  @usableFromInline var buyLots: OwnedBuffer<Int64>
  @usableFromInline var sellLots: OwnedBuffer<Int64>
  @usableFromInline var counts: OwnedBuffer<Int>
  @usableFromInline let instrumentCount: Int
  /// The trades counted lately, so that one that is reported again is noticed.
  @usableFromInline var seenTrades: WordMap
  /// The same trades in order of arrival, so that the oldest can be forgotten.
  @usableFromInline var recentTrades: Ring<UInt64>

  /// How many trades back a repeated report is noticed.
  @inlinable
  public static var tradeMemory: Int { 16_384 }

  /// Creates a manager without orders.
  public init(strategyCount: Int, instrumentCount: Int, capacity: Int = 1_024) {
    orders = Slab(capacity: capacity)
    places = WordMap(capacity: capacity)
    buyLots = OwnedBuffer(repeating: 0, count: strategyCount * instrumentCount)
    sellLots = OwnedBuffer(repeating: 0, count: strategyCount * instrumentCount)
    counts = OwnedBuffer(repeating: 0, count: strategyCount)
    self.instrumentCount = instrumentCount
    seenTrades = WordMap(capacity: Self.tradeMemory + 1)
    recentTrades = Ring(capacity: Self.tradeMemory)
  }

  /// How many orders work.
  public var count: Int { orders.count }

  /// What of a strategy is under way.
  @inlinable
  public func working(
    _ strategy: StrategyID, _ instrument: InstrumentID
  ) -> OrderCircumstances.Working {
    let place = place(strategy, instrument)
    return OrderCircumstances.Working(
      buyLots: buyLots[place], sellLots: sellLots[place],
      orderCount: counts[Int(strategy.index)])
  }

  /// Makes an order of an approval, and the command that sends it; refuses a number that works.
  @inlinable
  public mutating func submit(
    _ approved: consuming ApprovedOrder
  ) throws(Refusal) -> SubmitOrder {
    let intent = approved.order
    if let known = self.order(intent.id) {
      throw .lifecycle(.unexpected(.submitted, known.lifecycle.life))
    }
    var order = Order(intent)
    do throws(OrderLifecycle.Refusal) {
      try order.lifecycle.apply(.submitted)
    } catch {
      throw .lifecycle(error)
    }
    guard let handle = orders.insert(order) else { throw .full(capacity: orders.capacity) }
    places.set(intent.id.value, to: UInt64(handle.generation) << 32 | UInt64(handle.index))
    count(intent, lots: intent.quantity.lots, orders: 1)
    return SubmitOrder(intent)
  }

  /// Notes that a cancel of `id` goes to the venue next, or refuses when it cannot.
  @inlinable
  public mutating func requestCancel(_ id: OrderID) throws(Refusal) -> Order {
    try apply(.cancelRequested, to: id)
  }

  /// Applies what the venue says.
  @inlinable
  public mutating func apply(_ report: VenueReport) throws(Refusal) -> Outcome {
    switch report {
    case .accepted(let id): return try outcome(.accepted, id)
    case .rejected(let id, _): return try outcome(.rejected, id)
    case .triggered(let id): return try outcome(.triggered, id)
    case .cancelled(let id): return try outcome(.cancelled, id)
    case .cancelRejected(let id): return try outcome(.cancelRejected, id)
    case .filled(let fill):
      guard seenTrades[fill.trade.value] == nil else { throw .duplicateTrade(fill.trade) }
      let result = try outcome(.filled(fill.quantity), fill.order)
      remember(fill.trade)
      return result
    }
  }

  @inlinable
  mutating func remember(_ trade: TradeID) {
    if recentTrades.isFull, let oldest = recentTrades.popFirst() { seenTrades.remove(oldest) }
    _ = recentTrades.append(trade.value)
    seenTrades.set(trade.value, to: 1)
  }

  @inlinable
  mutating func outcome(_ event: OrderEvent, _ id: OrderID) throws(Refusal) -> Outcome {
    Outcome(order: try apply(event, to: id), event: event)
  }

  /// Applies `event`, keeps the counts true, and forgets the order when it is finished.
  @inlinable
  mutating func apply(_ event: OrderEvent, to id: OrderID) throws(Refusal) -> Order {
    guard let handle = handle(of: id), var order = orders[handle] else {
      throw .unknownOrder(id)
    }
    let before = order.lifecycle.remaining.lots
    do throws(OrderLifecycle.Refusal) {
      try order.lifecycle.apply(event)
    } catch {
      throw .lifecycle(error)
    }
    if order.lifecycle.life.isClosed {
      _ = orders.remove(handle)
      places.remove(id.value)
      count(order.intent, lots: -before, orders: -1)
    } else {
      orders[handle] = order
      count(order.intent, lots: order.lifecycle.remaining.lots - before, orders: 0)
    }
    return order
  }

  /// The working order `id`, or nil.
  @inlinable
  public func order(_ id: OrderID) -> Order? { handle(of: id).flatMap { orders[$0] } }

  @inlinable
  func handle(of id: OrderID) -> Slab<Order>.Handle? {
    places[id.value].map {
      Slab<Order>.Handle(
        index: UInt32(truncatingIfNeeded: $0), generation: UInt32(truncatingIfNeeded: $0 >> 32))
    }
  }

  @inlinable
  mutating func count(_ intent: OrderIntent, lots: Int64, orders number: Int) {
    let place = place(intent.strategy, intent.instrument)
    if intent.side == .buy { buyLots[place] += lots } else { sellLots[place] += lots }
    counts[Int(intent.strategy.index)] += number
  }

  @inlinable
  func place(_ strategy: StrategyID, _ instrument: InstrumentID) -> Int {
    Int(strategy.index) * instrumentCount + Int(instrument.index)
  }
}

extension OrderManager.Refusal: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unknownOrder(let id): "order \(id.value) is not working"
    case .duplicateTrade(let trade): "trade \(trade.value) was counted before"
    case .full(let capacity): "more than \(capacity) orders at once"
    case .lifecycle(let refusal): refusal.description
    }
  }
}
