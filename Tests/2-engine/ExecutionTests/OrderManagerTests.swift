import OmniEncoding
import OmniExecution
import OmniModel
import OmniMoney
import OmniRisk
import OmniTestKit
import Testing

@Suite("OrderManager")
struct OrderManagerTests {
  typealias Refusal = OrderManager.Refusal

  // MARK: Examples

  @Test func `an approved order works until it is filled`() throws {
    let bench = try OrderBench()

    #expect(try bench.submit(order(1, .buy, 10)) == order(1, .buy, 10))
    #expect(bench.order(1)?.lifecycle.life == .submitted)
    #expect(bench.working() == .init(buyLots: 10, sellLots: 0, orderCount: 1))

    try bench.apply(.accepted(OrderID(1)))
    let part = try bench.apply(fill(1, of: 1, 4))
    #expect(part.event == .filled(lots(4)))
    #expect(part.order.lifecycle.life == .partiallyFilled)
    #expect(bench.working() == .init(buyLots: 6, sellLots: 0, orderCount: 1))

    let rest = try bench.apply(fill(2, of: 1, 6))
    #expect(rest.order.lifecycle.life == .filled)
    #expect(bench.order(1) == nil)
    #expect(bench.working() == .init())
    #expect(bench.count == 0)
  }

  @Test func `lots are counted by strategy, instrument and side, orders by strategy`() throws {
    let bench = try OrderBench()

    try bench.submit(order(1, .buy, 10))
    try bench.submit(order(2, .sell, 7))
    try bench.submit(order(3, .sell, 5, instrument: 1))
    try bench.submit(order(4, .buy, 3, strategy: 1))

    #expect(bench.working() == .init(buyLots: 10, sellLots: 7, orderCount: 3))
    #expect(bench.working(instrument: 1) == .init(buyLots: 0, sellLots: 5, orderCount: 3))
    #expect(bench.working(strategy: 1) == .init(buyLots: 3, sellLots: 0, orderCount: 1))
  }

  @Test func `a cancel is asked for, refused, asked for again and granted`() throws {
    let bench = try OrderBench()
    try bench.submit(order(1))
    try bench.apply(.accepted(OrderID(1)))

    #expect(try bench.cancel(1).lifecycle.isCancelPending)
    #expect(try !bench.apply(.cancelRejected(OrderID(1))).order.lifecycle.isCancelPending)
    try bench.cancel(1)
    #expect(try bench.apply(.cancelled(OrderID(1))).order.lifecycle.life == .cancelled)
    #expect(bench.working() == .init())
  }

  @Test func `a trade that is reported again is noticed, and changes nothing`() throws {
    let bench = try OrderBench()
    try bench.submit(order(1, .buy, 10))
    try bench.apply(fill(7, of: 1, 4))
    let before = bench.words

    #expect(throws: Refusal.duplicateTrade(TradeID(7))) { try bench.apply(fill(7, of: 1, 4)) }
    #expect(bench.words == before)
  }

