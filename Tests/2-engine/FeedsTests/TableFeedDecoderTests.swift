import OmniCollections
import OmniEncoding
import OmniFeeds
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("TableFeedDecoder")
struct TableFeedDecoderTests {
  private func events(
    _ text: String, _ tick: String = "0.1", symbol: String? = nil
  ) throws -> [MarketEvent] {
    var options = FeedOptions(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid(tick, "1"))
    options.symbol = symbol
    var reader = try FeedReader(ByteArraySource(text), options)
    var events = GrowingBuffer<MarketEvent>()
    while try reader.next(into: &events) {}
    return FeedRecords.array(events)
  }

  @Test func `a quote tells the sides that its row names`() throws {
    let both = try events("symbol,ts_ms,bid,ask\nX,1399248023668,1.5,1.6\n")
    #expect(both.map(\.side) == [.bid, .ask] && both.map(\.size.lots) == [1, 1])
    #expect(both[1].flags == .last && both[0].occurredAt.nanoseconds == 1_399_248_023_668_000_000)

    let tape = try events(
      "symbol,ts_ms,bid,bid_size,ask,ask_size,exchange,cond,suspicious\n"
        + "IBM,1,0.0,0,183.6,100,Q,1,0\nIBM,2,180.0,300,0.0,0,P,1,0\n")
    #expect(tape.map(\.side) == [.ask, .bid] && tape.map(\.id) == [0x51, 0x50])
    #expect(tape.allSatisfy { $0.flags == .last })

    let empty = try events(
      "symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount\n"
        + "X,1588291201099000,1588291201234268,,,8629.2,806\n")
    #expect(empty.map(\.size.lots) == [806, 0])
    #expect(empty[0].receivedAt.nanoseconds == 1_588_291_201_234_268_000)
  }

  @Test func `changes of one time of receipt are one message`() throws {
    let rows = [
      "e,X,1585699200245000,1585699200355684,true,ask,11,5",
      "e,X,1585699200245000,1585699200355684,true,bid,9,6",
      "e,X,1585699200245001,1585699200355685,false,bid,9,0",
      "e,X,1585699200245001,1585699200355685,false,bid,8,3",
      "e,X,1585699200245002,1585699200355686,true,bid,7,3",
    ]
    let all = try events(
      "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
        + rows.joined(separator: "\n"))
    #expect(all.map(\.kind) == [.clear, .level, .level, .level, .level, .clear, .level])
    #expect(all.map(\.flags.rawValue) == [2, 2, 3, 0, 1, 2, 3])
  }

  @Test func `rows of other symbols are passed over only if one is named`() throws {
    let text = "symbol,ts_ms,price,size,suspicious\nA,1,1.5,2,0\nB,2,1.6,3,0\nA,3,1.7,4,0\n"
    #expect(try events(text, symbol: "A").map(\.size.lots) == [2, 4])
    #expect(throws: FeedError.self) { try events(text) }
    #expect(throws: FeedError.self) {
      try events(text.replacing("3,1.7,4,0", with: "3,1.7,4,1"), symbol: "A")
    }
  }

  struct Sample: Sendable {
    var path, tick, lot: String
    var symbol: String?
    var events: Int
  }

  static let samples = [
    Sample(
      path: "ticks/crypto_trades_xrpeth_2019-10-11_13.csv.gz", tick: "0.00000001", lot: "1",
      events: 12_477),
    Sample(
      path: "ticks/fx_quotes_eurusd_oanda_2014-05.csv.gz", tick: "0.00001", lot: "1",
      events: 493_750),
    Sample(
      path: "orderbook/format-samples/tardis_bitmex_trades_XBTUSD.csv", tick: "0.5", lot: "1",
      events: 10),
    Sample(
      path: "orderbook/format-samples/tardis_huobi-dm-swap_quotes_BTC-USD.csv", tick: "0.1",
      lot: "1", events: 20),
    Sample(
      path: "orderbook/format-samples/tardis_deribit_incremental_book_L2_BTC-PERPETUAL.csv",
      tick: "0.5", lot: "10", events: 16),
    Sample(
      path: "orderbook/format-samples/tardis_binance-futures_book_snapshot_25_BTCUSDT.csv",
      tick: "0.01", lot: "0.001", events: 510),
    Sample(
      path: "orderbook/bybit_xrpusdt_ob500_2024-12-01.jsonl.gz", tick: "0.0001", lot: "1",
      events: 3_967),
    Sample(
      path: "orderbook/hyperliquid_btcusd_20250126.wsraw.gz", tick: "1", lot: "0.00001",
      events: 1_950),
  ]

  @Test(
    .enabled(if: SampleFiles.has(SampleFiles.shared("ticks")), "no ../shared/data/ticks"),
    arguments: samples)
  func `a sample of the shared data is read whole, and nothing is wrong with it`(
    _ sample: Sample
  ) throws {
    var file = try FileReader(SampleFiles.shared(sample.path))
    var options = FeedOptions(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid(sample.tick, sample.lot))
    options.symbol = sample.symbol
    var reader = try FeedReader(ByteArraySource(try file.readAll(limit: 1 << 30)), options)
    var events = GrowingBuffer<MarketEvent>()
    var count = 0
    while try reader.next(into: &events) {
      count += events.count
      events.removeAll()
    }
    #expect(count == sample.events && reader.counts.events == count)
    for fault in FeedQuality.Fault.allCases where fault != .stale {
      #expect(reader.quality.count(fault) == 0, "\(fault)")
    }
    #expect(reader.counts.gaps == 0 && reader.counts.refused == 0)
  }
}
