import OmniCollections
import OmniFeeds
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("BinanceDecoder")
struct BinanceDecoderTests {
  typealias Flags = MarketEvent.Flags

  // MARK: Messages

  @Test func `a quote is two best prices, in any order of the fields`() throws {
    let texts = [
      #"{"stream":"x@bookTicker","data":{"e":"bookTicker","u":9,"s":"X","b":"10.1","B":"2","#
        + #""a":"10.2","A":"0.5","T":5,"E":6}}"#,
      #" { "data" : {"E":6,"A":"0.500","a":"10.20","B":"2","T":5,"b":"10.1","s":"X","u":9,"#
        + #""e":"bookTicker"}, "stream":"x@bookTicker" } "#,
      #"{"T":5,"u":9,"s":"X","b":"10.1","B":"2","a":"10.2","A":"0.5","new":[{"k":[1,-2.5e3]}]}"#,
    ]
    for text in texts {
      var feed = try Feed()
      try feed.take("7000000 " + text)

      let (bid, ask) = (feed.events[0], feed.events[1])
      #expect(feed.events.count == 2, "\(text)")
      #expect(bid.kind == .best && bid.side == .bid && bid.flags == [])
      #expect(ask.kind == .best && ask.side == .ask && ask.flags == .last)
      #expect(bid.price.ticks == 101 && bid.size.lots == 20 && bid.id == 9)
      #expect(ask.price.ticks == 102 && ask.size.lots == 5 && ask.instrument.index == 7)
      #expect(ask.occurredAt.nanoseconds == 5_000_000 && ask.receivedAt.nanoseconds == 7_000_000)
    }
  }

