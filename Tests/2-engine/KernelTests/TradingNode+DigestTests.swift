import OmniEncoding
import OmniKernel
import OmniLedger
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniRuntime
import OmniStorage
import OmniStrategy
import OmniTime
import OmniTestKit
import Testing

/// A node under a strategy that trades by chance from a seed.
@Suite("TradingNode by seeds")
struct TradingNodeDigestTests {
  @Test func `equal inputs give equal digests`() throws {
    for seed in UInt64(0)..<10 {
      let bars = walk(seed)
      var one = try chanceNode(seed)
      var other = try chanceNode(seed)
      for bar in bars {
        try one.process(bar)
        try other.process(bar)
      }
      #expect(one.digest() == other.digest(), "seed \(seed)")
      #expect(one.totals.fills > 5, "seed \(seed)")
    }
  }

  @Test func `one tick more in one bar gives another digest`() throws {
    for seed in UInt64(0)..<10 {
      var bars = walk(seed)
      var one = try chanceNode(seed)
      for bar in bars { try one.process(bar) }
      let index = bars.count - 1
      bars[index] = Bar(
        instrument: bars[index].instrument, closedAt: bars[index].closedAt,
        prices: OpenHighLowClose(
          open: bars[index].open, high: bars[index].high + PriceOffset(ticks: 1),
          low: bars[index].low, close: bars[index].close + PriceOffset(ticks: 1)),
        volume: bars[index].volume)

      var other = try chanceNode(seed)
      for bar in bars { try other.process(bar) }
      #expect(one.digest() != other.digest(), "seed \(seed)")
    }
  }

  @Test func `books balance and agree with the fills after every bar`() throws {
    for seed in UInt64(100)..<120 {
      var node = try chanceNode(seed)
      for (number, bar) in walk(seed).enumerated() {
        try node.process(bar)
        let place: Comment = "seed \(seed), bar \(number)"
        #expect(node.portfolio.ledger.trialBalance().allSatisfy { $0.minorUnits == 0 }, place)
        let sum = node.portfolio.sum(solo)
        let watched = node.observer
        #expect(sum.capital + sum.realised + sum.unrealised - sum.fees == sum.equity, place)
        #expect(sum.fees == watched.fees, place)
        for instrument in [share, future] {
          let position = node.portfolio.position(solo, instrument)
          #expect(position.net.lots == watched.lots[instrument, default: 0], place)
        }
        #expect(watched.misplaced == 0, place)
        #expect(watched.unbalanced == 0, place)
      }
      let open = [share, future].reduce(0) {
        $0 + node.portfolio.position(solo, $1).cycle.realised
      }
      #expect(node.observer.closedGain + open == node.portfolio.sum(solo).realised)
    }
  }

  @Test func `a node that was written down goes on as if nothing had happened`() throws {
    for seed in UInt64(200)..<220 {
      let bars = walk(seed)
      let half = bars.count / 2
      var node = try chanceNode(seed)
      for bar in bars.prefix(half) { try node.process(bar) }
      let words = words(of: node)

      var copy = try chanceNode(seed, first: node.sequencer.count)
      var source = WordArrayReader(words)
      try copy.decode(from: &source)
      #expect(source.isAtEnd, "seed \(seed)")
      #expect(copy.digest() == node.digest(), "seed \(seed)")
      #expect(copy.workingOrderCount == node.workingOrderCount, "seed \(seed)")

      for bar in bars.dropFirst(half) {
        try node.process(bar)
        try copy.process(bar)
      }
      #expect(copy.digest() == node.digest(), "seed \(seed)")
      #expect(copy.totals == node.totals, "seed \(seed)")
      #expect(copy.sequencer.journal.nextSequence == node.sequencer.journal.nextSequence)
    }
  }

  @Test func `words that end early are refused`() throws {
    var node = try chanceNode(1)
    for bar in walk(1) { try node.process(bar) }
    let words = words(of: node)

    for count in stride(from: 0, to: words.count, by: 7) {
      var copy = try chanceNode(1)
      var source = WordArrayReader(Array(words.prefix(count)))
      #expect(throws: WordFailure.self, "\(count) words") { try copy.decode(from: &source) }
    }
  }
}

// MARK: - Words for the tests

private typealias ChanceNode = TradingNode<SoloRoster<Chance>, NullJournal, Tally>

private func chanceNode(_ seed: UInt64, first: UInt64 = 0) throws -> ChanceNode {
  let rules = limits {
    $0.positionLotsMax = 60
    $0.ordersPerMinuteMax = 6
    $0.workingOrdersMax = 12
    $0.dailyLossMax = Rate(billionths: 300_000_000)
  }
  return try ChanceNode(
    plan: plan(limits: rules), roster: SoloRoster(Chance(seed: seed)),
    journal: NullJournal(first: SequenceNumber(first)), observer: Tally())
}

