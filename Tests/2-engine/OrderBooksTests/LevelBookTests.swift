import OmniCollections
import OmniModel
import OmniMoney
import OmniNumerics
import OmniOrderBooks
import OmniTime
import Testing

/// A slow and obvious book: a dictionary for each side.
private struct PlainBook {
  var bids: [Int64: Int64] = [:]
  var asks: [Int64: Int64] = [:]

  mutating func apply(_ event: MarketEvent) {
    let ticks = event.price.ticks
    switch (event.kind, event.side) {
    case (.level, .bid): bids[ticks] = event.size.lots == 0 ? nil : event.size.lots
    case (.level, .ask): asks[ticks] = event.size.lots == 0 ? nil : event.size.lots
    case (.clear, let side):
      if side != .ask { bids = [:] }
      if side != .bid { asks = [:] }
    case (.best, .bid):
      bids = event.size.lots == 0 ? [:] : bids.filter { $0.key <= ticks }
      if event.size.lots != 0 { bids[ticks] = event.size.lots }
    case (.best, .ask):
      asks = event.size.lots == 0 ? [:] : asks.filter { $0.key >= ticks }
      if event.size.lots != 0 { asks[ticks] = event.size.lots }
    default: break
    }
  }

  func levels(_ side: MarketEvent.BookSide) -> [PriceLevel] {
    let sorted =
      side == .bid ? bids.sorted { $0.key > $1.key } : asks.sorted { $0.key < $1.key }
    return sorted.map {
      PriceLevel(price: Price(ticks: $0.key), size: Quantity(lots: $0.value))
    }
  }
}

private func event(
  _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, _ ticks: Int64 = 0, _ lots: Int64 = 0,
  _ flags: MarketEvent.Flags = []
) -> MarketEvent {
  MarketEvent(
    kind, side, of: InstrumentID(0), at: MarketTimes(occurredAt: .epoch, receivedAt: .epoch),
    .init(price: Price(ticks: ticks), size: Quantity(lots: lots), flags: flags))
}

private func levels(
  _ book: borrowing LevelBook, _ side: MarketEvent.BookSide
) -> [PriceLevel] {
  var list: [PriceLevel] = []
  book.forEachLevel(side) {
    list.append($0)
    return true
  }
  return list
}

private func makeBook() -> LevelBook {
  var book = LevelBook(window: 4_096)
  for (ticks, lots) in [(99, 5), (98, 7), (95, 2)] as [(Int64, Int64)] {
    book.apply(event(.level, .bid, ticks, lots))
  }
  for (ticks, lots) in [(102, 4), (103, 6), (110, 9)] as [(Int64, Int64)] {
    book.apply(event(.level, .ask, ticks, lots))
  }
  return book
}

@Suite struct LevelBookTests {
  @Test func `an empty book has neither prices nor sizes`() {
    let book = LevelBook(window: 4_096)

    let spread = book.spread
    let count = book.levelCount()
    let bid = book.bestBid
    let size = book.size(.ask, at: Price(ticks: 7))
    let isCrossed = book.isCrossed

    #expect(spread == nil)
    #expect(count == 0)
    #expect(bid == nil)
    #expect(size == .zero)
    #expect(!isCrossed)
  }

  @Test func `the best prices, their distance and their middle are exact`() {
    let book = makeBook()

    let prices = [book.bestBid?.ticks, book.bestAsk?.ticks]
    let spread = book.spread?.ticks
    let middle = book.middleHalfTicks
    let counts = [book.levelCount(.bid), book.levelCount(.ask), book.levelCount()]

    #expect(prices == [99, 102])
    #expect(spread == 3)
    #expect(middle == 201)
    #expect(counts == [3, 3, 6])
  }

  @Test func `what is taken away from the top uncovers the next level`() {
    var book = makeBook()

    let old = book.set(.bid, Price(ticks: 99), to: .zero)
    book.set(.ask, Price(ticks: 102), to: .zero)

    let prices = [book.bestBid?.ticks, book.bestAsk?.ticks]
    #expect(old == Quantity(lots: 5))
    #expect(prices == [98, 103])
  }

