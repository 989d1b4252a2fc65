import OmniMatching
import OmniModel
import OmniMoney
import OmniTestKit

func lots(_ lots: Int64) -> Quantity { Quantity(lots: lots) }

func order(
  _ id: UInt64, _ side: Side, _ quantity: Int64, at ticks: Int64,
  _ lifetime: MatchOrder.Lifetime = .goodTillCancelled
) -> MatchOrder {
  MatchOrder(OrderID(id), side, lots(quantity), at: Price(ticks: ticks), lifetime)
}

func trade(
  _ maker: UInt64, _ taker: UInt64, _ ticks: Int64, _ quantity: Int64,
  _ side: MarketEvent.BookSide
) -> NaiveMatching.Fact {
  .traded(
    MatchTrade(
      maker: OrderID(maker), taker: OrderID(taker), price: Price(ticks: ticks),
      quantity: lots(quantity), takerSide: side))
}

func prevented(_ id: UInt64, _ quantity: Int64) -> NaiveMatching.Fact {
  .prevented(OrderID(id), lots(quantity))
}

func done(_ traded: Int64, _ resting: Int64, _ cancelled: Int64) -> MatchOutcome {
  .done(
    MatchResult(traded: lots(traded), resting: lots(resting), cancelled: lots(cancelled)))
}

/// An engine with a list of what happened.
struct Venue: ~Copyable {
  struct Facts: MatchSink {
    var facts: [NaiveMatching.Fact] = []
    mutating func traded(_ trade: MatchTrade) { facts.append(.traded(trade)) }
    mutating func selfTradePrevented(_ id: OrderID, cancelled quantity: Quantity) {
      facts.append(.prevented(id, quantity))
    }
  }

  var engine: MatchingEngine
  private var sink = Facts()

  init(_ configuration: MatchingEngine.Configuration = .init()) {
    engine = MatchingEngine(configuration)
  }

  init(_ selfTrades: SelfTradePrevention) {
    var configuration = MatchingEngine.Configuration()
    configuration.selfTrades = selfTrades
    self.init(configuration)
  }

  var facts: [NaiveMatching.Fact] { sink.facts }
  var count: Int { engine.orderCount }

  /// What can be seen from outside.
  var picture: [Int64] {
    [
      Int64(count), best(.buy) ?? 0, best(.sell) ?? 0, engine.remaining(of: OrderID(1))?.lots ?? 0,
      engine.remaining(of: OrderID(9))?.lots ?? 0, Int64(facts.count),
    ]
  }

  @discardableResult
  mutating func submit(_ order: MatchOrder) -> MatchOutcome { engine.submit(order, into: &sink) }

  @discardableResult
  mutating func cancel(_ id: UInt64) -> MatchOutcome { engine.cancel(OrderID(id)) }

  mutating func move(_ id: UInt64, to ticks: Int64) -> MatchOutcome {
    engine.move(OrderID(id), to: Price(ticks: ticks), into: &sink)
  }

  mutating func resize(_ id: UInt64, to quantity: Int64) -> MatchOutcome {
    engine.resize(OrderID(id), to: lots(quantity))
  }

  mutating func uncross(reference: Int64) -> AuctionResult? {
    engine.uncross(reference: Price(ticks: reference), into: &sink)
  }

  func best(_ side: Side) -> Int64? { engine.best(side)?.ticks }

  /// Lots and orders at a price.
  func resting(_ side: Side, at ticks: Int64) -> [Int64] {
    let level = engine.resting(side, at: Price(ticks: ticks))
    return [level.quantity.lots, Int64(level.count)]
  }
}
