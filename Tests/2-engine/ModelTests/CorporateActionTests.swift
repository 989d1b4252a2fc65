import OmniEncoding
import OmniModel
import OmniMoney
import OmniTime
import Testing

@Suite("CorporateAction")
struct CorporateActionTests {
  @Test func `a ratio is kept in its lowest terms, and one of nothing is refused`() throws {
    let ratio = try #require(SplitRatio(new: 14, old: 2))
    #expect(ratio.new == 7 && ratio.old == 1 && ratio.description == "7:1")
    #expect(SplitRatio(new: 3, old: 3) == nil)
    #expect(SplitRatio(new: 0, old: 1) == nil)
    #expect(SplitRatio(new: 1, old: -1) == nil)
    #expect(SplitRatio(new: 1_000_001, old: 1) == nil)
    #expect(SplitRatio(new: 2_000_000, old: 2)?.new == 1_000_000)
  }

  @Test func `lots become whole lots and a rest with the sign of the whole`() throws {
    let ratio = try #require(SplitRatio(new: 3, old: 2))
    #expect(try #require(ratio.lots(5)) == (7, 1))
    #expect(try #require(ratio.lots(-5)) == (-7, -1))
    #expect(try #require(ratio.lots(4)) == (6, 0))
    let large = try #require(SplitRatio(new: 1_000_000, old: 1))
    #expect(large.lots(InstrumentTerms.lotsMax) == nil)
  }

  @Test func `prices are rounded as asked, below zero as well`() throws {
    let ratio = try #require(SplitRatio(new: 7, old: 1))
    #expect(ratio.price(Price(ticks: 645_57), rounding: .down) == Price(ticks: 92_22))
    #expect(ratio.price(Price(ticks: 645_57), rounding: .up) == Price(ticks: 92_23))
    #expect(ratio.price(Price(ticks: -36_98), rounding: .down) == Price(ticks: -5_29))
    let reverse = try #require(SplitRatio(new: 1, old: 1_000_000))
    #expect(reverse.price(Price(ticks: 1 << 50), rounding: .down) == nil)
  }

  @Test func `every action comes back from its words, and no other words make one`() throws {
    let ratio = try #require(SplitRatio(new: 7, old: 1))
    let changes: [CorporateAction.Change] = [
      .split(ratio), .dividend(FixedDecimal(coefficient: 329, scale: 2)), .symbolChange("meta"),
      .symbolChange("a-name-of-17-byte"), .delisting(Price(ticks: -5)),
    ]
    for change in changes {
      let made = try #require(action(change))
      var sink = WordArray()
      made.encode(into: &sink)
      #expect(sink.words.count == made.wordCount)
      var source = WordArrayReader(sink.words)
      #expect(try CorporateAction(decoding: &source) == made)
      #expect(source.isAtEnd)
    }
    for words: [UInt64] in [
      [3, 0, 0, 14, 2], [3, 0, 0, 0, 1], [3, 0, 1, 5, 13], [3, 0, 2, 1, 0, 1, 65],
      [3, 0, 3, 5, 1], [3, 0, 4, 0, 0], [1 << 32, 0, 3, 5, 0], [3, 0, 2, 0, 0, 0],
    ] {
      var source = WordArrayReader(words)
      #expect(throws: WordFailure.self) { try CorporateAction(decoding: &source) }
    }
    #expect(action(.dividend(FixedDecimal(coefficient: 0, scale: 2))) == nil)
    #expect(action(.symbolChange("")) == nil)
  }

  @Test func `a split leaves no order at a worse price or with more than its share`() throws {
    let ratio = try #require(SplitRatio(new: 7, old: 1))
    #expect(order(.buy, .limit, 3, 645_57).adjusted(for: ratio) == order(.buy, .limit, 21, 92_22))
    #expect(order(.sell, .limit, 3, 645_57).adjusted(for: ratio) == order(.sell, .limit, 21, 92_23))
    #expect(order(.sell, .stop, 3, 645_57).adjusted(for: ratio) == order(.sell, .stop, 21, 92_22))
    #expect(order(.buy, .stop, 3, 645_57).adjusted(for: ratio) == order(.buy, .stop, 21, 92_23))
    #expect(order(.buy, .market, 3, 0).adjusted(for: ratio) == order(.buy, .market, 21, 0))
    let reverse = try #require(SplitRatio(new: 1, old: 4))
    #expect(order(.buy, .limit, 7, 10).adjusted(for: reverse) == order(.buy, .limit, 1, 40))
    #expect(order(.buy, .limit, 3, 10).adjusted(for: reverse) == nil)
  }

  @Test func `a dividend lowers what waits below the market, up to the tick`() {
    let amount = FixedDecimal(coefficient: 3_291, scale: 3)
    let tick = FixedDecimal(coefficient: 1, scale: 2)
    func after(_ order: OrderIntent) -> Int64? {
      order.adjusted(forDividend: amount, tick: tick)?.price.ticks
    }
    #expect(after(order(.buy, .limit, 1, 100_00)) == 96_70)
    #expect(after(order(.sell, .stop, 1, 100_00)) == 96_70)
    #expect(after(order(.sell, .limit, 1, 100_00)) == 100_00)
    #expect(after(order(.buy, .stop, 1, 100_00)) == 100_00)
  }
}

private func action(_ change: CorporateAction.Change) -> CorporateAction? {
  CorporateAction(change, of: InstrumentID(3), at: Timestamp(nanoseconds: -7))
}

private func order(_ side: Side, _ type: OrderType, _ lots: Int64, _ ticks: Int64) -> OrderIntent {
  OrderIntent(
    id: OrderID(1), strategy: StrategyID(0), instrument: InstrumentID(3),
    terms: .init(side, type, Quantity(lots: lots), price: Price(ticks: ticks)))
}
