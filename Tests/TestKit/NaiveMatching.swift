public import OmniMatching
public import OmniModel
public import OmniMoney

/// A matching engine in two sorted arrays, by rules written down a second time.
///
/// Slow and obvious: the first of an array is served next, and whatever asks a question walks through
/// all orders. The fast engine is held against it.
public struct NaiveMatching {
  /// A resting order.
  public struct Resting: Equatable {
    /// The order, with what is left of it.
    public var order: MatchOrder
  }

  /// What happened, in order.
  public enum Fact: Equatable {
    /// A trade.
    case traded(MatchTrade)
    /// An order left so that its owner would not trade with itself.
    case prevented(OrderID, Quantity)
  }

  /// Who wants to buy, the one that is served next first.
  public private(set) var bids: [Resting] = []
  /// Who wants to sell, the one that is served next first.
  public private(set) var asks: [Resting] = []
  /// What happened since it was last emptied.
  public var facts: [Fact] = []
  /// Whether orders are only collected.
  public private(set) var isInAuction = false
  private let selfTrades: SelfTradePrevention

  /// Creates an engine without orders.
  public init(_ selfTrades: SelfTradePrevention) { self.selfTrades = selfTrades }

  /// All orders of a side.
  public func orders(_ side: Side) -> [Resting] { side == .buy ? bids : asks }

  /// The resting order `id`, or nil.
  public func find(_ id: OrderID) -> MatchOrder? {
    (bids + asks).first { $0.order.id == id }?.order
  }

  /// Takes an order in.
  public mutating func submit(_ order: MatchOrder) -> MatchOutcome {
    if let refusal = refusal(of: order) { return .refused(refusal) }
    var order = order
    let total = order.quantity
    let isCancelled = !isInAuction && trade(&order)
    let traded = total - order.quantity
    if order.quantity == .zero { return .done(MatchResult(traded: traded)) }
    if isCancelled || order.lifetime == .immediateOrCancel || order.lifetime == .fillOrKill {
      return .done(MatchResult(traded: traded, cancelled: order.quantity))
    }
    rest(order)
    return .done(MatchResult(traded: traded, resting: order.quantity))
  }

  private func refusal(of order: MatchOrder) -> MatchRefusal? {
    if order.quantity == .zero { return .zeroQuantity }
    if find(order.id) != nil { return .doubledOrder }
    if isInAuction, order.lifetime != .goodTillCancelled { return .inAuction }
    switch order.lifetime {
    case .immediateOrCancel: return nil
    case .fillOrKill:
      var attempt = self
      var copy = order
      _ = attempt.trade(&copy)
      return copy.quantity == .zero ? nil : .cannotFill
    case .postOnly:
      if let first = orders(order.side.opposite).first, crosses(order, first.order) {
        return .wouldTrade
      }
    case .goodTillCancelled: break
    }
    return order.price.ticks == (order.side == .buy ? .min : .max) ? .priceOutOfRange : nil
  }

  /// Takes an order out.
  public mutating func cancel(_ id: OrderID) -> MatchOutcome {
    guard let order = find(id) else { return .refused(.unknownOrder) }
    remove(id)
    return .done(MatchResult(cancelled: order.quantity))
  }

  /// Gives an order another price, as if it had just come.
  public mutating func move(_ id: OrderID, to price: Price) -> MatchOutcome {
    guard var order = find(id) else { return .refused(.unknownOrder) }
    if price.ticks == (order.side == .buy ? .min : .max) { return .refused(.priceOutOfRange) }
    remove(id)
    order.price = price
    order.lifetime = .goodTillCancelled
    return submit(order)
  }

  /// Gives an order another quantity.
  public mutating func resize(_ id: OrderID, to quantity: Quantity) -> MatchOutcome {
    guard let old = find(id)?.quantity else { return .refused(.unknownOrder) }
    if quantity == .zero { return cancel(id) }
    for index in bids.indices where bids[index].order.id == id {
      bids[index].order.quantity = quantity
    }
    for index in asks.indices where asks[index].order.id == id {
      asks[index].order.quantity = quantity
    }
    let cancelled = quantity < old ? old - quantity : .zero
    return .done(MatchResult(resting: quantity, cancelled: cancelled))
  }