  @Test func `a trade that was refused is not remembered as counted`() throws {
    let bench = try OrderBench()
    try bench.submit(order(1, .buy, 10))

    #expect(throws: Refusal.lifecycle(.overfill(excess: lots(1)))) {
      try bench.apply(fill(7, of: 1, 11))
    }
    try bench.apply(fill(7, of: 1, 10))
    #expect(bench.count == 0)
  }

  @Test func `reports of orders that do not work are refused`() throws {
    let bench = try OrderBench()
    try bench.submit(order(1))
    try bench.apply(.rejected(OrderID(1), .noMarket))
    let reports: [VenueReport] = [
      .accepted(OrderID(1)), .rejected(OrderID(1), .noMarket), .triggered(OrderID(1)),
      .cancelled(OrderID(1)), .cancelRejected(OrderID(1)), fill(1, of: 1, 1),
    ]

    for report in reports {
      #expect(throws: Refusal.unknownOrder(OrderID(1)), "\(report)") { try bench.apply(report) }
    }
    #expect(throws: Refusal.unknownOrder(OrderID(9))) { try bench.cancel(9) }
  }

  @Test func `an event without a place in the order's life is refused`() throws {
    let bench = try OrderBench()
    try bench.submit(order(1))
    try bench.apply(.accepted(OrderID(1)))
    let before = bench.words

    #expect(throws: Refusal.lifecycle(.unexpected(.accepted, .accepted))) {
      try bench.apply(.accepted(OrderID(1)))
    }
    #expect(bench.words == before)
  }

  @Test func `a number that works cannot be submitted again`() throws {
    let bench = try OrderBench()
    try bench.submit(order(1, .buy, 10))
    let before = bench.words

    #expect(throws: Refusal.lifecycle(.unexpected(.submitted, .submitted))) {
      try bench.submit(order(1, .buy, 3))
    }
    #expect(bench.words == before)
    #expect(bench.working() == .init(buyLots: 10, sellLots: 0, orderCount: 1))
  }

  @Test func `a manager that is full refuses, and takes orders again when one has ended`() throws {
    let bench = try OrderBench(capacity: 2)
    try bench.submit(order(1))
    try bench.submit(order(2))
    let before = bench.words

    #expect(throws: Refusal.full(capacity: 2)) { try bench.submit(order(3)) }
    #expect(bench.words == before)

    try bench.apply(.cancelled(OrderID(1)))
    try bench.submit(order(3))
    #expect(bench.count == 2)
  }

  @Test func `the memory of trades is bounded, and the oldest is forgotten first`() throws {
    let bench = try OrderBench()
    let memory = UInt64(OrderManager.tradeMemory)
    try bench.submit(order(1, .buy, 100_000))
    for trade in 1...memory + 1 { try bench.apply(fill(trade, of: 1, 1)) }

    #expect(throws: Refusal.duplicateTrade(TradeID(2))) { try bench.apply(fill(2, of: 1, 1)) }
    try bench.apply(fill(1, of: 1, 1))
    #expect(bench.order(1)?.lifecycle.filled == lots(Int64(memory) + 2))
    #expect(bench.words.count == 1 + OrderIntent.wordCount + 4 + 1 + OrderManager.tradeMemory)
  }

  @Test func `what a manager refuses is said in one line`() {
    #expect(Refusal.unknownOrder(OrderID(3)).description == "order 3 is not working")
    #expect(Refusal.duplicateTrade(TradeID(4)).description == "trade 4 was counted before")
    #expect(Refusal.full(capacity: 2).description == "more than 2 orders at once")
    #expect(
      Refusal.lifecycle(.emptyFill).description == OrderLifecycle.Refusal.emptyFill.description)
  }

  // MARK: Snapshots

  @Test func `words that end too early are refused at every length`() throws {
    let words = try busy().words

    for length in words.indices {
      let bench = try OrderBench(capacity: 4)
      #expect(throws: WordFailure.exhausted, "\(length)") {
        try bench.decode(Array(words.prefix(length)))
      }
    }
  }

  @Test func `words that make no working order are refused`() throws {
    let words = try busy().words
    // Where the first order's words stand: its intent, then life, two flags and what was filled.
    let wrong: [(String, Int, UInt64)] = [
      ("more orders than there is room for", 0, 5), ("no such strategy", 2, 9 << 32),
      ("no such instrument", 2, 9), ("no such side", 3, 2), ("negative quantity", 4, .max),
      ("no lots", 4, 0), ("more lots than there can be", 4, 1 << 62), ("no such life", 8, 12),
      ("a closed life", 8, UInt64(OrderLifecycle.Life.filled.rawValue)), ("no flag", 9, 2),
      ("no flag", 10, 7), ("negative fill", 11, .max), ("filled above quantity", 11, 11),
      ("a number that stands twice", 1, 2),
    ]

    for (what, place, word) in wrong {
      var changed = words
      changed[place] = word
      let bench = try OrderBench(capacity: 4)
      #expect(throws: WordFailure.self, "\(what)") { try bench.decode(changed) }
    }
  }

  @Test func `a manager that was read back goes on as the one that was written`() throws {
    let original = try busy()
    let copy = try OrderBench(capacity: 4)

    try copy.decode(original.words)

    #expect(copy.words == original.words)
    #expect(copy.working() == original.working())
    for bench in [original, copy] {
      #expect(throws: Refusal.duplicateTrade(TradeID(1))) { try bench.apply(fill(1, of: 1, 1)) }
      try bench.apply(fill(2, of: 1, 2))
      try bench.apply(.cancelled(OrderID(2)))
    }
    #expect(copy.words == original.words)
  }

  // MARK: Properties

  @Test func `lots and counts equal a recount, and a copy goes on the same`() throws {
    for seed in UInt64(0)..<40 {
      var random = SeededRandom(seed: seed)
      let bench = try OrderBench(capacity: 12)
      var model = Model()
      for _ in 0..<60 { try model.step(bench, &random, "seed \(seed)") }

      let copy = try OrderBench(capacity: 12)
      try copy.decode(bench.words)
      var (other, otherRandom) = (model, random)
      for _ in 0..<30 {
        try model.step(bench, &random, "seed \(seed)")
        try other.step(copy, &otherRandom, "copy of seed \(seed)")
      }
      #expect(model.log == other.log, "seed \(seed)")
      #expect(copy.words == bench.words, "seed \(seed)")
    }
  }
}