  @Test func `whoever sold takes the bid, and the flag of the maker says who`() throws {
    var feed = try Feed()
    try feed.take(#"1 {"e":"trade","E":9,"T":8,"s":"X","t":4,"p":"3.0","q":"1","m":true}"#)
    try feed.take(#"1 {"e":"aggTrade","E":9,"T":8,"s":"X","a":5,"p":"3","q":"2","m":false}"#)
    try feed.take(#"1 {"e":"trade","T":8,"s":"X","t":6,"p":"0","q":"0","X":"NA","m":true}"#)

    #expect(feed.events.map(\.side) == [.ask, .bid])
    #expect(feed.events.map(\.id) == [4, 5])
    #expect(feed.events.map(\.receivedAt) == feed.events.map(\.occurredAt), "never before it was")
    #expect(feed.counts.raisedTimes == 2 && feed.counts.others == 1 && feed.counts.trades == 2)
  }

  @Test func `a record that is not right is refused with its code and leaves no trace`() throws {
    let update = Self.update(11, 12, bids: [("10", "1")])
    let cases: [(String, FeedError.Code)] = [
      (update.replacing("\"10\"", with: "\"10.05\""), .offTick),
      (update.replacing("\"1\"", with: "\"1.05\""), .offLot),
      (update.replacing("\"1\"", with: "\"99999999999999999999\""), .numberTooLarge),
      (update.replacing("\"1\"", with: "\"999999999999999999\""), .numberTooLarge),
      (update.replacing("\"1\"", with: "\"1e3\""), .malformedNumber),
      (update.replacing("\"1\"", with: "\"-1\""), .malformedNumber),
      (update.replacing("\"1\"", with: "\"\""), .malformedNumber),
      (update.replacing("\"1\"", with: "\"1.\""), .malformedNumber),
      (update.replacing("\"10\"", with: "\"0\""), .outOfRange),
      (update.replacing("\"X\"", with: "\"Y\""), .otherInstrument),
      (update.replacing("\"X\"", with: "\"é\""), .notASCII),
      (update.replacing("depthUpdate", with: "depthUpdatf"), .unknownType),
      (update.replacing("\"U\":11", with: "\"U\":13"), .contradiction),
      (update.replacing("\"U\":11", with: "\"U\":11,\"U\":11"), .repeatedField),
      (update.replacing("\"U\":11,", with: ""), .missingField),
      (update.replacing("\"a\":[]", with: "\"a\":[],\"b\":[]"), .repeatedField),
      (update.replacing("\"a\":[]", with: "\"a\":[,]"), .malformed),
      (update.replacing(",\"a\":[]", with: ""), .missingField),
      (update + "}", .malformed),
      (String(update.dropLast()), .truncated),
      ("12", .truncated),
      ("12 ", .truncated),
      ("", .truncated),
      ("x {}", .malformedNumber),
      ("1 {}", .unknownType),
      ("1 " + String(repeating: "{\"x\":", count: 99), .tooDeep),
    ]
    for (text, code) in cases {
      var feed = try Feed()
      try feed.take(Self.snapshot(10, bids: [("9", "1")], asks: [("11", "1")]))
      try feed.take(Self.update(9, 10))
      let before = (feed.events, feed.sequence)

      let error = feed.refusal(text)
      #expect(error?.code == code, "\(text): \(String(describing: error))")
      #expect(feed.events == before.0 && feed.sequence == before.1, "\(text)")
      #expect(feed.counts.refused == 1)

      try feed.take(update)
      #expect(feed.events.last?.price.ticks == 100)
    }
  }

  @Test func `every prefix of a record is refused`() throws {
    let records = [
      Self.snapshot(10, bids: [("9", "1")], asks: [("11", "1")]),
      Self.update(11, 12, bids: [("9", "0")], asks: [("10.5", "3")]),
    ]
    for record in records {
      for count in 0..<record.utf8.count {
        var feed = try Feed()
        #expect(feed.refusal(String(record.prefix(count))) != nil, "\(record.prefix(count))")
        #expect(feed.events.isEmpty && feed.sequence.state == .waiting)
      }
    }
  }

  // MARK: The book

  @Test func `updates before the snapshot wait for it, and those it holds are dropped`() throws {
    var feed = try Feed()
    try feed.take(Self.update(5, 9, bids: [("9", "7")]))
    try feed.take(Self.update(10, 12, bids: [("9", "2")]))
    try feed.take(Self.update(13, 15, asks: [("11", "0"), ("12", "4")]))
    #expect(feed.events.isEmpty)

    try feed.take(Self.snapshot(9, bids: [("9", "1")], asks: [("11", "1")], at: 99_000_000))
    #expect(feed.book.bids == [90: 20] && feed.book.asks == [120: 40])
    #expect(feed.events.map(\.flags.rawValue) == [2, 2, 3, 1, 0, 1])
    #expect(feed.events.allSatisfy { $0.receivedAt.nanoseconds == 99_000_000 })
    #expect(feed.counts.staleUpdates == 1 && feed.counts.heldUpdates == 3)
    #expect(feed.sequence.state == .live(15))
  }

  @Test func `updates that wait may come in any order, and twice`() throws {
    var feed = try Feed()
    for first in [13, 11, 15, 13, 12, 14] as [Int64] {
      try feed.take(Self.update(first, first, bids: [("\(first)", "1")]))
    }
    try feed.take(Self.snapshot(11, bids: [("9", "1")], asks: []))
    #expect(feed.book.bids == [90: 10, 120: 10, 130: 10, 140: 10, 150: 10])
    #expect(feed.sequence.state == .live(15) && feed.counts.doubledUpdates == 1)
  }

  @Test func `updates missing among those that wait are a gap behind the snapshot`() throws {
    var feed = try Feed()
    for first in [11, 12, 14] as [Int64] {
      try feed.take(Self.update(first, first, bids: [("\(first)", "1")]))
    }
    try feed.take(Self.snapshot(11, bids: [("9", "1")], asks: []))
    #expect(feed.book.isSuspect && feed.sequence.state == .broken(12))
    try feed.take(Self.snapshot(13, bids: [("9", "1")], asks: []))
    #expect(feed.book.bids == [90: 10, 140: 10] && feed.counts.gaps == 1)
  }

  @Test func `a missing update makes the book suspect until a snapshot heals it`() throws {
    var feed = try Feed()
    try feed.take(Self.snapshot(10, bids: [("9", "1")], asks: [("11", "1")]))
    try feed.take(Self.update(11, 12, bids: [("9", "3")]))
    try feed.take(Self.update(11, 12, bids: [("9", "3")]))
    try feed.take(Self.update(14, 15, bids: [("9", "5")]))
    #expect(feed.counts.doubledUpdates == 1 && feed.counts.gaps == 1)
    #expect(feed.events.last?.kind == .clear && feed.events.last?.flags == [.gap, .last])
    #expect(feed.book.isSuspect && feed.book.bids.isEmpty)

    let count = feed.events.count
    try feed.take(Self.update(16, 17, bids: [("8", "5")]))
    try feed.take(Self.snapshot(12, bids: [("9", "4")], asks: [("11", "1")]))
    #expect(
      feed.events.count == count, "a snapshot that does not reach the held updates is no help")
    #expect(feed.counts.oldSnapshots == 1)

    try feed.take(Self.snapshot(14, bids: [("9", "4")], asks: [("11", "1")]))
    #expect(!feed.book.isSuspect && feed.book.bids == [90: 50, 80: 50])
    #expect(feed.sequence.state == .live(17))
  }

  @Test func `what is held has a limit, and the newest is kept`() throws {
    var feed = try Feed(limits: FeedLimits(heldUpdatesMax: 4, heldLevelsMax: 8))
    for number in 1...50 as ClosedRange<Int64> {
      try feed.take(Self.update(number, number, bids: [("\(number)", "1")]))
    }
    #expect(feed.counts.droppedUpdates >= 46 && feed.counts.heldUpdates == 50)
    try feed.take(Self.snapshot(40, bids: [], asks: []))
    #expect(feed.events.isEmpty && feed.counts.oldSnapshots == 1)
    try feed.take(Self.snapshot(48, bids: [], asks: []))
    #expect(feed.book.bids == [490: 10, 500: 10])
  }

  // MARK: Recordings

  struct Recording: Sendable {
    var name: String
    var tick: String
    var lot: String
    var updates, quotes, trades, events: Int
  }

  /// The numbers of events were counted by a program of its own, in another language.
  ///
  /// Spot holds orders from before its lots grew, so that only the smallest lot reads all of them.
  static let recordings = [
    Recording(
      name: "binance_usdm_btcusdt_20240808", tick: "0.1", lot: "0.001", updates: 6_551,
      quotes: 66_089, trades: 21_313, events: 598_754),
    Recording(
      name: "binance_cm_btcusd_perp_20240808", tick: "0.1", lot: "1", updates: 26_847,
      quotes: 19_136, trades: 2_286, events: 338_306),
    Recording(
      name: "binance_spot_btcusdt_20240808", tick: "0.01", lot: "0.00000001", updates: 3_451,
      quotes: 28_040, trades: 9_757, events: 191_911),
    Recording(
      name: "binance_spot_ethusdt_20240808", tick: "0.01", lot: "0.00000001", updates: 3_434,
      quotes: 24_077, trades: 6_106, events: 163_063),
  ]

  @Test(
    .enabled(if: SampleFiles.has(SampleFiles.shared("orderbook")), "no ../shared/data/orderbook"),
    arguments: recordings)
  func `a recording of the venue is read whole, without a gap`(_ recording: Recording) throws {
    var feed = try Feed(tick: recording.tick, lot: recording.lot)
    var (complete, crossed) = (0, 0)
    for line in try FeedRecords.lines("orderbook/\(recording.name).wsraw.gz") {
      try feed.take(line)
    }
    var book = NaiveLevels()
    for event in feed.events {
      book.apply(event)
      guard event.kind == .level, event.flags.contains(.last) else { continue }
      complete += 1
      // The naive book looks at all its levels, so every eighth message has to do.
      if complete % 8 == 0, book.isCrossed { crossed += 1 }
    }
    let counts = feed.counts
    #expect(counts.refused == 0 && counts.gaps == 0 && counts.doubledUpdates == 0)
    #expect(counts.snapshots == 1 && counts.others == 0 && counts.oldSnapshots == 0)
    #expect(counts.updates == recording.updates && counts.quotes == recording.quotes)
    #expect(counts.trades == recording.trades && counts.events == recording.events)
    #expect(crossed == 0)
    #expect(feed.sequence.isWhole)
  }
}

// MARK: - Words for the tests

extension BinanceDecoderTests {
  typealias Level = (price: String, size: String)

  static func text(_ levels: [Level]) -> String {
    "[" + levels.map { "[\"\($0.price)\",\"\($0.size)\"]" }.joined(separator: ",") + "]"
  }

  static func update(
    _ first: Int64, _ last: Int64, bids: [Level] = [], asks: [Level] = []
  ) -> String {
    "2000000 {\"e\":\"depthUpdate\",\"E\":1,\"s\":\"X\",\"U\":\(first),\"u\":\(last),\"b\":"
      + text(bids) + ",\"a\":" + text(asks) + "}"
  }

  static func snapshot(
    _ number: Int64, bids: [Level], asks: [Level], at received: Int64 = 3_000_000
  ) -> String {
    "\(received) {\"lastUpdateId\":\(number),\"bids\":" + text(bids) + ",\"asks\":" + text(asks)
      + "}"
  }

  /// A decoder with its events and the book that they make; steps of a tenth.
  struct Feed: ~Copyable {
    var decoder: BinanceDecoder
    var buffer = GrowingBuffer<MarketEvent>()

    init(
      tick: String = "0.1", lot: String = "0.1", limits: FeedLimits = FeedLimits()
    ) throws {
      decoder = BinanceDecoder(
        instrument: FeedRecords.instrument, grid: try FeedRecords.grid(tick, lot), limits: limits)
    }

    mutating func take(_ text: String) throws(FeedError) { try take(Array(text.utf8)) }

    mutating func take(_ bytes: [UInt8]) throws(FeedError) {
      try decoder.decode(bytes.span, line: 1, into: &buffer)
    }

    mutating func refusal(_ text: String) -> FeedError? {
      do throws(FeedError) {
        try take(text)
        return nil
      } catch {
        return error
      }
    }

    var events: [MarketEvent] { FeedRecords.array(buffer) }
    var counts: FeedCounts { decoder.counts }
    var sequence: DepthSequence { decoder.sequence }

    var book: NaiveLevels {
      var book = NaiveLevels()
      for event in events { book.apply(event) }
      return book
    }
  }
}