private func words(of node: borrowing ChanceNode) -> [UInt64] {
  var sink = WordArray()
  node.encode(into: &sink)
  return sink.words
}

/// Eighty bars of both instruments, in order of time.
private func walk(_ seed: UInt64) -> [Bar] {
  var random = SeededRandom(seed: seed ^ 0xBA25)
  var closes: [Int64] = [100_00, 100_00]
  return (0..<80).map { number in
    let index = Int(random.below(2))
    let open = closes[index]
    closes[index] = max(50_00, open + Int64(random.below(401)) - 200)
    let (low, high) = (min(open, closes[index]), max(open, closes[index]))
    return Bar(
      instrument: InstrumentID(UInt32(index)),
      closedAt: Timestamp(nanoseconds: Int64(number / 2) * 60_000_000_000),
      prices: OpenHighLowClose(
        open: price(open), high: price(high + Int64(random.below(100))),
        low: price(low - Int64(random.below(100))), close: price(closes[index])),
      volume: 0)
  }
}

/// Asks for orders of every kind by chance, and cancels some; now and then it answers a fill.
private struct Chance: Strategy {
  var random: SeededRandom
  var last: UInt64 = 0

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func onBar(_ bar: Bar, desk: inout Desk) {
    let side = random.pick(Side.allCases)
    let size = lots(1 + Int64(random.below(20)))
    let away = PriceOffset(ticks: 1 + Int64(random.below(200)))
    let (above, below) = (bar.close + away, bar.close - away)
    let id: OrderID?
    switch random.below(7) {
    case 0, 1: id = desk.submit(bar.instrument, .init(side, .market, size))
    case 2:
      id = desk.submit(
        bar.instrument, .init(side, .limit, size, price: side == .buy ? below : above))
    case 3:
      id = desk.submit(
        bar.instrument, .init(side, .stop, size, price: side == .buy ? above : below))
    case 4:
      id = desk.submitBracket(
        bar.instrument, entry: .init(side, .market, size), stop: side == .buy ? below : above,
        target: side == .buy ? above : below)
    case 5:
      desk.cancel(OrderID(last))
      id = nil
    default: id = nil
    }
    if let id { last = id.value }
  }

  mutating func onOrder(_ id: OrderID, _ event: OrderEvent, desk: inout Desk) {
    guard case .filled = event, random.below(6) == 0 else { return }
    desk.submit(share, .init(.sell, .market, lots(1)))
  }

  func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(random.state)
    sink.put(last)
  }

  mutating func decode(from source: inout some WordSource & ~Copyable) throws(WordFailure) {
    random = SeededRandom(seed: try source.take())
    last = try source.take()
  }
}

/// Adds up the fills by itself, and counts what comes out of order.
private struct Tally: RunObserver {
  enum Stage { case submitted, accepted, triggered, cut, ended }

  var lots: [InstrumentID: Int64] = [:]
  var fees: Int128 = 0
  var closedGain: Int128 = 0
  var misplaced = 0
  var unbalanced = 0
  private var stages: [OrderID: Stage] = [:]

  mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio) {
    if !portfolio.ledger.isBalanced { unbalanced += 1 }
  }

  mutating func orderSubmitted(_ order: OrderIntent, at time: Timestamp) {
    move(order.id, from: [nil], to: .submitted)
  }

  mutating func orderDenied(_ order: OrderIntent, _ denial: Denial, at time: Timestamp) {
    move(order.id, from: [nil], to: .ended)
  }

  mutating func orderReported(_ order: OrderIntent, _ report: VenueReport, at time: Timestamp) {
    switch report {
    case .accepted: move(order.id, from: [.submitted], to: .accepted)
    case .rejected: move(order.id, from: [.submitted], to: .ended)
    case .triggered: move(order.id, from: [.accepted], to: .triggered)
    case .filled(let fill):
      // An exit that is larger than the position is filled in part; the rest is cancelled.
      let isCut = fill.quantity < order.quantity
      if isCut && !order.isReduceOnly { misplaced += 1 }
      move(order.id, from: [.accepted, .triggered], to: isCut ? .cut : .ended)
    case .cancelled: move(order.id, from: [.accepted, .triggered, .cut], to: .ended)
    case .cancelRejected: misplaced += 1
    }
  }

  mutating func fillBooked(
    _ fill: Fill, _ order: OrderIntent, trade: ClosedTrade?, at time: Timestamp
  ) {
    lots[order.instrument, default: 0] += fill.quantity.lots * order.side.sign
    fees += fill.fee
    if let trade { closedGain += trade.cycle.realised }
  }

  private mutating func move(_ id: OrderID, from: [Stage?], to stage: Stage) {
    if !from.contains(stages[id]) { misplaced += 1 }
    stages[id] = stage
  }
}
