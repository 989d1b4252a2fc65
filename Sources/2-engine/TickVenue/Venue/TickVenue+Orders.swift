import OmniModel
import OmniMoney
import OmniOrderBooks

// Recorded orders (L3): the book's levels follow from them, and the exact turn of ours.
extension TickVenue {
  /// Applies an event of one recorded order.
  mutating func applyOrder(_ event: MarketEvent) {
    switch event.kind {
    case .orderAdded: add(event)
    case .orderReduced: take(event.size.lots, from: event.id, isTrade: false)
    case .orderRemoved: take(.max, from: event.id, isTrade: false)
    case .orderExecuted: take(event.size.lots, from: event.id, isTrade: true)
    case .orderChanged: replace(event)
    default: break
    }
  }

  private mutating func add(_ event: MarketEvent) {
    guard event.side != .none, event.size > .zero else { return }
    turnCount += 1
    let isBid = event.side == .bid
    let entry = RecordedOrders.Entry(
      key: isBid ? event.price.ticks : -event.price.ticks, lots: event.size.lots, turn: turnCount,
      isBid: isBid)
    if recorded.add(event.id, entry) { addToLevel(entry, entry.lots) }
  }

  /// An order changed: one that keeps its turn is made smaller or larger where it stands, any other
  /// goes behind.
  private mutating func replace(_ event: MarketEvent) {
    guard let old = recorded.find(event.id) else { return }
    let key = old.isBid ? event.price.ticks : -event.price.ticks
    let lots = event.size.lots
    if event.flags.contains(.keepsTurn), key == old.key {
      if lots <= old.lots { return take(old.lots - lots, from: event.id, isTrade: false) }
      recorded.set(event.id, lots: lots)
      moveQueue(old, by: lots - old.lots)
      return addToLevel(old, lots - old.lots)
    }
    take(.max, from: event.id, isTrade: false)
    guard lots > 0 else { return }
    turnCount += 1
    let entry = RecordedOrders.Entry(key: key, lots: lots, turn: turnCount, isBid: old.isBid)
    if recorded.add(event.id, entry) { addToLevel(entry, lots) }
  }

  /// Takes lots from an order: by a trade, which serves first whoever of ours came before it.
  private mutating func take(_ lots: Int64, from id: UInt64, isTrade: Bool) {
    guard let order = recorded.find(id) else { return }
    let taken = min(lots, order.lots)
    recorded.set(id, lots: order.lots - taken)
    if isTrade, state == .continuous {
      let side: Side = order.isBid ? .buy : .sell
      lastTrade = Price(ticks: order.isBid ? order.key : -order.key)
      fillThrough(side, order.key + 1)
      if configuration.queue == .exact { serveExact(side, order, taken) }
    }
    moveQueue(order, by: -taken)
    addToLevel(order, -taken)
  }

  /// Our orders at the price that came before the executed one stood ahead of it.
  private mutating func serveExact(
    _ side: Side, _ executed: RecordedOrders.Entry, _ lots: Int64
  ) {
    var left = lots
    var index = first(side, executed.key)
    while left > 0, let order = order(side, index), order.key == executed.key,
      order.turn < executed.turn
    {
      let traded = configuration.fillsInPart ? min(left, order.lots) : order.lots
      left -= min(left, traded)
      index = settle(side, index, order, traded)
    }
  }

  /// Whoever of ours came after `order` has so much more or less ahead.
  private mutating func moveQueue(_ moved: RecordedOrders.Entry, by lots: Int64) {
    guard configuration.queue == .exact else { return }
    let side: Side = moved.isBid ? .buy : .sell
    var index = first(side, moved.key)
    while let order = order(side, index), order.key == moved.key {
      if order.turn > moved.turn {
        var order = order
        order.place.ahead += QueuePlace.parts(lots)
        change(side, index, order)
      }
      index += 1
    }
  }

  private mutating func addToLevel(_ order: RecordedOrders.Entry, _ lots: Int64) {
    let side: MarketEvent.BookSide = order.isBid ? .bid : .ask
    let price = Price(ticks: order.isBid ? order.key : -order.key)
    let old = market.size(side, at: price)
    let new = Quantity(lots: max(0, old.lots + lots))
    market.set(side, price, to: new)
    levelChanged(side, price, from: old, to: new)
  }
}