// MARK: - Words for the tests

/// Two orders of which one is filled in part and the other is to be cancelled.
private func busy() throws -> OrderBench {
  let bench = try OrderBench(capacity: 4)
  try bench.submit(order(1, .buy, 10))
  try bench.submit(order(2, .sell, 5))
  try bench.apply(.accepted(OrderID(1)))
  try bench.apply(fill(1, of: 1, 4))
  try bench.cancel(2)
  return bench
}

/// What works, as plain dictionaries.
private struct Model {
  var intents: [UInt64: OrderIntent] = [:]
  var remaining: [UInt64: Int64] = [:]
  var cancelling: Set<UInt64> = []
  var trades: Set<UInt64> = []
  var nextOrder: UInt64 = 1
  var nextTrade: UInt64 = 1
  /// Which steps were taken.
  var log: [Bool] = []

  /// Does something random, legal or not, and compares.
  mutating func step(
    _ bench: OrderBench, _ random: inout SeededRandom, _ name: String
  ) throws {
    let id = UInt64.random(in: 1...max(1, nextOrder), using: &random)
    let isKnown = remaining[id] != nil
    let isTaken: Bool
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1: isTaken = submit(bench, &random)
    case 2, 3, 4: isTaken = trade(bench, id, &random)
    case 5:
      isTaken = (try? bench.cancel(id)) != nil
      if isTaken { cancelling.insert(id) }
      #expect(isTaken == isKnown, "\(name)")
    case 6:
      isTaken = (try? bench.apply(.cancelRejected(OrderID(id)))) != nil
      #expect(isTaken == (cancelling.remove(id) != nil), "\(name)")
    default:
      isTaken = (try? bench.apply(.cancelled(OrderID(id)))) != nil
      #expect(isTaken == isKnown, "\(name)")
      if isTaken { end(id) }
    }
    log.append(isTaken)
    compare(bench, name)
  }

  private mutating func submit(_ bench: OrderBench, _ random: inout SeededRandom) -> Bool {
    let intent = order(
      nextOrder, Bool.random(using: &random) ? .buy : .sell,
      Int64.random(in: 1...9, using: &random), strategy: UInt32.random(in: 0...1, using: &random),
      instrument: UInt32.random(in: 0...1, using: &random))
    let isTaken = (try? bench.submit(intent)) != nil
    #expect(isTaken == (remaining.count < 12))
    guard isTaken else { return false }
    intents[nextOrder] = intent
    remaining[nextOrder] = intent.quantity.lots
    nextOrder += 1
    return true
  }

  private mutating func trade(
    _ bench: OrderBench, _ id: UInt64, _ random: inout SeededRandom
  ) -> Bool {
    let trade = UInt64.random(in: max(1, nextTrade - min(nextTrade, 3))...nextTrade, using: &random)
    let count = Int64.random(in: 0...6, using: &random)
    let isTaken = (try? bench.apply(fill(trade, of: id, count))) != nil
    let isLegal = !trades.contains(trade) && count > 0 && count <= remaining[id] ?? 0
    #expect(isTaken == isLegal)
    guard isTaken else { return false }
    trades.insert(trade)
    nextTrade = max(nextTrade, trade + 1)
    remaining[id, default: 0] -= count
    if remaining[id] == 0 { end(id) }
    return true
  }

  private mutating func end(_ id: UInt64) {
    remaining[id] = nil
    cancelling.remove(id)
  }

  private func compare(_ bench: OrderBench, _ name: String) {
    if bench.count != remaining.count { Issue.record("\(name): \(bench.count) orders work") }
    for strategy in 0..<UInt32(2) {
      for instrument in 0..<UInt32(2) {
        let own = remaining.compactMap { id, lots in intents[id].map { ($0, lots) } }
          .filter { $0.0.strategy.index == strategy }
        let here = own.filter { $0.0.instrument.index == instrument }
        let bought = here.filter { $0.0.side == .buy }.reduce(0) { $0 + $1.1 }
        let sold = here.filter { $0.0.side == .sell }.reduce(0) { $0 + $1.1 }
        let found = bench.working(strategy: strategy, instrument: instrument)
        if found != .init(buyLots: bought, sellLots: sold, orderCount: own.count) {
          Issue.record("\(name): \(found) works, wanted \(bought), \(sold), \(own.count)")
        }
      }
    }
  }
}
