import OmniCollections
import OmniFeeds
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("LobsterDecoder")
struct LobsterDecoderTests {
  static let folder = "orderbook/lobster/AAPL_2012-06-21_34200000_57600000"

  private func decoder() throws -> LobsterDecoder {
    LobsterDecoder(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid("0.01", "1"),
      midnight: Timestamp(nanoseconds: 1_340_251_200_000_000_000))
  }

  @Test(
    .enabled(if: SampleFiles.has(SampleFiles.shared("orderbook")), "no ../shared/data/orderbook"))
  func `the events of the sample make every row of its book`() throws {
    let messages = try FeedRecords.lines("\(Self.folder)_message_10.csv.gz")
    let rows = try FeedRecords.lines("\(Self.folder)_orderbook_10.csv.gz")
    #expect(messages.count == 999 && rows.count == 999)
    var decoder = try decoder()
    var events = GrowingBuffer<MarketEvent>()
    var book = NaiveOrders()
    var read = 0
    for index in messages.indices {
      let (message, row) = (messages[index], rows[index])
      try decoder.decode(message.span, line: index + 1, into: &events)
      try decoder.align(row.span, line: index + 1, into: &events)
      while read < events.count {
        book.apply(events[read])
        read += 1
      }
      #expect(book.row(levels: 10) == String(decoding: row, as: UTF8.self), "row \(index)")
    }
    #expect(book.faults == 0 && decoder.unknownOrders == 0)
    #expect(decoder.counts.trades == 98 + 61)
    #expect(decoder.revealedLevels == 337)
  }

  @Test func `hidden executions, crosses and halts have events of their own`() throws {
    var decoder = try decoder()
    var events = GrowingBuffer<MarketEvent>()
    let lines = [
      "34200.5,5,0,10,5853350,1", "34200.5,6,0,10,5853300,-1", "34200.6,7,0,0,-1,-1",
      "34200.7,7,0,0,0,-1", "34200.8,7,0,0,1,-1",
    ]
    for line in lines { try decoder.decode(Array(line.utf8).span, into: &events) }
    let all = FeedRecords.array(events)
    #expect(all.map(\.kind) == [.trade, .trade, .state, .state, .state])
    #expect(
      all[0].flags == [.hidden, .last] && all[0].side == .ask && all[0].price.ticks == 58_533)
    #expect(all[1].side == .none && all[0].occurredAt.nanosecondOfDay == 48_600_500_000_000)
    let states: [TradingState] = [.halted, .auction, .continuous]
    #expect(all[2...].map(\.id) == states.map { UInt64($0.rawValue) })
  }

  @Test func `sizes that no level can hold together are refused`() throws {
    var decoder = try decoder()
    var events = GrowingBuffer<MarketEvent>()
    try decoder.decode(Array("1,1,1,9223372036854775807,100,1".utf8).span, into: &events)
    var code: FeedError.Code?
    do throws(FeedError) {
      try decoder.decode(Array("2,1,2,1,100,1".utf8).span, into: &events)
    } catch { code = error.code }
    #expect(code == .numberTooLarge && events.count == 1)
  }

  @Test func `a row that contradicts the book is refused`() throws {
    var decoder = try decoder()
    var events = GrowingBuffer<MarketEvent>()
    try decoder.decode(Array("34200,1,1,5,5853300,1".utf8).span, into: &events)
    try decoder.align(Array("5853400,7,5853300,6".utf8).span, into: &events)
    let ids = FeedRecords.array(events).map(\.id)
    let unknown = LobsterDecoder.unknownOrder(58_533, isAsk: false)
    #expect(Array(ids.suffix(3)) == [1, unknown, 1], "who was there before has the first turn")

    let count = events.count
    for row in ["5853400,8,5853300,6", "5853400,7,5853200,6", "5853400,7,5853300"] {
      var code: FeedError.Code?
      do throws(FeedError) {
        try decoder.align(Array(row.utf8).span, into: &events)
      } catch { code = error.code }
      #expect(code == .contradiction || code == .truncated, "\(row)")
      #expect(events.count == count)
    }
    var code: FeedError.Code?
    do throws(FeedError) {
      try decoder.decode(Array("34200,3,9,5,5853900,1".utf8).span, into: &events)
    } catch { code = error.code }
    #expect(code == .unknownOrder)
  }
}
