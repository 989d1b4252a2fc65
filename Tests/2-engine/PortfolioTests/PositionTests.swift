import OmniEncoding
import OmniLedger
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniTestKit
import Testing

/// SeededRandom fills and marks on accounts of 10⁹ units, held against the books and a plain model.
@Suite("Position")
struct PositionTests {
  @Test func `positions, books and a plain model agree after every event`() throws {
    for seed in UInt64(0)..<200 {
      let steps = events(seed)
      var books = try openBooks()
      var model = Model()
      for (number, step) in steps.enumerated() {
        let trade = try books.take(step, at: Int64(number))
        model.take(step, trade)
        let place: Comment = "seed \(seed), event \(number)"
        compare(books, model, place)
        #expect(books.ledger.trialBalance().allSatisfy { $0.minorUnits == 0 }, place)
      }
      checkTrades(model, books, "seed \(seed)")
    }
  }

  @Test func `books that were written down go on as if nothing had happened`() throws {
    for seed in UInt64(1_000)..<1_050 {
      let steps = events(seed)
      var books = try openBooks()
      for step in steps.prefix(steps.count / 2) { _ = try books.take(step, at: 1) }

      var copy = Portfolio(strategies: names, instruments: things, currency: .usdt)
      var source = WordArrayReader(books.words)
      try copy.decode(from: &source)
      #expect(source.isAtEnd)
      #expect(copy.words == books.words, "seed \(seed)")

      for step in steps.dropFirst(steps.count / 2) {
        let trade = try books.take(step, at: 2)
        let same = try copy.take(step, at: 2)
        #expect(trade == same, "seed \(seed)")
      }
      #expect(copy.words == books.words, "seed \(seed)")
    }
  }

  @Test func `a partial close takes cost out in proportion, to half a unit`() throws {
    for seed in UInt64(2_000)..<2_200 {
      var random = SeededRandom(seed: seed)
      var books = try openBooks()
      let lots = random.within(2...1_000_000)
      books.mark(first, bar(InstrumentID(2), 1_000))
      _ = try books.take(.fill(first, InstrumentID(2), .buy, fill(lots, at: random.price())), at: 1)
      let before = books.position(first, InstrumentID(2)).cost
      let closing = random.within(1...(lots - 1))
      _ = try books.take(.fill(first, InstrumentID(2), .sell, fill(closing, at: 900)), at: 2)
      let after = books.position(first, InstrumentID(2)).cost

      // |after / (lots - closing) - before / lots| <= half a unit a position, without a division.
      let error = after * Int128(lots) - before * Int128(lots - closing)
      #expect(error.magnitude * 2 <= UInt128(lots), "seed \(seed)")
    }
  }

  // MARK: What has to agree

  private func compare(_ books: borrowing Portfolio, _ model: Model, _ place: Comment) {
    let chart = books.chart
    for strategy in [first, second] {
      let sum = books.sum(strategy)
      let wanted = model.strategies[Int(strategy.index)]
      var cashCost: Int128 = 0
      for index in things.indices {
        let instrument = InstrumentID(UInt32(index))
        let position = books.position(strategy, instrument)
        let plain = wanted.positions[index]
        #expect(position.net.lots == plain.lots, place)
        #expect(position.cost == plain.cost, place)
        #expect(position.realised == plain.realised, place)
        #expect(position.fees == plain.fees, place)
        #expect(position.unrealised == plain.unrealised, place)
        let isMargined = things[index].terms.settlement == .margined
        #expect(books.balance(chart.lots(strategy, instrument)) == Int128(plain.lots), place)
        #expect(books.balance(chart.cost(strategy, instrument)) == plain.cost, place)
        let clearing = books.balance(chart.clearing(strategy, instrument))
        #expect(clearing == (isMargined ? -plain.cost : 0), place)
        if !isMargined { cashCost += plain.cost }
      }
      let (realised, fees) = (wanted.sum(\.realised), wanted.sum(\.fees))
      let (unrealised, equity) = (wanted.sum(\.unrealised), wanted.equity)
      #expect(books.balance(chart.capital(strategy)) == -billion, place)
      #expect(books.balance(chart.realised(strategy)) == -realised, place)
      #expect(books.balance(chart.fees(strategy)) == fees, place)
      #expect(books.balance(chart.cash(strategy)) == billion + realised - fees - cashCost, place)
      #expect(sum.realised == realised && sum.fees == fees, place)
      #expect(sum.unrealised == unrealised && sum.capital == billion, place)
      #expect(sum.equity == equity && sum.peak == wanted.peak, place)
      #expect(sum.gross == wanted.gross, place)
    }
    #expect(books.equity == model.equity, place)
    #expect(books.peakEquity == model.peak, place)
    for index in things.indices {
      let held = model.strategies.reduce(0) { $0 + Int128($1.positions[index].lots) }
      #expect(books.balance(chart.market(InstrumentID(UInt32(index)))) == -held, place)
    }
  }

