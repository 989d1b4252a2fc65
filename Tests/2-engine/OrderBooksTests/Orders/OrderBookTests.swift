import OmniCollections
import OmniModel
import OmniMoney
import OmniOrderBooks
import OmniTestKit
import OmniTime
import Testing

@Suite("OrderBook")
struct OrderBookTests {
  @Test func `orders make the levels of their side`() {
    var book = OrderBook(of: InstrumentID(0))
    book.apply(anEvent(.orderAdded, .bid, 1, price: 100, size: 5))
    book.apply(anEvent(.orderAdded, .bid, 2, price: 100, size: 3))
    book.apply(anEvent(.orderAdded, .bid, 3, price: 99, size: 1))
    book.apply(anEvent(.orderAdded, .ask, 4, price: 102, size: 7))

    let bids = levels(book, .buy)
    let asks = levels(book, .sell)
    let isCrossed = book.isCrossed

    #expect(bids == [level(100, 8, 2), level(99, 1, 1)] && asks == [level(102, 7, 1)])
    #expect(!isCrossed)
  }

  @Test func `an execution, a reduction and a removal take from an order until it is gone`() {
    var book = OrderBook(of: InstrumentID(0))
    for id in 1...3 as ClosedRange<UInt64> {
      book.apply(anEvent(.orderAdded, .ask, id, price: 100, size: 5))
    }

    book.apply(anEvent(.orderExecuted, .ask, 1, size: 2))
    book.apply(anEvent(.orderReduced, .none, 2, size: 5))
    let two = levels(book, .sell)
    book.apply(anEvent(.orderExecuted, .ask, 1, size: 3))
    book.apply(anEvent(.orderRemoved, .ask, 3))

    #expect(two == [level(100, 8, 2)])
    let none = levels(book, .sell)
    #expect(none.isEmpty)
  }

  @Test func `a change keeps the turn only if it says so and the price stays`() {
    for (flags, price, ahead) in [
      (.keepsTurn, 100, 0), ([], 100, 5), (.keepsTurn, 101, 4), ([], 101, 4),
    ] as [(MarketEvent.Flags, Int64, Int64)] {
      var book = OrderBook(of: InstrumentID(0))
      book.apply(anEvent(.orderAdded, .bid, 1, price: 100, size: 5))
      book.apply(anEvent(.orderAdded, .bid, 2, price: 100, size: 5))
      book.apply(anEvent(.orderAdded, .bid, 3, price: 101, size: 4))

      let outcome = book.apply(anEvent(.orderChanged, .bid, 1, price: price, size: 2, flags))

      let found = book.ahead(of: 1)?.size
      #expect(outcome == .applied && found == Quantity(lots: ahead), "\(flags) \(price)")
    }
  }

