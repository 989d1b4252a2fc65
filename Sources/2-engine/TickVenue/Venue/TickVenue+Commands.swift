import OmniCollections
import OmniModel
import OmniMoney
import OmniOrderBooks
public import OmniTime

// What we ask of the venue, at the instant at which it arrives there.
extension TickVenue {
  /// Does what `command` asks, or reports why not.
  ///
  /// - Precondition: the market's events until and at `arrival` have been applied.
  public mutating func receive(_ command: TickCommand, at arrival: Timestamp) {
    advance(to: arrival)
    switch command {
    case .submit(let order): submit(order)
    case .cancel(let id): cancel(id)
    case .replace(let id, let price, let quantity): replace(id, price, quantity)
    }
  }

  private mutating func submit(_ order: TickOrder) {
    if let refusal = refusal(of: order) {
      return say(.rejected(refusal), order.id, order.strategy, order.side)
    }
    if state == .halted {
      held.append(order)
      return say(.accepted, order.id, order.strategy, order.side)
    }
    if state == .auction { return rest(order, traded: 0, isKnown: false) }
    enter(order, traded: 0, isKnown: false)
  }

  private func refusal(of order: TickOrder) -> TickRefusal? {
    if Int(order.strategy.index) >= accounts.count { return .unknownStrategy }
    if let refusal = refusal(order.price, order.quantity, isMarket: order.isMarket) {
      return refusal
    }
    if resting(order.id) != nil || held.contains(where: { $0.id == order.id }) {
      return .duplicateOrder
    }
    let count = order.side == .buy ? bids.count : asks.count
    if count + held.count >= configuration.orderCountMax { return .tooManyOrders }
    let mayRest =
      !order.isMarket
      && (order.timeInForce == .goodTillCancelled || order.timeInForce == .postOnly)
    switch state {
    case .continuous: return nil
    case .auction: return mayRest ? nil : .auction
    case .halted: return mayRest && configuration.holdsWhenHalted ? nil : .halted
    case .closed: return .closed
    }
  }

  private func refusal(
    _ price: Price, _ quantity: Quantity, isMarket: Bool
  ) -> TickRefusal? {
    guard quantity > .zero, quantity.lots <= InstrumentTerms.lotsMax else {
      return .quantityOutOfRange
    }
    if !isMarket, price.ticks.magnitude > InstrumentTerms.ticksMax { return .priceOutOfRange }
    return nil
  }

  /// Lets an order take or rest, of which `traded` lots are done; one that `isKnown` has been
  /// accepted before.
  mutating func enter(_ order: TickOrder, traded: Int64, isKnown: Bool) {
    let side: MarketEvent.BookSide = order.side == .buy ? .ask : .bid
    guard let best = market.level(side), order.isMarket || order.reaches(best.price) else {
      return wait(order, traded: traded, isKnown: isKnown)
    }
    if order.timeInForce == .postOnly {
      let kind: TickReport.Kind = isKnown ? .expired(.wouldTake) : .rejected(.wouldTake)
      return say(kind, order.id, order.strategy, order.side)
    }
    guard configuration.fillsInPart else {
      return fill(
        order.id, order.strategy, order.side, order.quantity.lots - traded, (best.price, .taker))
    }
    if order.timeInForce == .fillOrKill, !canFillWhole(order) {
      return say(.expired(.notWhole), order.id, order.strategy, order.side)
    }
    let done = take(order, side, traded: traded)
    if done == order.quantity.lots { return }
    if order.isMarket || order.timeInForce == .immediateOrCancel {
      return say(.expired(.nothingToTake), order.id, order.strategy, order.side)
    }
    rest(order, traded: done, isKnown: isKnown)
  }

  /// An order that finds nobody to trade with.
  private mutating func wait(_ order: TickOrder, traded: Int64, isKnown: Bool) {
    if order.isMarket { return say(.rejected(.noMarket), order.id, order.strategy, order.side) }
    if order.timeInForce == .immediateOrCancel || order.timeInForce == .fillOrKill {
      return say(.expired(.nothingToTake), order.id, order.strategy, order.side)
    }
    rest(order, traded: traded, isKnown: isKnown)
  }