  private func checkTrades(_ model: Model, _ books: borrowing Portfolio, _ place: Comment) {
    var (realised, fees): (Int128, Int128) = (0, 0)
    for trade in model.trades {
      let cycle = trade.cycle
      let gain = cycle.closedValue - cycle.openedValue
      #expect(cycle.openedLots == cycle.closedLots, place)
      #expect(cycle.realised == (trade.isLong ? gain : -gain), place)
      #expect(cycle.lowest <= cycle.highest && trade.openedAt <= trade.closedAt, place)
      #expect(cycle.peakLots > 0 && cycle.peakLots <= cycle.openedLots, place)
      realised += cycle.realised
      fees += cycle.fees
    }
    for strategy in [first, second] {
      for index in things.indices {
        let position = books.position(strategy, InstrumentID(UInt32(index)))
        realised += position.cycle.realised
        fees += position.cycle.fees
        #expect(position.cycle.openedLots - position.cycle.closedLots == abs(position.net.lots))
      }
    }
    #expect(realised == books.sum(first).realised + books.sum(second).realised, place)
    #expect(fees == books.sum(first).fees + books.sum(second).fees, place)
  }
}

// MARK: - Words for the tests

/// 10⁹ units, in units of 10⁻⁸.
private let billion: Int128 = 100_000_000_000_000_000

/// A share, a future, and a thing whose ticks of a lot are finer than the books' smallest unit.
private let things: [Instrument] = [
  thing("share", tick: (1, 2), lot: (1, 0), .usdt, .cash),
  thing("future", tick: (1, 1), lot: (1, 3), .usdt, .margined),
  thing("dust", tick: (5, 6), lot: (1, 5), .usdt, .cash),
].compactMap { $0 }

private enum Event {
  case mark(StrategyID, Bar)
  case fill(StrategyID, InstrumentID, Side, Fill)
}

extension SeededRandom {
  fileprivate mutating func price() -> Int64 { within(1...2_000_000) }
}

/// Thirty events; every position is marked before it is traded first.
private func events(_ seed: UInt64) -> [Event] {
  var random = SeededRandom(seed: seed)
  var events: [Event] = []
  for strategy in [first, second] {
    for index in things.indices {
      events.append(.mark(strategy, bar(InstrumentID(UInt32(index)), random.price())))
    }
  }
  // Few places in one seed, many in another; sizes from single lots to millions.
  let places = 1 + random.below(6)
  let sizeMax = [3, 1_000, 50_000_000][Int(random.below(3))] as Int64
  for _ in 0..<24 {
    let place = random.below(places)
    let strategy = StrategyID(UInt32(place % 2))
    let instrument = InstrumentID(UInt32(place / 2))
    let ticks = random.price()
    if random.below(4) == 0 {
      let high = ticks + random.within(0...9)
      events.append(.mark(strategy, bar(instrument, ticks, high: high, low: ticks)))
    } else {
      let side: Side = random.below(2) == 0 ? .buy : .sell
      let fee = Int128(random.within(-400...1_000)) * Int128(random.below(1_000_000))
      let execution = fill(random.within(1...sizeMax), at: ticks, fee: fee)
      events.append(.fill(strategy, instrument, side, execution))
    }
  }
  return events
}

