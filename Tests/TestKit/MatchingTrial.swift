import OmniMatching
import OmniModel
import OmniMoney

/// Random operations on the matching engine, each held against the ``NaiveMatching`` engine.
///
/// After each operation outcome, facts, best prices and what rests at the price in question are the
/// same, and what was submitted is what traded, rests or was cancelled. The window of prices is small
/// and the market wanders, so that orders fall outside of it and it has to move.
public struct MatchingTrial: ~Copyable {
  /// Where the two engines differ.
  public struct Failure: Error, CustomStringConvertible {
    /// The seed, the operation's number, and what differs.
    public let description: String
  }

  /// Collects facts.
  struct Facts: MatchSink {
    var facts: [NaiveMatching.Fact] = []
    mutating func traded(_ trade: MatchTrade) { facts.append(.traded(trade)) }
    mutating func selfTradePrevented(_ id: OrderID, cancelled quantity: Quantity) {
      facts.append(.prevented(id, quantity))
    }
  }

  private var random: SeededRandom
  private var engine: MatchingEngine
  private var naive: NaiveMatching
  private var sink = Facts()
  private let seed: UInt64
  private var number = 0
  private var middle: Int64 = 10_000
  private var lastID: UInt64 = 0
  private var recent: [OrderID] = []
  /// What came in, what traded on both sides, and what was cancelled, in lots.
  private var entered: Int64 = 0
  private var traded: Int64 = 0
  private var cancelled: Int64 = 0
  /// How many trades there were.
  public private(set) var tradeCount = 0

  /// Creates the trial of `seed`, which also decides what is done about self-trades.
  public init(seed: UInt64) {
    self.seed = seed
    random = SeededRandom(seed: seed)
    var configuration = MatchingEngine.Configuration()
    configuration.selfTrades =
      SelfTradePrevention.allCases[Int(seed % UInt64(SelfTradePrevention.allCases.count))]
    configuration.window = seed % 8 < 4 ? 64 : 4_160
    configuration.orderCapacity = 4
    engine = MatchingEngine(configuration)
    naive = NaiveMatching(configuration.selfTrades)
  }

  /// Does `count` operations.
  public mutating func run(_ count: Int) throws(Failure) {
    for _ in 0..<count {
      number += 1
      try step()
    }
  }

  private mutating func step() throws(Failure) {
    if random.below(20) == 0 { middle += random.within(-3...3) }
    if random.below(5_000) == 0 { middle += random.within(-9_000...9_000) }
    let dice = random.below(100)
    let isFull = naive.bids.count + naive.asks.count > 80
    switch dice {
    case 0..<40 where !isFull: try submit()
    case 0..<60: try cancel()
    case 60..<85: try move()
    case 85..<95: try resize()
    default: try auction()
    }
    if number % 512 == 0 { try compareAll() }
  }

  private mutating func submit() throws(Failure) {
    lastID += 1
    var id = OrderID(lastID)
    if random.below(30) == 0, !recent.isEmpty { id = random.pick(recent) }
    recent.append(id)
    if recent.count > 200 { recent.removeFirst(50) }
    let side = random.pick(Side.allCases)
    let lots = random.below(50) == 0 ? 0 : random.within(1...20)
    var order = MatchOrder(id, side, Quantity(lots: lots), at: price(side))
    if random.below(2) == 0 { order.lifetime = random.pick(MatchOrder.Lifetime.allCases) }
    if random.below(20) == 0 { order = .market(id, side, Quantity(lots: lots)) }
    order.owner = UInt32(random.below(4))
    let outcome = engine.submit(order, into: &sink)
    if case .done = outcome { entered += lots }
    try compare(outcome, naive.submit(order), order.price, order.side, "\(order)")
  }

  private mutating func cancel() throws(Failure) {
    let id = someID()
    try compare(engine.cancel(id), naive.cancel(id), price(.buy), .buy, "cancel \(id)")
  }

  private mutating func move() throws(Failure) {
    let id = someID()
    let side = naive.find(id)?.side ?? .buy
    let price = price(side)
    try compare(
      engine.move(id, to: price, into: &sink), naive.move(id, to: price), price, side,
      "move \(id) to \(price)")
  }