  @Test func `the first levels fill the caller's buffer and no more`() {
    let book = makeBook()
    var buffer = OwnedBuffer(
      repeating: PriceLevel(price: .zero, size: .zero), count: 2)

    let count = book.copyLevels(.ask, into: &buffer)

    let ticks = [buffer[0].price.ticks, buffer[1].price.ticks]
    let lots = [buffer[0].size.lots, buffer[1].size.lots]
    #expect(count == 2)
    #expect(ticks == [102, 103])
    #expect(lots == [4, 6])
  }

  @Test func `depth counts what is no farther from the best than asked`() {
    let book = makeBook()

    let lots = [0, 1, 3, 4].map { book.depth(.bid, within: PriceOffset(ticks: $0)).lots }
    let asks = [0, 1, 8].map { book.depth(.ask, within: PriceOffset(ticks: $0)).lots }

    #expect(lots == [5, 12, 12, 14])
    #expect(asks == [4, 10, 19])
  }

  @Test func `imbalance is the difference over the sum of what was counted`() {
    let book = makeBook()

    let first = book.imbalance(levels: 1)
    let rate = first.rate.billionths
    let two = book.imbalance(levels: 2)
    let empty = LevelBook(window: 4_096).imbalance(levels: 3).rate

    #expect(first == BookImbalance(bid: Quantity(lots: 5), ask: Quantity(lots: 4)))
    #expect(rate == 111_111_111)
    #expect(two == BookImbalance(bid: Quantity(lots: 12), ask: Quantity(lots: 10)))
    #expect(empty == .zero)
  }

  @Test func `the impact of a size is the exact sum over the levels that it takes`() {
    let book = makeBook()

    let buy = book.impact(of: .buy, Quantity(lots: 11))
    let average = buy.averagePrice(.up)?.ticks
    let all = book.impact(of: .sell, Quantity(lots: 100))
    let none = book.impact(of: .sell, .zero).averagePrice(.up)

    // 4 × 102 + 6 × 103 + 1 × 110 = 1136, and 1136 / 11 = 103.27…
    #expect(buy.tickLots == 1_136)
    #expect(buy.filled == Quantity(lots: 11))
    #expect([buy.first.ticks, buy.last.ticks] == [102, 110])
    #expect(buy.levelCount == 3)
    #expect(average == 104)
    #expect(all.filled == Quantity(lots: 14))
    #expect(none == nil)
  }

  @Test func `a best price takes the better levels of its side away and leaves the other side`() {
    var book = makeBook()

    book.apply(event(.best, .bid, 97, 3))
    let bids = levels(book, .bid).map(\.price.ticks)
    let asks = levels(book, .ask).map(\.price.ticks)
    book.apply(event(.best, .ask, 0, 0))
    let askCount = book.levelCount(.ask)

    #expect(bids == [97, 95])
    #expect(asks == [102, 103, 110])
    #expect(askCount == 0)
  }

  @Test func `crossed prices are told and kept`() {
    var book = makeBook()

    book.set(.bid, Price(ticks: 103), to: Quantity(lots: 1))

    let isCrossed = book.isCrossed
    let spread = book.spread?.ticks
    #expect(isCrossed)
    #expect(spread == -1)
  }

  @Test func `a gap makes the book suspect until a snapshot comes`() {
    var book = makeBook()
    var seen = [book.isSuspect]

    book.apply(event(.level, .bid, 99, 6, .gap))
    seen.append(book.isSuspect)
    book.apply(event(.level, .bid, 99, 7))
    seen.append(book.isSuspect)
    book.apply(event(.clear, .none, 0, 0, .snapshot))
    seen.append(book.isSuspect)

    #expect(seen == [false, true, true, false])
  }

  @Test func `what is not about levels changes nothing`() {
    for kind in MarketEvent.Kind.allCases where ![.best, .level, .clear].contains(kind) {
      for side in MarketEvent.BookSide.allCases {
        var book = makeBook()
        let before = book.stateHash
        book.apply(event(kind, side, 99, 1))
        let after = book.stateHash
        #expect(before == after, "\(kind) \(side)")
      }
    }
  }

