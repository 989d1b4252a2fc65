import OmniCollections
import OmniFeeds
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("OrderFeedDecoder")
struct OrderFeedDecoderTests {
  private func decoder() throws -> OrderFeedDecoder {
    OrderFeedDecoder(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid("0.25", "1"))
  }

  @Test(
    .enabled(if: SampleFiles.has(SampleFiles.shared("orderbook")), "no ../shared/data/orderbook"))
  func `a session of CME has no unknown order, and no crossed book after its open`() throws {
    var decoder = try decoder()
    var buffer = GrowingBuffer<MarketEvent>()
    let lines = try FeedRecords.lines("orderbook/cme_ESH4_mbo_2023-12-25.csv.gz")
    for (index, line) in lines.enumerated() {
      try decoder.decode(line.span, line: index + 1, into: &buffer)
    }
    let open: Int64 = 1_703_545_200_000_000_000
    var book = NaiveOrders()
    var crossed = (before: 0, after: 0)
    var kinds: [MarketEvent.Kind: Int] = [:]
    var isOpen = false
    for event in FeedRecords.array(buffer) {
      book.apply(event)
      kinds[event.kind, default: 0] += 1
      // The opening auction is over with the first message behind it.
      if event.occurredAt.nanoseconds > open { isOpen = true }
      if event.flags.contains(.last), !event.flags.contains(.snapshot), book.isCrossed {
        if isOpen { crossed.after += 1 } else { crossed.before += 1 }
      }
    }
    #expect(decoder.counts.refused == 0 && book.faults == 0)
    #expect(decoder.counts.trades == 2_973 && crossed.after == 0 && crossed.before > 0)
    #expect(decoder.orderCount == book.orders.count)
    #expect(kinds[.orderExecuted, default: 0] > 6_200)
    #expect(kinds[.orderAdded] == 29_216)
  }

  @Test func `an execution is told apart from a cancellation`() throws {
    let rows = [
      "1,2,R,N,,0,0,40,1", "1,2,A,A,10.25,5,7,40,1", "1,2,A,A,10.25,3,8,168,1",
      "3,4,T,B,10.25,7,0,0,2", "3,4,F,A,10.25,5,7,0,2", "3,4,F,A,10.25,2,8,0,2",
      "3,4,C,A,10.25,5,7,0,3", "3,4,M,A,10.25,1,8,128,3", "5,6,M,A,10.5,1,8,128,4",
      "5,6,C,A,10.5,1,8,128,5",
    ]
    var decoder = try decoder()
    var buffer = GrowingBuffer<MarketEvent>()
    for row in rows { try decoder.decode(Array(row.utf8).span, line: 5, into: &buffer) }

    let events = FeedRecords.array(buffer)
    #expect(
      events.map(\.kind) == [
        .clear, .orderAdded, .orderAdded, .trade, .orderExecuted, .orderExecuted, .orderChanged,
        .orderReduced,
      ])
    #expect(events.map(\.size.lots) == [0, 5, 3, 7, 5, 2, 1, 1])
    #expect(events[2].flags == [.snapshot, .last] && events[3].side == .bid)
    #expect(events[4].flags == [] && events[5].flags == .last && events[6].flags == .last)
    #expect(decoder.orderCount == 0)
  }

  @Test func `rows that do not fit are refused and change nothing`() throws {
    let cases: [(String, FeedError.Code)] = [
      ("1,2,A,A,10.25,5,7,0,1", .unknownOrder), ("1,2,C,A,10.25,5,9,0,1", .unknownOrder),
      ("1,2,M,A,10.25,5,9,0,1", .unknownOrder), ("1,2,C,A,10.25,6,7,0,1", .outOfRange),
      ("1,2,M,B,10.25,5,7,0,1", .contradiction), ("1,2,X,A,10.25,5,9,0,1", .unknownType),
      ("1,2,A,A,10.3,5,9,0,1", .offTick), ("1,2,A,A,10.25,5.5,9,0,1", .offLot),
      ("1,2,A,Z,10.25,5,9,0,1", .malformed), ("1,2,A,A,10.25,5,9,0", .truncated),
      ("1,2,A,A,10.25,5,9,0,1,2", .malformed), ("1,2,A,A,10.25,-5,9,0,1", .malformedNumber),
      ("1,2,A,N,10.25,5,9,0,1", .contradiction), ("1,2,A,A,10.25,5,\u{7},0,1", .notASCII),
      ("", .truncated), ("1,2,A,A,,5,9,0,1", .malformedNumber),
      ("99999999999999999999,2,A,A,1,5,9,0,1", .numberTooLarge),
    ]
    for (text, wanted) in cases {
      var decoder = try decoder()
      var buffer = GrowingBuffer<MarketEvent>()
      try decoder.decode(Array("1,2,A,A,10.25,5,7,128,1".utf8).span, into: &buffer)
      var code: FeedError.Code?
      do throws(FeedError) {
        try decoder.decode(Array(text.utf8).span, line: 2, into: &buffer)
      } catch { code = error.code }
      #expect(code == wanted, "\(text)")
      #expect(buffer.count == 1 && decoder.orderCount == 1 && decoder.counts.refused == 1)
    }
  }
}