  private mutating func resize() throws(Failure) {
    let id = someID()
    let quantity = Quantity(lots: random.below(10) == 0 ? 0 : random.within(1...25))
    let old = naive.find(id)
    if let old { entered += max(0, quantity.lots - old.quantity.lots) }
    try compare(
      engine.resize(id, to: quantity), naive.resize(id, to: quantity),
      old?.price ?? price(.buy), old?.side ?? .buy, "resize \(id) to \(quantity)")
  }

  private mutating func auction() throws(Failure) {
    if !naive.isInAuction {
      if random.below(10) > 0 { return }
      engine.beginAuction()
      naive.beginAuction()
    }
    let reference = Price(ticks: middle + random.within(-10...10))
    if random.below(3) > 0 { return }
    let mine = engine.uncross(reference: reference, into: &sink)
    try compare(
      mine, naive.uncross(reference: reference), reference, .buy, "uncross near \(reference)")
  }

  private mutating func someID() -> OrderID {
    let orders = naive.bids.count + naive.asks.count
    if orders == 0 || random.below(20) == 0 { return OrderID(random.below(lastID + 2)) }
    let index = Int(random.below(UInt64(orders)))
    return index < naive.bids.count
      ? naive.bids[index].order.id : naive.asks[index - naive.bids.count].order.id
  }

  private mutating func price(_ side: Side) -> Price {
    if random.below(400) == 0 { return Price(ticks: side == .buy ? .min : .max) }
    let far = random.below(30) == 0 ? random.within(0...3_000) : 0
    let distance = random.within(-3...12) + far
    return Price(ticks: side == .buy ? middle - distance : middle + distance)
  }

  private mutating func compare<Answer: Equatable>(
    _ mine: Answer, _ wanted: Answer, _ price: Price, _ side: Side, _ name: String
  ) throws(Failure) {
    try require(mine == wanted, "\(name): \(mine); wanted \(wanted)")
    try require(sink.facts == naive.facts, "\(name): \(sink.facts); wanted \(naive.facts)")
    if let outcome = mine as? MatchOutcome, case .done(let result) = outcome {
      cancelled += result.cancelled.lots
    }
    for fact in sink.facts {
      switch fact {
      case .traded(let trade):
        traded += 2 * trade.quantity.lots
        tradeCount += 1
      case .prevented(_, let quantity): cancelled += quantity.lots
      }
    }
    sink.facts.removeAll(keepingCapacity: true)
    naive.facts.removeAll(keepingCapacity: true)
    let resting = naive.bids.lots + naive.asks.lots
    try require(
      entered == traded + cancelled + resting,
      "\(name): \(entered) lots came; \(traded) traded, \(cancelled) left, \(resting) rest")
    for side in Side.allCases {
      let best = naive.orders(side).first?.order.price
      let found = engine.best(side)
      try require(
        found == best, "\(name): best \(String(describing: found)), not \(String(describing: best))"
      )
    }
    try compareLevel(side, price, name)
    let count = naive.bids.count + naive.asks.count
    try require(engine.orderCount == count, "\(name): \(engine.orderCount) orders, not \(count)")
  }

  private func compareLevel(_ side: Side, _ price: Price, _ name: String) throws(Failure) {
    let orders = naive.orders(side).filter { $0.order.price == price }
    let found = engine.resting(side, at: price)
    try require(
      found.quantity.lots == orders.lots && found.count == orders.count,
      "\(name): \(found) at \(price); wanted \(orders.lots) in \(orders.count)")
  }

  private func compareAll() throws(Failure) {
    for resting in naive.bids + naive.asks {
      let order = resting.order
      let found = engine.remaining(of: order.id)
      try require(found == order.quantity, "\(order): \(String(describing: found)) left")
      try compareLevel(order.side, order.price, "all")
    }
  }

  private func require(
    _ isSo: Bool, _ text: @autoclosure () -> String
  ) throws(Failure) {
    if !isSo { throw Failure(description: "seed \(seed), operation \(number): \(text())") }
  }
}