  /// Every state of a number × every kind of event.
  @Test func `each event is applied, ignored or refused as the table says`() {
    let kinds: [(MarketEvent, OrderBook.Outcome, OrderBook.Outcome)] = [
      (anEvent(.best, .bid, 1, price: 100, size: 5), .ignored, .ignored),
      (anEvent(.level, .bid, 1, price: 100, size: 5), .ignored, .ignored),
      (anEvent(.trade, .bid, 1, price: 100, size: 5), .ignored, .ignored),
      (anEvent(.state, .none, 1), .ignored, .ignored),
      (anEvent(.clear, .bid, 0), .applied, .applied),
      (anEvent(.orderAdded, .bid, 1, price: 100, size: 5), .applied, .refused(.doubledOrder)),
      (anEvent(.orderAdded, .bid, 1, price: 100), .refused(.zeroSize), .refused(.zeroSize)),
      (anEvent(.orderAdded, .none, 1, size: 5), .refused(.noSide), .refused(.noSide)),
      (
        anEvent(.orderAdded, .bid, 1, price: .min, size: 5), .refused(.priceOutOfRange),
        .refused(.doubledOrder)
      ),
      (anEvent(.orderChanged, .bid, 1, price: 99, size: 5), .refused(.unknownOrder), .applied),
      (
        anEvent(.orderChanged, .ask, 1, price: 99, size: 5), .refused(.unknownOrder),
        .refused(.otherSide)
      ),
      (
        anEvent(.orderChanged, .bid, 1, price: .min, size: 5), .refused(.unknownOrder),
        .refused(.priceOutOfRange)
      ),
      (anEvent(.orderChanged, .bid, 1, price: 100), .refused(.unknownOrder), .applied),
      (anEvent(.orderReduced, .bid, 1, size: 5), .refused(.unknownOrder), .applied),
      (anEvent(.orderReduced, .bid, 1, size: 6), .refused(.unknownOrder), .refused(.belowZero)),
      (anEvent(.orderExecuted, .bid, 1, size: 5), .refused(.unknownOrder), .applied),
      (anEvent(.orderExecuted, .bid, 1, size: 6), .refused(.unknownOrder), .refused(.belowZero)),
      (anEvent(.orderRemoved, .bid, 1), .refused(.unknownOrder), .applied),
      (anEvent(.orderRemoved, .ask, 1), .refused(.unknownOrder), .refused(.otherSide)),
      (
        anEvent(.orderRemoved, .bid, 1, instrument: 1), .refused(.otherInstrument),
        .refused(.otherInstrument)
      ),
    ]
    for (event, withoutOrder, withOrder) in kinds {
      for isThere in [false, true] {
        var book = OrderBook(of: InstrumentID(0))
        if isThere { book.apply(added) }
        let before = levels(book, .buy)
        let outcome = book.apply(event)
        let after = levels(book, .buy)
        #expect(outcome == (isThere ? withOrder : withoutOrder), "\(event.kind) \(isThere)")
        if outcome != .applied { #expect(after == before, "\(event.kind) \(isThere)") }
      }
    }
  }

  @Test func `a snapshot begins with an empty book, and ends the doubt of a gap`() {
    var book = OrderBook(of: InstrumentID(0))
    book.apply(added)
    book.apply(anEvent(.orderReduced, .bid, 1, size: 1, .gap))
    let inDoubt = book.isSuspect
    book.apply(anEvent(.clear, .none, 0, .snapshot))
    let outcome = book.apply(anEvent(.orderAdded, .bid, 1, price: 98, size: 2, .snapshot))

    let found = levels(book, .buy)
    let isSuspect = book.isSuspect
    #expect(inDoubt && !isSuspect && outcome == .applied && found == [level(98, 2, 1)])
  }

  @Test func `one side is cleared without the other`() {
    var book = OrderBook(of: InstrumentID(0))
    book.apply(added)
    book.apply(anEvent(.orderAdded, .ask, 2, price: 101, size: 5))

    book.apply(anEvent(.clear, .bid, 0))

    let bids = levels(book, .buy)
    let asks = levels(book, .sell)
    #expect(bids.isEmpty && asks == [level(101, 5, 1)] && book.orderCount == 1)
  }

  @Test func `a book that is crossed or locked says so`() {
    for (ask, isCrossed, isLocked) in [
      (99, true, false), (100, false, true), (101, false, false),
    ] as [(Int64, Bool, Bool)] {
      var book = OrderBook(of: InstrumentID(0))
      book.apply(added)
      book.apply(anEvent(.orderAdded, .ask, 2, price: ask, size: 5))
      let found = (book.isCrossed, book.isLocked)
      #expect(found == (isCrossed, isLocked), "\(ask)")
    }
  }

  @Test func `a book holds no more orders, and no more lots, than it may`() {
    var configuration = OrderBook.Configuration()
    configuration.orderCapacity = 1
    configuration.orderCountMax = 2
    var book = OrderBook(of: InstrumentID(0), configuration)
    book.apply(anEvent(.orderAdded, .bid, 1, price: 1, size: .max - 1))

    let tooLarge = book.apply(anEvent(.orderAdded, .bid, 2, price: 2, size: 2))
    let grown = book.apply(anEvent(.orderChanged, .bid, 1, price: 3, size: .max, .keepsTurn))
    let other = book.apply(anEvent(.orderAdded, .ask, 3, price: 2, size: 2))
    let tooMany = book.apply(anEvent(.orderAdded, .ask, 4, price: 2, size: 2))

    #expect(tooLarge == .refused(.sizeOutOfRange) && grown == .applied)
    #expect(other == .applied && tooMany == .refused(.full))
  }

  @Test func `every refusal has a code of its own`() {
    let codes = OrderBook.Refusal.allCases.map(\.code)
    #expect(Set(codes).count == codes.count && codes.allSatisfy { $0.hasPrefix("ORB-") })
  }

  @Test func `the fast book is what a dictionary says, with every order's place in its queue`() {
    for seed in 0..<8 as Range<UInt64> { compare(seed: seed, count: 1_500) }
  }

  private func compare(seed: UInt64, count: Int) {
    var random = SeededRandom(seed: seed)
    var configuration = OrderBook.Configuration()
    configuration.window = seed % 2 == 0 ? 64 : 8_192
    configuration.orderCapacity = 2
    var book = OrderBook(of: InstrumentID(0), configuration)
    var naive = NaiveOrders()
    var middle: Int64 = -50
    for number in 0..<count {
      if random.below(100) == 0 { middle += random.within(-100...100) }
      let event = random.event(near: middle)
      let outcome = book.apply(event)
      let wanted = naive.apply(event)
      #expect(outcome == wanted, "seed \(seed), event \(number): \(event)")
      for side in Side.allCases {
        let found = levels(book, side)
        let wanted = naive.levels(side)
        #expect(found == wanted, "seed \(seed), event \(number): \(event)")
      }
      let id = 1 + random.below(80)
      let ahead = book.ahead(of: id).map { [$0.size.lots, Int64($0.count)] }
      #expect(ahead == naive.ahead(of: id), "seed \(seed), event \(number): before \(id)")
      let price = book.order(id)?.price.ticks
      #expect(price == naive.orders[id]?.price && book.orderCount == naive.orders.count)
      if outcome != wanted { return }
    }
  }
}

extension SeededRandom {
  fileprivate mutating func event(near middle: Int64) -> MarketEvent {
    let kinds: [MarketEvent.Kind] = [
      .orderAdded, .orderAdded, .orderAdded, .orderChanged, .orderChanged, .orderReduced,
      .orderExecuted, .orderRemoved, .trade,
    ]
    let sides = MarketEvent.BookSide.allCases
    if below(400) == 0 { return anEvent(.clear, pick(sides), 0) }
    let far = below(25) == 0 ? within(-3_000...3_000) : 0
    return anEvent(
      pick(kinds), pick(sides), 1 + below(80), price: middle + far + within(-12...12),
      size: within(0...9), below(2) == 0 ? .keepsTurn : [])
  }
}

private let added = anEvent(.orderAdded, .bid, 1, price: 100, size: 5)

private func anEvent(
  _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, _ id: UInt64, price: Int64 = 0,
  size: Int64 = 0, _ flags: MarketEvent.Flags = [], instrument: UInt32 = 0
) -> MarketEvent {
  let now = Timestamp(nanoseconds: 0)
  return MarketEvent(
    kind, side, of: InstrumentID(instrument), at: MarketTimes(occurredAt: now, receivedAt: now),
    MarketEvent.Content(
      price: Price(ticks: price), size: Quantity(lots: size), id: id, flags: flags))
}

private func level(_ price: Int64, _ size: Int64, _ count: Int) -> OrderBook.Level {
  OrderBook.Level(price: Price(ticks: price), size: Quantity(lots: size), count: count)
}

/// All levels, which are fewer than the room for them.
private func levels(_ book: borrowing OrderBook, _ side: Side) -> [OrderBook.Level] {
  var room = OwnedBuffer(repeating: OrderBook.Level(), count: 128)
  let count = book.copyLevels(of: side, into: &room)
  return (0..<count).map { room[$0] }
}
