import OmniModel
import OmniMoney
import OmniOrderBooks
import OmniTime
import Testing

private func best(
  _ side: MarketEvent.BookSide, _ ticks: Int64, _ lots: Int64
) -> MarketEvent {
  MarketEvent(
    .best, side, of: InstrumentID(0), at: MarketTimes(occurredAt: .epoch, receivedAt: .epoch),
    .init(price: Price(ticks: ticks), size: Quantity(lots: lots)))
}

@Suite struct TopOfBookTests {
  @Test func `quotes set their side, and size zero empties it`() {
    var top = TopOfBook()

    top.apply(best(.bid, 99, 5))
    top.apply(best(.ask, 102, 4))
    let middle = top.middleHalfTicks
    let spread = top.spread
    top.apply(best(.ask, 99, 1))
    let isCrossed = top.isCrossed
    top.apply(best(.bid, 99, 0))

    #expect(middle == 201)
    #expect(spread == PriceOffset(ticks: 3))
    #expect(isCrossed)
    #expect(top.bid == nil)
    #expect(top.ask == PriceLevel(price: Price(ticks: 99), size: Quantity(lots: 1)))
    #expect(top.spread == nil)
  }

  @Test func `clearing one side leaves the other, and trades say nothing of quotes`() {
    var top = TopOfBook()
    top.apply(best(.bid, 99, 5))
    top.apply(best(.ask, 102, 4))

    var clear = best(.bid, 0, 0)
    clear.kind = .clear
    top.apply(clear)
    var trade = best(.ask, 50, 7)
    trade.kind = .trade
    top.apply(trade)

    #expect(top.bid == nil)
    #expect(top.ask?.price == Price(ticks: 102))
  }

  @Test func `the top of a book of levels is its best levels`() {
    var book = LevelBook(window: 4_096)
    book.set(.bid, Price(ticks: 7), to: Quantity(lots: 3))
    book.set(.bid, Price(ticks: 6), to: Quantity(lots: 9))

    let top = TopOfBook(of: book)

    #expect(top.bid == PriceLevel(price: Price(ticks: 7), size: Quantity(lots: 3)))
    #expect(top.ask == nil)
  }
}
