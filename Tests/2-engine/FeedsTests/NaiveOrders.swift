import OmniModel
import OmniMoney

/// A book of orders as anybody would write it first: a dictionary, gone through for each question.
struct NaiveOrders {
  struct Order {
    var side: MarketEvent.BookSide
    var price: Int64
    var size: Int64
  }

  var orders: [UInt64: Order] = [:]
  var totals: [MarketEvent.BookSide: [Int64: Int64]] = [.bid: [:], .ask: [:]]
  /// Events that do not fit the book.
  var faults = 0

  mutating func apply(_ event: MarketEvent) {
    switch event.kind {
    case .clear:
      orders = [:]
      totals = [.bid: [:], .ask: [:]]
    case .orderAdded:
      if orders[event.id] != nil { faults += 1 }
      put(event.id, Order(side: event.side, price: event.price.ticks, size: event.size.lots))
    case .orderChanged:
      if orders[event.id]?.side != event.side { faults += 1 }
      take(event.id)
      put(event.id, Order(side: event.side, price: event.price.ticks, size: event.size.lots))
    case .orderReduced, .orderExecuted:
      guard var order = orders[event.id], order.size >= event.size.lots else {
        faults += 1
        return
      }
      take(event.id)
      order.size -= event.size.lots
      if order.size > 0 { put(event.id, order) }
    case .orderRemoved:
      if orders[event.id] == nil { faults += 1 }
      take(event.id)
    default: break
    }
  }

  private mutating func put(_ id: UInt64, _ order: Order) {
    orders[id] = order
    totals[order.side]?[order.price, default: 0] += order.size
  }

  private mutating func take(_ id: UInt64) {
    guard let order = orders.removeValue(forKey: id) else { return }
    totals[order.side]?[order.price, default: 0] -= order.size
    if totals[order.side]?[order.price] == 0 { totals[order.side]?[order.price] = nil }
  }

  var isCrossed: Bool {
    guard let bid = totals[.bid]?.keys.max(), let ask = totals[.ask]?.keys.min() else {
      return false
    }
    return bid >= ask
  }

  /// The best levels in the form of LOBSTER's rows, prices in cents.
  func row(levels: Int) -> String {
    let asks = (totals[.ask] ?? [:]).sorted { $0.key < $1.key }
    let bids = (totals[.bid] ?? [:]).sorted { $0.key > $1.key }
    return (0..<levels).map { place in
      let ask = place < asks.count ? asks[place] : (99_999_999, 0)
      let bid = place < bids.count ? bids[place] : (-99_999_999, 0)
      return "\(ask.0)00,\(ask.1),\(bid.0)00,\(bid.1)"
    }.joined(separator: ",")
  }
}
