import OmniModel
import OmniMoney
import OmniOrderBooks
import OmniTime

/// A book of single orders in a dictionary and a list of turns, by rules written down a second time.
struct NaiveOrders {
  struct Order: Equatable {
    var side: MarketEvent.BookSide
    var price: Int64
    var size: Int64
    /// Who has the lower number at a price goes first.
    var turn: Int
  }

  private(set) var orders: [UInt64: Order] = [:]
  private var turns = 0

  mutating func apply(_ event: MarketEvent) -> OrderBook.Outcome {
    switch event.kind {
    case .best, .level, .trade, .state: return .ignored
    case .clear:
      orders = orders.filter { event.side != .none && $0.value.side != event.side }
      return .applied
    case .orderAdded: return add(event)
    default: break
    }
    guard var order = orders[event.id] else { return .refused(.unknownOrder) }
    if event.side != .none, event.side != order.side { return .refused(.otherSide) }
    switch event.kind {
    case .orderRemoved: order.size = 0
    case .orderChanged:
      if event.size != .zero, isEnd(order.side, event.price) { return .refused(.priceOutOfRange) }
      if order.price != event.price.ticks || !event.flags.contains(.keepsTurn) {
        turns += 1
        order.turn = turns
      }
      order.price = event.price.ticks
      order.size = event.size.lots
    default:
      if event.size.lots > order.size { return .refused(.belowZero) }
      order.size -= event.size.lots
    }
    orders[event.id] = order.size == 0 ? nil : order
    return .applied
  }

  private mutating func add(_ event: MarketEvent) -> OrderBook.Outcome {
    if event.side == .none { return .refused(.noSide) }
    if event.size == .zero { return .refused(.zeroSize) }
    if orders[event.id] != nil { return .refused(.doubledOrder) }
    if isEnd(event.side, event.price) { return .refused(.priceOutOfRange) }
    turns += 1
    orders[event.id] = Order(
      side: event.side, price: event.price.ticks, size: event.size.lots, turn: turns)
    return .applied
  }

  private func isEnd(_ side: MarketEvent.BookSide, _ price: Price) -> Bool {
    price.ticks == (side == .bid ? .min : .max)
  }

  /// The levels of a side, the best first.
  func levels(_ side: Side) -> [OrderBook.Level] {
    let side: MarketEvent.BookSide = side == .buy ? .bid : .ask
    let mine = orders.values.filter { $0.side == side }
    let levels = Dictionary(grouping: mine, by: \.price).map { price, orders in
      OrderBook.Level(
        price: Price(ticks: price),
        size: Quantity(lots: orders.reduce(0) { $0 + $1.size }), count: orders.count)
    }
    return levels.sorted { side == .bid ? $0.price > $1.price : $0.price < $1.price }
  }

  /// What goes before an order at its price: lots and orders.
  func ahead(of id: UInt64) -> [Int64]? {
    guard let order = orders[id] else { return nil }
    let before = orders.values.filter {
      $0.side == order.side && $0.price == order.price && $0.turn < order.turn
    }
    return [before.reduce(0) { $0 + $1.size }, Int64(before.count)]
  }
}