private func openBooks() throws -> Portfolio {
  var books = Portfolio(strategies: names, instruments: things, currency: .usdt)
  for strategy in [first, second] {
    try books.deposit(Amount(minorUnits: billion, currency: .usdt), to: strategy)
  }
  return books
}

extension Portfolio {
  fileprivate mutating func take(_ event: Event, at time: Int64) throws -> ClosedTrade? {
    switch event {
    case .mark(let strategy, let bar):
      mark(strategy, bar)
      return nil
    case .fill(let strategy, let instrument, let side, let fill):
      return try apply(
        fill,
        FillContext(
          strategy: strategy, instrument: instrument, side: side,
          at: at(time)))
    }
  }
}

/// Positions as plain sums, with its own arithmetic.
private struct Model {
  struct Plain {
    var index: Int
    var lots: Int64 = 0
    var cost: Int128 = 0
    var realised: Int128 = 0
    var fees: Int128 = 0
    var mark: Int64 = 0

    var value: Int128 { worth(index, mark, lots) }
    var unrealised: Int128 { lots == 0 ? 0 : value - cost }
  }

  struct Books {
    var positions = things.indices.map { Plain(index: $0) }
    var peak = billion

    func sum(_ part: (Plain) -> Int128) -> Int128 { positions.reduce(0) { $0 + part($1) } }
    var equity: Int128 { billion + sum { $0.realised + $0.unrealised - $0.fees } }
    var gross: Int128 { sum { Int128($0.value.magnitude) } }
  }

  var strategies = [Books(), Books()]
  var peak = 2 * billion
  var trades: [ClosedTrade] = []
  var equity: Int128 { strategies.reduce(0) { $0 + $1.equity } }

  mutating func take(_ event: Event, _ trade: ClosedTrade?) {
    switch event {
    case .mark(let strategy, let bar):
      strategies[Int(strategy.index)].positions[Int(bar.instrument.index)].mark = bar.close.ticks
    case .fill(let strategy, let instrument, let side, let fill):
      let (owner, index) = (Int(strategy.index), Int(instrument.index))
      trade.map { trades.append($0) }
      Self.book(fill, side, &strategies[owner].positions[index])
    }
    for index in strategies.indices {
      strategies[index].peak = max(strategies[index].peak, strategies[index].equity)
    }
    peak = max(peak, equity)
  }

  private static func book(_ fill: Fill, _ side: Side, _ position: inout Plain) {
    var rest = side == .buy ? fill.quantity.lots : -fill.quantity.lots
    if position.lots.signum() == -rest.signum() {
      let closed = position.lots.signum() * min(abs(position.lots), abs(rest))
      let cost = nearest(position.cost * Int128(closed), Int128(position.lots))
      position.realised += worth(position.index, fill.price.ticks, closed) - cost
      position.cost -= cost
      position.lots -= closed
      rest += closed
    }
    if rest != 0 {
      position.cost += worth(position.index, fill.price.ticks, rest)
      position.lots += rest
    }
    position.fees += fill.fee
  }
}

/// Minor units of so many lots: a share's tick is 10⁶ of them, a future's 10⁴, dust's a 200th.
private func worth(_ index: Int, _ ticks: Int64, _ lots: Int64) -> Int128 {
  let product = Int128(ticks) * Int128(lots)
  switch index {
  case 0: return product * 1_000_000
  case 1: return product * 10_000
  default: return nearest(product, 200)
  }
}

/// The nearest whole number, of two the even one; by remainders from below.
private func nearest(_ dividend: Int128, _ divisor: Int128) -> Int128 {
  let (top, bottom) = divisor < 0 ? (-dividend, -divisor) : (dividend, divisor)
  let remainder = (top % bottom + bottom) % bottom
  let below = (top - remainder) / bottom
  let isBelow = remainder * 2 < bottom || (remainder * 2 == bottom && below % 2 == 0)
  return isBelow ? below : below + 1
}
