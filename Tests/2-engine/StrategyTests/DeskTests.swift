import OmniEncoding
import OmniModel
import OmniMoney
import OmniStrategy
import OmniTime
import Testing

@Suite("Desk")
struct DeskTests {
  // MARK: Wishes

  @Test func `numbers of orders rise over all strategies, and a bracket takes three`() throws {
    let desk = try Desks()

    #expect(desk.submit() == OrderID(1))
    desk.turn(to: 1)
    #expect(desk.bracket() == OrderID(2))
    desk.turn(to: 0)
    #expect(desk.submit() == OrderID(5))
  }

  @Test func `wishes come out in the order in which they went in, each with its owner`() throws {
    let desk = try Desks()
    desk.submit(instrument: 1)
    desk.turn(to: 1)
    desk.submit()
    desk.cancel(1)

    let wishes = desk.takeAll()

    #expect(
      wishes == [
        .submit(order(1, strategy: 0, instrument: 1)), .submit(order(2, strategy: 1)),
        .cancel(OrderID(1), by: StrategyID(1)),
      ])
    #expect(desk.takeAll().isEmpty)
  }

  @Test func `a bracket's exits reduce on the other side and name each other`() throws {
    let desk = try Desks()
    desk.bracket()

    guard case .bracket(let entry, let stop, let target)? = desk.takeAll().first else {
      Issue.record("no bracket")
      return
    }
    #expect(entry == order(1))
    #expect(stop.side == .sell && stop.type == .stop && stop.isReduceOnly)
    #expect(stop.price == Price(ticks: 90) && stop.quantity == lots(3))
    #expect(stop.contingency == Contingency(parent: OrderID(1), sibling: OrderID(3)))
    #expect(target.side == .sell && target.type == .limit && target.isReduceOnly)
    #expect(target.price == Price(ticks: 110) && target.quantity == lots(3))
    #expect(target.contingency == Contingency(parent: OrderID(1), sibling: OrderID(2)))
  }

  @Test func `wishes beyond the limit are refused and cost no number`() throws {
    let desk = try Desks()
    for _ in 0..<Desk.intentsMax { desk.submit() }

    #expect(desk.submit() == nil)
    #expect(desk.bracket() == nil)
    #expect(!desk.cancel(1))

    #expect(desk.takeAll().count == Desk.intentsMax)
    #expect(desk.submit() == OrderID(UInt64(Desk.intentsMax) + 1))
  }

  // MARK: What a strategy sees

  @Test func `each strategy sees its own positions, orders and equity`() throws {
    let desk = try Desks()
    desk.value.note(NetQuantity(lots: 5), of: InstrumentID(0))
    desk.value.noteWorking(2, of: InstrumentID(1))
    desk.value.note(equity: 700)
    desk.turn(to: 1)
    desk.value.note(NetQuantity(lots: -1), of: InstrumentID(1))
    desk.value.note(equity: 900)

    #expect(desk.sight(0) == Sight(position: 0, working: 0))
    #expect(desk.sight(1) == Sight(position: -1, working: 0))
    #expect(desk.value.equity == 900)

    desk.turn(to: 0)
    #expect(desk.sight(0) == Sight(position: 5, working: 0))
    #expect(desk.sight(1) == Sight(position: 0, working: 2))
    #expect(desk.value.equity == 700)
    desk.value.noteWorking(-2, of: InstrumentID(1))
    #expect(desk.sight(1) == Sight(position: 0, working: 0))
  }

  @Test func `prices, terms and the instant are everybody's`() throws {
    let desk = try Desks()
    #expect(desk.value.price(InstrumentID(0)) == nil)

    desk.value.note(Price(ticks: 1_234), of: InstrumentID(0))
    desk.value.turn(to: StrategyID(1), now: Timestamp(nanoseconds: 9))

    #expect(desk.value.price(InstrumentID(0)) == Price(ticks: 1_234))
    #expect(desk.value.price(InstrumentID(1)) == nil)
    #expect(desk.value.statistic(Price(ticks: 1_234), InstrumentID(0)) == 123.4)
    #expect(desk.value.statistic(Price(ticks: 1_234), InstrumentID(1)) == 12.34)
    #expect(desk.value.terms(InstrumentID(1)) == (try dust().terms))
    #expect(desk.value.now == Timestamp(nanoseconds: 9))
  }

  // MARK: Snapshots

  @Test func `a desk that was read back goes on as the one that was written`() throws {
    let desk = try busy()
    let copy = try Desks()

    try copy.decode(desk.words)

    #expect(copy.words == desk.words)
    #expect(copy.sight(0) == Sight(position: 5, working: 2))
    #expect(copy.value.price(InstrumentID(1)) == Price(ticks: 77))
    #expect(copy.submit() == OrderID(2))
  }

  @Test func `words that make no desk are refused`() throws {
    let words = try busy().words
    // A number, four positions, four counts, two equities of two words, two prices with flags.
    let wrong: [(String, Int, UInt64)] = [
      ("no room to count on", 0, .max), ("a count below zero", 5, .max),
      ("a count above a half word", 5, 1 << 33), ("no flag", 13, 3),
    ]

    for (what, place, word) in wrong {
      var changed = words
      changed[place] = word
      #expect(throws: WordFailure.self, "\(what)") { try Desks().decode(changed) }
    }
    for length in words.indices {
      #expect(throws: WordFailure.exhausted, "\(length)") {
        try Desks().decode(Array(words.prefix(length)))
      }
    }
  }
}

