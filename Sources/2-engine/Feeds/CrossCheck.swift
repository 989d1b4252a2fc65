import OmniCollections
import OmniModel
import OmniMoney

/// One side of a book as a row of prices and sizes, best last, so that changes near the best are cheap.
struct SideLadder: ~Copyable {
  struct Level: BitwiseCopyable {
    var price: Int64
    var size: Int64
  }

  /// 1 for bids, -1 for asks: times the price, the best is the largest.
  let sign: Int64
  private var levels = GrowingBuffer<Level>(capacity: 1_024)

  init(isAsk: Bool) { sign = isAsk ? -1 : 1 }

  /// The best price, or nil.
  var best: Int64? { levels.isEmpty ? nil : levels[levels.count - 1].price }

  mutating func removeAll() { levels.removeAll() }

  /// Sets the size at `price`; 0 takes the level away.
  mutating func set(_ price: Int64, _ size: Int64) { change(price) { $0 = size } }

  /// Adds `size`, which may be negative, to what is at `price`; below nothing is nothing.
  mutating func add(_ price: Int64, _ size: Int64) {
    change(price) { $0 = max(0, $0.addingReportingOverflow(size).partialValue) }
  }

  private mutating func change(_ price: Int64, _ body: (inout Int64) -> Void) {
    var place = levels.count
    // Most changes are near the best: a few steps before a binary search.
    var steps = 0
    while place > 0, isBetter(levels[place - 1].price, price), steps < 8 {
      place -= 1
      steps += 1
    }
    if steps == 8 { place = search(price, below: place) }
    let isThere = place > 0 && levels[place - 1].price == price
    var size = isThere ? levels[place - 1].size : 0
    body(&size)
    if isThere, size == 0 {
      for index in place - 1..<levels.count - 1 { levels[index] = levels[index + 1] }
      levels.removeAll(from: levels.count - 1)
    } else if isThere {
      levels[place - 1].size = size
    } else if size > 0 {
      levels.append(Level(price: price, size: size))
      var index = levels.count - 1
      while index > place {
        levels[index] = levels[index - 1]
        index -= 1
      }
      levels[place] = Level(price: price, size: size)
    }
  }

  private func isBetter(_ lhs: Int64, _ rhs: Int64) -> Bool { sign > 0 ? lhs > rhs : lhs < rhs }

  /// How many of the first `end` levels are not better than `price`.
  private func search(_ price: Int64, below end: Int) -> Int {
    var low = 0
    var high = end
    while low < high {
      let middle = (low + high) / 2
      if isBetter(levels[middle].price, price) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Whether the book that the events make is crossed when a message is complete.
///
/// Best prices are compared only if one message names both sides: a tape of several exchanges gives one
/// side at a time.
struct CrossCheck: ~Copyable {
  private var bids = SideLadder(isAsk: false)
  private var asks = SideLadder(isAsk: true)
  private var orders = OrderTable()
  private var quotedBid: Int64?
  private var quotedAsk: Int64?
  private var isSuspect = false
  private var hasChanged = false

  /// Whether `event` completes a message behind which a bid is not below an ask.
  mutating func isCrossed(_ event: MarketEvent) -> Bool {
    apply(event)
    guard event.flags.contains(.last) else { return false }
    var result = false
    if let bid = quotedBid, let ask = quotedAsk { result = bid >= ask }
    if hasChanged, !isSuspect, let bid = bids.best, let ask = asks.best {
      result = result || bid >= ask
    }
    quotedBid = nil
    quotedAsk = nil
    hasChanged = false
    return result
  }

  private mutating func apply(_ event: MarketEvent) {
    let isAsk = event.side == .ask
    let price = event.price.ticks
    switch event.kind {
    case .best:
      let quoted = event.size.lots > 0 ? price : nil
      if isAsk { quotedAsk = quoted } else { quotedBid = quoted }
    case .level:
      if isAsk { asks.set(price, event.size.lots) } else { bids.set(price, event.size.lots) }
      hasChanged = true
    case .clear:
      if event.side != .ask { bids.removeAll() }
      if event.side != .bid { asks.removeAll() }
      if event.side == .none { orders.removeAll() }
      isSuspect = event.flags.contains(.gap)
    case .orderAdded, .orderChanged:
      take(event.id, of: .max)
      orders.set(event.id, .init(price: price, size: event.size.lots, isAsk: isAsk))
      add(price, event.size.lots, isAsk)
      hasChanged = true
    case .orderReduced, .orderExecuted:
      take(event.id, of: event.size.lots)
      hasChanged = true
    case .orderRemoved:
      take(event.id, of: .max)
      hasChanged = true
    case .trade, .state: break
    }
  }

  /// Takes at most `size` of an order away.
  private mutating func take(_ id: UInt64, of size: Int64) {
    guard var order = orders[id] else { return }
    let taken = min(size, order.size)
    add(order.price, -taken, order.isAsk)
    order.size -= taken
    if order.size == 0 { orders.remove(id) } else { orders.set(id, order) }
  }

  private mutating func add(_ price: Int64, _ size: Int64, _ isAsk: Bool) {
    if isAsk { asks.add(price, size) } else { bids.add(price, size) }
  }
}
