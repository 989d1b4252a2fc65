import OmniModel
import OmniMoney

// A trade at the price of our orders: whose turn it is.
extension TickVenue {
  /// Lets a trade of `lots` at `key` serve the queue in which our orders of `side` stand.
  mutating func serve(_ side: Side, _ key: Int64, _ lots: Int64) {
    switch configuration.queue {
    case .riskAverse, .probability: serveEach(side, key, lots)
    case .sharedQueue: serveShared(side, key, lots)
    // Executed orders say it exactly; the trade is the same event told again.
    case .exact: return
    }
  }

  /// As if each of our orders were alone at the price: each of them is served the whole trade.
  private mutating func serveEach(_ side: Side, _ key: Int64, _ lots: Int64) {
    var index = first(side, key)
    while let order = order(side, index), order.key == key {
      var order = order
      order.place.trade(lots)
      let excess = order.place.excessLots
      if excess > 0 {
        let traded = configuration.fillsInPart ? min(excess, lots, order.lots) : order.lots
        order.place.ahead = 0
        index = settle(side, index, order, traded)
      } else {
        change(side, index, order)
        index += 1
      }
    }
  }

  /// One queue: first who is ahead of our first order, then that order, then who is between it and
  /// the next of ours, and so on until the trade is used up.
  private mutating func serveShared(_ side: Side, _ key: Int64, _ lots: Int64) {
    var left = QueuePlace.parts(lots)
    var served: Int64 = 0
    var index = first(side, key)
    while let order = order(side, index), order.key == key {
      var order = order
      let between = min(left, max(0, order.place.ahead - served))
      served += between
      left -= between
      order.place.ahead = max(0, order.place.ahead - served)
      let whole = left / QueuePlace.fraction
      if whole > 0, order.place.ahead == 0 {
        let traded = configuration.fillsInPart ? min(whole, order.lots) : order.lots
        left -= min(left, QueuePlace.parts(traded))
        index = settle(side, index, order, traded)
      } else {
        change(side, index, order)
        index += 1
      }
    }
  }

  /// Fills `traded` lots of an order, and returns the index of the next one.
  mutating func settle(
    _ side: Side, _ index: Int, _ order: RestingTick, _ traded: Int64
  ) -> Int {
    var order = order
    order.lots -= traded
    order.tradedLots += traded
    let price = Price(ticks: side == .buy ? order.key : -order.key)
    if order.lots == 0 {
      if side == .buy { bids.remove(index) } else { asks.remove(index) }
    } else {
      change(side, index, order)
    }
    fill(order.id, order.strategy, side, traded, (price, .maker))
    return order.lots == 0 ? index : index + 1
  }

  func first(_ side: Side, _ key: Int64) -> Int {
    side == .buy ? bids.first(at: key) : asks.first(at: key)
  }

  func order(_ side: Side, _ index: Int) -> RestingTick? {
    if side == .buy { return index < bids.count ? bids[index] : nil }
    return index < asks.count ? asks[index] : nil
  }

  mutating func change(_ side: Side, _ index: Int, _ order: RestingTick) {
    if side == .buy { bids[index] = order } else { asks[index] = order }
  }
}
