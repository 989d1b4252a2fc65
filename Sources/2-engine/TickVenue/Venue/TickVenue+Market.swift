import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniOrderBooks
import OmniTime

// What the recording does to the book and to our orders.
extension TickVenue {
  /// Applies the next event of the recording.
  ///
  /// - Precondition: events come in the order of their occurrence.
  @inlinable @inline(__always)
  public mutating func apply(_ event: MarketEvent) {
    if event.occurredAt >= dueAt { advance(to: event.occurredAt) }
    clock = event.occurredAt
    if event.kind == .level {
      let touched =
        event.side == .bid
        ? bids.mayHold(event.price.ticks) || asks.highKey >= -event.price.ticks
        : asks.mayHold(-event.price.ticks) || bids.highKey >= event.price.ticks
      if touched { return touch(event) }
      market.apply(event)
    } else {
      applyRare(event)
    }
  }

  /// Applies a change of a level that one of our orders may feel.
  @usableFromInline @inline(never)
  mutating func touch(_ event: MarketEvent) {
    let old = market.size(event.side, at: event.price)
    market.apply(event)
    levelChanged(event.side, event.price, from: old, to: event.size)
  }

  @usableFromInline @inline(never)
  mutating func applyRare(_ event: MarketEvent) {
    switch event.kind {
    case .trade: trade(event.side, event.price, event.size)
    case .best: quote(event)
    case .state:
      if let raw = UInt8(exactly: event.id), let state = TradingState(rawValue: raw) {
        changeState(isWithinHours: isWithinHours, state)
      }
    case .clear:
      market.apply(event)
      if event.side == .none { recorded.removeAll() }
    case .level: market.apply(event)
    case .orderAdded, .orderChanged, .orderReduced, .orderRemoved, .orderExecuted:
      applyOrder(event)
    }
  }

  /// Moves the queue at a price, and fills what the other side has reached.
  mutating func levelChanged(
    _ side: MarketEvent.BookSide, _ price: Price, from old: Quantity, to new: Quantity
  ) {
    if side == .bid {
      bids.requeue(price.ticks, from: old, to: new, configuration.queue)
      if new > .zero, state == .continuous { fillThrough(.sell, -price.ticks) }
    } else if side == .ask {
      asks.requeue(-price.ticks, from: old, to: new, configuration.queue)
      if new > .zero, state == .continuous { fillThrough(.buy, price.ticks) }
    }
  }

  /// Fills the orders of `side` whose key is at least `key`, whole and at their own prices.
  mutating func fillThrough(_ side: Side, _ key: Int64) {
    if side == .buy {
      while bids.count > 0, bids.highKey >= key { fillFirst(.buy) }
    } else {
      while asks.count > 0, asks.highKey >= key { fillFirst(.sell) }
    }
  }

  private mutating func fillFirst(_ side: Side) {
    let order = side == .buy ? bids[0] : asks[0]
    if side == .buy { bids.remove(0) } else { asks.remove(0) }
    let price = Price(ticks: side == .buy ? order.key : -order.key)
    fill(order.id, order.strategy, side, order.lots, (price, .maker))
  }

  /// Fills what the book has crossed, when trading goes on.
  mutating func fillCrossed() {
    if let ask = market.bestAsk { fillThrough(.buy, ask.ticks) }
    if let bid = market.bestBid { fillThrough(.sell, -bid.ticks) }
  }

  /// A new best price: what was better is gone, so nobody there is ahead of us.
  private mutating func quote(_ event: MarketEvent) {
    let old = market.size(event.side, at: event.price)
    market.apply(event)
    guard event.size > .zero else { return }
    let key = event.side == .bid ? event.price.ticks : -event.price.ticks
    if event.side == .bid { bids.leaveAlone(above: key) }
    if event.side == .ask { asks.leaveAlone(above: key) }
    levelChanged(event.side, event.price, from: old, to: event.size)
  }

  /// A trade: who took hits our orders beyond the price, and at the price when their turn has come.
  private mutating func trade(
    _ taker: MarketEvent.BookSide, _ price: Price, _ size: Quantity
  ) {
    lastTrade = price
    switch state {
    case .continuous: break
    case .auction: return auction(at: price)
    case .halted, .closed: return
    }
    // At an unknown side's price one cannot know whose queue moved; beyond it, it does not matter.
    let isKnown = taker != .none
    if taker != .ask, asks.highKey >= -price.ticks {
      fillThrough(.sell, -price.ticks + 1)
      if isKnown { serve(.sell, -price.ticks, size.lots) }
    }
    if taker != .bid, bids.highKey >= price.ticks {
      fillThrough(.buy, price.ticks + 1)
      if isKnown { serve(.buy, price.ticks, size.lots) }
    }
  }

  /// An auction's price: our orders beyond it are filled at it; those at it wait, which errs low.
  private mutating func auction(at price: Price) {
    while bids.count > 0, bids.highKey > price.ticks {
      let order = bids[0]
      bids.remove(0)
      fill(order.id, order.strategy, .buy, order.lots, (price, .maker))
    }
    while asks.count > 0, asks.highKey > -price.ticks {
      let order = asks[0]
      asks.remove(0)
      fill(order.id, order.strategy, .sell, order.lots, (price, .maker))
    }
  }
}