  private func canFillWhole(_ order: TickOrder) -> Bool {
    let side: MarketEvent.BookSide = order.side == .buy ? .ask : .bid
    var left = order.quantity.lots
    var level = market.level(side)
    while let here = level, order.isMarket || order.reaches(here.price), left > 0 {
      left -= min(left, here.size.lots)
      level = market.level(side, after: here.price)
    }
    return left == 0
  }

  /// Takes what the book has within the order's limit, and returns what is done of the order.
  private mutating func take(
    _ order: TickOrder, _ side: MarketEvent.BookSide, traded: Int64
  ) -> Int64 {
    var left = order.quantity.lots - traded
    var level = market.level(side)
    while let here = level, order.isMarket || order.reaches(here.price), left > 0 {
      let taken = min(left, here.size.lots)
      fill(order.id, order.strategy, order.side, taken, (here.price, .taker))
      left -= taken
      level = market.level(side, after: here.price)
    }
    return order.quantity.lots - left
  }

  /// Puts an order behind everything at its price.
  private mutating func rest(_ order: TickOrder, traded: Int64, isKnown: Bool) {
    turnCount += 1
    let ours: MarketEvent.BookSide = order.side == .buy ? .bid : .ask
    let resting = RestingTick(
      id: order.id, strategy: order.strategy, key: order.side.sign * order.price.ticks,
      lots: order.quantity.lots - traded, tradedLots: traded,
      isPostOnly: order.timeInForce == .postOnly,
      place: QueuePlace(behind: market.size(ours, at: order.price).lots), turn: turnCount)
    if order.side == .buy { bids.insert(resting) } else { asks.insert(resting) }
    if !isKnown { say(.accepted, order.id, order.strategy, order.side) }
  }

  private mutating func cancel(_ id: OrderID) {
    if state == .closed { return refuse(id, .closed) }
    if let index = held.firstIndex(where: { $0.id == id }) {
      let order = held.remove(at: index)
      return say(.cancelled, id, order.strategy, order.side)
    }
    guard let (order, side) = remove(id) else { return refuse(id, .unknownOrder) }
    say(.cancelled, id, order.strategy, side)
  }

  private mutating func refuse(_ id: OrderID, _ refusal: TickRefusal) {
    say(.refused(refusal), id, resting(id)?.strategy ?? StrategyID(0), .buy)
  }

  private mutating func remove(_ id: OrderID) -> (RestingTick, Side)? {
    if let index = bids.index(of: id) {
      let order = bids[index]
      bids.remove(index)
      return (order, .buy)
    }
    guard let index = asks.index(of: id) else { return nil }
    let order = asks[index]
    asks.remove(index)
    return (order, .sell)
  }

  private mutating func replace(_ id: OrderID, _ price: Price, _ quantity: Quantity) {
    if let refusal = refusal(price, quantity, isMarket: false) { return refuse(id, refusal) }
    switch state {
    case .closed: return refuse(id, .closed)
    case .halted: return refuse(id, .halted)
    case .continuous, .auction: break
    }
    let isBuy = bids.index(of: id) != nil
    guard let old = resting(id) else { return refuse(id, .unknownOrder) }
    let side: Side = isBuy ? .buy : .sell
    let left = quantity.lots - old.tradedLots
    if left <= 0 {
      _ = remove(id)
      return say(.cancelled, id, old.strategy, side)
    }
    if configuration.keepsTurnWhenReduced, old.key == side.sign * price.ticks, left <= old.lots,
      let index = isBuy ? bids.index(of: id) : asks.index(of: id)
    {
      var order = old
      order.lots = left
      change(side, index, order)
      return say(.replaced, id, old.strategy, side)
    }
    var order = TickOrder(id, of: old.strategy, side, quantity, at: price)
    if old.isPostOnly {
      order.timeInForce = .postOnly
      if let best = market.level(isBuy ? .ask : .bid), order.reaches(best.price),
        state == .continuous
      {
        return refuse(id, .wouldTake)
      }
    }
    _ = remove(id)
    say(.replaced, id, old.strategy, side)
    if state == .auction { return rest(order, traded: old.tradedLots, isKnown: true) }
    enter(order, traded: old.tradedLots, isKnown: true)
  }
}

extension TickOrder {
  /// Whether its limit lets it trade at `price` of the other side.
  func reaches(_ price: Price) -> Bool {
    side == .buy ? self.price >= price : self.price <= price
  }
}
