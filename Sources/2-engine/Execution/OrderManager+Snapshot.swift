import OmniCollections
public import OmniEncoding
import OmniModel
import OmniMoney

extension OrderManager {
  /// The orders that work, by number.
  ///
  /// - Complexity: O(n log n); allocates.
  public var workingOrders: [Order] {
    var working: [Order] = []
    orders.forEach { working.append($0) }
    working.sort { $0.intent.id < $1.intent.id }
    return working
  }

  /// Puts every working order, by number, and the trades that are remembered.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    let working = workingOrders
    sink.put(UInt64(working.count))
    for order in working {
      order.intent.encode(into: &sink)
      sink.put(UInt64(order.lifecycle.life.rawValue))
      sink.put(order.lifecycle.isModifyPending)
      sink.put(order.lifecycle.isCancelPending)
      sink.put(order.lifecycle.filled.lots)
    }
    sink.put(UInt64(recentTrades.count))
    for offset in 0..<recentTrades.count { sink.put(recentTrades.peek(offset) ?? 0) }
  }

  /// Takes back what an equal manager has put, into a manager without orders.
  ///
  /// When it throws, the manager is to be thrown away.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    precondition(count == 0, "a manager without orders")
    for _ in 0..<(try source.takeCount(limit: orders.capacity)) {
      let intent = try OrderIntent(decoding: &source)
      let lifecycle = try Self.takeLifecycle(of: intent, &source)
      guard Int(intent.instrument.index) < instrumentCount,
        Int(intent.strategy.index) < counts.count, intent.quantity.lots <= InstrumentTerms.lotsMax,
        handle(of: intent.id) == nil,
        let handle = orders.insert(Order(intent: intent, lifecycle: lifecycle))
      else { throw .senseless(word: intent.id.value, what: "order of this run") }
      places.set(
        intent.id.value, to: UInt64(handle.generation) << 32 | UInt64(handle.index))
      count(intent, lots: lifecycle.remaining.lots, orders: 1)
    }
    for _ in 0..<(try source.takeCount(limit: Self.tradeMemory)) {
      remember(TradeID(try source.take()))
    }
  }

  private static func takeLifecycle(
    of intent: OrderIntent, _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> OrderLifecycle {
    let word = try source.take()
    let isModifyPending = try source.takeFlag()
    let isCancelPending = try source.takeFlag()
    let filled = try source.takeSigned()
    guard filled >= 0, let life = UInt8(exactly: word).flatMap(OrderLifecycle.Life.init(rawValue:)),
      !life.isClosed,
      let lifecycle = OrderLifecycle(
        life: life, isModifyPending: isModifyPending, isCancelPending: isCancelPending,
        filled: Quantity(lots: filled), of: intent.quantity)
    else { throw .senseless(word: word, what: "life of a working order") }
    return lifecycle
  }
}