// MARK: - Words for the tests

/// A desk of two strategies and two instruments.
private final class Desks {
  var value: Desk

  init() throws {
    value = Desk(strategyCount: 2, instruments: [try coin(), try dust()])
    turn(to: 0)
  }

  func turn(to strategy: UInt32) { value.turn(to: StrategyID(strategy), now: .epoch) }

  @discardableResult
  func submit(instrument: UInt32 = 0) -> OrderID? {
    value.submit(InstrumentID(instrument), .init(.buy, .market, lots(3)))
  }

  @discardableResult
  func bracket() -> OrderID? {
    value.submitBracket(
      InstrumentID(0), entry: .init(.buy, .market, lots(3)), stop: Price(ticks: 90),
      target: Price(ticks: 110))
  }

  @discardableResult
  func cancel(_ id: UInt64) -> Bool { value.cancel(OrderID(id)) }

  func takeAll() -> [Intent] {
    var all: [Intent] = []
    while let intent = value.nextIntent() { all.append(intent) }
    return all
  }

  func sight(_ instrument: UInt32) -> Sight {
    Sight(
      position: value.position(InstrumentID(instrument)).lots,
      working: value.workingOrderCount(InstrumentID(instrument)))
  }

  var words: [UInt64] {
    var sink = WordArray()
    value.encode(into: &sink)
    return sink.words
  }

  func decode(_ words: [UInt64]) throws {
    var source = WordArrayReader(words)
    try value.decode(from: &source)
    #expect(source.isAtEnd)
  }
}

private struct Sight: Equatable {
  let position: Int64
  let working: Int
}

private func busy() throws -> Desks {
  let desk = try Desks()
  desk.submit()
  _ = desk.takeAll()
  desk.value.note(NetQuantity(lots: 5), of: InstrumentID(0))
  desk.value.noteWorking(2, of: InstrumentID(0))
  desk.value.note(equity: 700)
  desk.value.note(Price(ticks: 77), of: InstrumentID(1))
  return desk
}

private func order(_ id: UInt64, strategy: UInt32 = 0, instrument: UInt32 = 0) -> OrderIntent {
  OrderIntent(
    id: OrderID(id), strategy: StrategyID(strategy), instrument: InstrumentID(instrument),
    terms: .init(.buy, .market, lots(3)))
}