  @Test func `a level beyond the window is found again, wherever the market went`() {
    var book = LevelBook(window: 4_096)

    book.set(.bid, Price(ticks: 10_000), to: Quantity(lots: 1))
    book.set(.bid, Price(ticks: -900_000), to: Quantity(lots: 2))
    book.set(.bid, Price(ticks: 900_000), to: Quantity(lots: 3))
    let before = levels(book, .bid).map(\.price.ticks)
    for index in 0..<400 as Range<Int64> {
      book.set(.bid, Price(ticks: 800_000 + index), to: Quantity(lots: 4))
    }
    let far = book.size(.bid, at: Price(ticks: -900_000)).lots
    let count = book.levelCount(.bid)
    book.set(.bid, Price(ticks: 900_000), to: .zero)
    let best = book.bestBid?.ticks

    #expect(before == [900_000, 10_000, -900_000])
    #expect(far == 2)
    #expect(count == 403)
    #expect(best == 800_399)
  }

  @Test func `levels beyond the most that a side may hold are counted as forgotten`() {
    var book = LevelBook(window: 4_096, outsideMax: 10)
    book.set(.ask, .zero, to: Quantity(lots: 1))

    for index in 1...13 as ClosedRange<Int64> {
      book.set(.ask, Price(ticks: 1_000_000 + index), to: Quantity(lots: 1))
    }

    let forgotten = book.forgottenCount
    let count = book.levelCount(.ask)
    let ticks = levels(book, .ask).map(\.price.ticks)
    #expect(forgotten == 3)
    #expect(count == 11)
    #expect(ticks == [0] + (1_000_001...1_000_010))
  }

  /// Every kind on every side, on an empty, a one-sided and a full book: as the plain book does it.
  @Test(arguments: MarketEvent.Kind.allCases, MarketEvent.BookSide.allCases)
  func `each event has the same effect as on a plain book`(
    kind: MarketEvent.Kind, side: MarketEvent.BookSide
  ) {
    let starts: [[MarketEvent]] = [
      [], [event(.level, .bid, 99, 5)], [event(.level, .ask, 102, 4)],
      [event(.level, .bid, 99, 5), event(.level, .bid, 97, 1), event(.level, .ask, 102, 4)],
    ]
    for start in starts {
      for ticks in [0, 97, 98, 99, 102, 105] as [Int64] {
        for lots in [0, 3] as [Int64] {
          var book = LevelBook(window: 4_096)
          var plain = PlainBook()
          for event in start + [event(kind, side, ticks, lots)] {
            book.apply(event)
            plain.apply(event)
          }
          let bids = levels(book, .bid)
          let asks = levels(book, .ask)
          #expect(bids == plain.levels(.bid))
          #expect(asks == plain.levels(.ask))
        }
      }
    }
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `random events leave the same levels as a plain book, however far prices go`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var book = LevelBook(window: 4_096)
    var plain = PlainBook()
    var centre: Int64 = 50_000
    // A walk that at times leaps farther than the window is wide.
    for step in 0..<2_000 {
      if random.below(200) == 0 { centre += Int64(random.below(20_000)) - 10_000 }
      let spread = random.below(20) == 0 ? 9_000 : 40 as UInt64
      let ticks = centre + Int64(random.below(spread)) - Int64(spread / 2)
      let side: MarketEvent.BookSide = random.below(2) == 0 ? .bid : .ask
      let lots = random.below(3) == 0 ? 0 : Int64(random.below(50))
      let draw = random.below(400)
      let kind: MarketEvent.Kind = draw == 0 ? .clear : draw < 20 ? .best : .level
      let event = event(kind, side, ticks, lots)
      book.apply(event)
      plain.apply(event)
      if step % 50 == 0 || step > 1_980 {
        let bids = levels(book, .bid)
        let asks = levels(book, .ask)
        let counts = [book.levelCount(.bid), book.levelCount(.ask)]
        #expect(bids == plain.levels(.bid), "seed \(seed) step \(step)")
        #expect(asks == plain.levels(.ask), "seed \(seed) step \(step)")
        #expect(counts == [plain.bids.count, plain.asks.count])
      }
    }

    // The same levels in another order and window have the same hash.
    var other = LevelBook(window: 8_192)
    for level in plain.levels(.ask) { other.set(.ask, level.price, to: level.size) }
    for level in plain.levels(.bid).reversed() { other.set(.bid, level.price, to: level.size) }
    let hashes = [book.stateHash, other.stateHash]
    #expect(hashes[0] == hashes[1])
    other.set(.bid, Price(ticks: -5), to: Quantity(lots: 1))
    let changed = other.stateHash
    other.set(.bid, Price(ticks: -5), to: Quantity(lots: 2))
    let resized = other.stateHash
    #expect(changed != hashes[0])
    #expect(resized != changed)
  }
}
