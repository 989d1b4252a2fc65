import OmniEncoding
import OmniMarketColumns
import OmniMarketStore
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("MarketTextRow")
struct MarketTextRowTests {
  @Test func `an event and a bar are lines that a person can read`() throws {
    let times = MarketTimes(occurredAt: instant(-7), receivedAt: instant(12))
    let content = MarketEvent.Content(
      price: Price(ticks: -3), size: Quantity(lots: 1_500), id: 8, flags: [.last, .gap])
    let event = MarketEvent(.best, .ask, of: InstrumentID(0), at: times, content)
    #expect(try line(event) == "12,-7,best,ask,-0.15,1.500,8,9\n")
    #expect(try line(bar(day: 0, close: 103)) == "\(newYear),5.00,5.25,4.95,5.15,1.2345\n")
  }

  @Test func `events of any numbers come back from text exactly`() throws {
    try inFolder { folder in
      var random = SeededRandom(seed: 2)
      var events = walk(5_000, seed: 2)
      for index in events.indices {
        events[index].kind = random.pick(MarketEvent.Kind.allCases)
        events[index].side = random.pick(MarketEvent.BookSide.allCases)
        events[index].price = Price(ticks: random.pick([.min, .max, -1, 0, 7]))
        events[index].size = Quantity(lots: random.pick([.max, 0, 12]))
        events[index].id = random.next()
        events[index].flags = .init(rawValue: UInt8(truncatingIfNeeded: random.next()))
      }
      try roundTrip(events, folder)
    }
  }

  @Test func `bars come back from text exactly`() throws {
    try inFolder { folder in
      try roundTrip((0..<800).map { bar(day: $0 - 400, close: Int64($0 - 30)) }, folder)
    }
  }

  @Test func `a span is exported, and nothing else`() throws {
    try inFolder { folder in
      let events = walk(20_000, seed: 7, days: 2)
      var store = try MarketStore(writing: folder + "/a")
      _ = try take(events, &store, at: 1)
      let (from, to) = (events[9_990].receivedAt, events[10_020].receivedAt)
      let written = try store.export(
        .init("btc", from: from, to: to), MarketEvent.self, to: folder + "/x.csv")
      #expect(written.rows == 31)
      let text = try text(folder + "/x.csv")
      #expect(text.filter(\.isNewline).count == 32)
      #expect(text.hasPrefix("received_ns,occurred_ns,kind,side,price,size,id,flags\n"))
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try store.export(.init("eth"), MarketEvent.self, to: folder + "/y.csv")
        } == .missing(symbol: "eth", known: ["btc"]))
      #expect(!FileSystem.exists(folder + "/y.csv"))
    }
  }

  @Test func `a line that is no row is named`() throws {
    let good = "12,-7,best,ask,-0.15,1.500,8,9"
    #expect(try refusal(good) == nil)
    let bad = [
      ("12.5,-7,best,ask,-0.15,1.500,8,9", "received_ns"),
      ("12,,best,ask,-0.15,1.500,8,9", "occurred_ns"),
      ("12,-7,worst,ask,-0.15,1.500,8,9", "kind"), ("12,-7,best,up,-0.15,1.500,8,9", "side"),
      ("12,-7,best,ask,-0.16,1.500,8,9", "price"), ("12,-7,best,ask,1e5,1.500,8,9", "price"),
      ("12,-7,best,ask,-0.15,-1,8,9", "size"), ("12,-7,best,ask,-0.15,1.5005,8,9", "size"),
      ("12,-7,best,ask,-0.15,1.500,-8,9", "id"), ("12,-7,best,ask,-0.15,1.500,8,256", "flags"),
      ("12,-7,best,ask,-0.15,1.500,18446744073709551616,9", "id"), ("12,-7,best", "fields"),
    ]
    for (line, column) in bad {
      let failure = try #require(try refusal(line), "\(line)")
      #expect(failure.code == "MST-011" && "\(failure)".contains(column), "\(failure)")
      #expect("\(failure)".contains("line 2"))
    }
    #expect(
      failure { () throws(MarketStoreFailure) in
        _ = try MarketTextSource<Bar, ByteArraySource>(
          ByteArraySource("time,price\n"), path: "x", try instrument("btc"))
      }?.code == "MST-011")
  }

  // MARK: Words

  private func line(_ row: some MarketTextRow) throws -> String {
    var bytes: [UInt8] = []
    row.appendText(try instrument("btc"), to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func refusal(_ line: String) throws -> MarketStoreFailure? {
    let text = MarketEvent.textColumns.joined(separator: ",") + "\n" + line + "\n"
    var source = try MarketTextSource<MarketEvent, ByteArraySource>(
      ByteArraySource(text), path: "x", try instrument("btc"))
    var rows: [MarketEvent] = []
    return failure { () throws(MarketStoreFailure) in try source.read(into: &rows) }
  }

  private func roundTrip<Row: MarketTextRow>(_ rows: [Row], _ folder: String) throws {
    var store = try MarketStore(writing: folder + "/a")
    _ = try take(rows, &store, at: 1)
    let written = try store.export(.init("btc"), Row.self, to: folder + "/a.csv")
    #expect(written.rows == rows.count)
    let bytes = Array(try text(folder + "/a.csv").utf8)
    #expect(written.bytes == bytes.count)
    var source = try MarketTextSource<Row, ByteArraySource>(
      ByteArraySource(bytes), path: "a.csv", try instrument("btc"))
    var copy = try MarketStore(writing: folder + "/b")
    _ = try copy.take(
      &source, of: [try instrument("btc")], from: .init(source: "text", knownAt: instant(1)))
    #expect(try all(copy) == rows)
    _ = try copy.export(.init("btc"), Row.self, to: folder + "/b.csv")
    #expect(Array(try text(folder + "/b.csv").utf8) == bytes)
  }

  private func text(_ path: String) throws -> String {
    var reader = try FileReader(path)
    return String(decoding: try reader.readAll(limit: 1 << 30), as: UTF8.self)
  }
}