  /// Begins an auction.
  public mutating func beginAuction() { isInAuction = true }

  /// Ends an auction: every price between the best ask and the best bid is tried.
  public mutating func uncross(reference: Price) -> AuctionResult? {
    guard isInAuction else { return nil }
    isInAuction = false
    guard let bid = bids.first?.order.price.ticks, let ask = asks.first?.order.price.ticks,
      ask <= bid
    else { return AuctionResult(price: nil, volume: .zero, imbalance: 0) }
    let best = (ask...bid).map { ticks in
      let demand = bids.filter { $0.order.price.ticks >= ticks }.lots
      let supply = asks.filter { $0.order.price.ticks <= ticks }.lots
      return (ticks: ticks, volume: min(demand, supply), imbalance: demand - supply)
    }.min { left, right in
      if left.volume != right.volume { return left.volume > right.volume }
      if abs(left.imbalance) != abs(right.imbalance) {
        return abs(left.imbalance) < abs(right.imbalance)
      }
      return abs(left.ticks - reference.ticks) < abs(right.ticks - reference.ticks)
    }
    guard let best else { return nil }
    var left = best.volume
    while left > 0 {
      let bid = bids[0].order
      let ask = asks[0].order
      let quantity = Quantity(lots: min(left, bid.quantity.lots, ask.quantity.lots))
      take(quantity, from: &bids)
      take(quantity, from: &asks)
      left -= quantity.lots
      facts.append(
        .traded(
          MatchTrade(
            maker: ask.id, taker: bid.id, price: Price(ticks: best.ticks), quantity: quantity,
            takerSide: .none)))
    }
    return AuctionResult(
      price: Price(ticks: best.ticks), volume: Quantity(lots: best.volume),
      imbalance: best.imbalance)
  }

  private func take(_ quantity: Quantity, from side: inout [Resting]) {
    side[0].order.quantity = side[0].order.quantity - quantity
    if side[0].order.quantity == .zero { side.removeFirst() }
  }

  private func crosses(_ order: MatchOrder, _ other: MatchOrder) -> Bool {
    order.side == .buy ? other.price <= order.price : other.price >= order.price
  }

  /// Lets an order trade; says whether what is left is cancelled.
  private mutating func trade(_ order: inout MatchOrder) -> Bool {
    while order.quantity > .zero, let maker = orders(order.side.opposite).first?.order,
      crosses(order, maker)
    {
      if order.owner != 0, maker.owner == order.owner, selfTrades != .none {
        if selfTrades != .cancelNewest {
          remove(maker.id)
          facts.append(.prevented(maker.id, maker.quantity))
        }
        if selfTrades != .cancelOldest { return true }
        continue
      }
      let quantity = min(order.quantity, maker.quantity)
      if order.side == .buy { take(quantity, from: &asks) } else { take(quantity, from: &bids) }
      order.quantity = order.quantity - quantity
      facts.append(
        .traded(
          MatchTrade(
            maker: maker.id, taker: order.id, price: maker.price, quantity: quantity,
            takerSide: order.side == .buy ? .bid : .ask)))
    }
    return false
  }

  /// Stands an order before the first with a worse price.
  private mutating func rest(_ order: MatchOrder) {
    if order.side == .buy {
      let index = bids.firstIndex { $0.order.price < order.price } ?? bids.count
      bids.insert(Resting(order: order), at: index)
    } else {
      let index = asks.firstIndex { $0.order.price > order.price } ?? asks.count
      asks.insert(Resting(order: order), at: index)
    }
  }

  private mutating func remove(_ id: OrderID) {
    bids.removeAll { $0.order.id == id }
    asks.removeAll { $0.order.id == id }
  }
}

extension [NaiveMatching.Resting] {
  /// What all of them have left.
  public var lots: Int64 { reduce(0) { $0 + $1.order.quantity.lots } }
}
