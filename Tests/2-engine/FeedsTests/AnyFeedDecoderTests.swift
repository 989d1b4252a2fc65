import OmniCollections
import OmniEncoding
import OmniFeeds
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

/// Damaged records of every format: none traps, and each is refused by its type or makes events.
@Suite("AnyFeedDecoder")
struct AnyFeedDecoderTests {
  private static let pieces = [
    "\"b\":", "[", "]", "{", "}", ",", "\"", "\\", "\\u0041", "null", "true", "1e999", "-0", "-",
    "99999999999999999999", "9223372036854775807", "0.000000000000000000001", "\n", "é", "\u{0}",
    "[[", "]]", "[\"1\",\"1\"]", "18446744073709551615", " ",
  ]

  private static let texts: [(FeedFormat, String)] = [
    (
      .binance,
      BinanceDecoderTests.snapshot(10, bids: [("9", "1"), ("8", "2")], asks: [("11", "1")]) + "\n"
        + BinanceDecoderTests.update(11, 12, bids: [("9", "3")], asks: [("11", "0")]) + "\n"
        + #"5 {"stream":"x","data":{"u":9,"s":"X","b":"9.1","B":"2","a":"9.2","A":"0.5"}}"# + "\n"
        + #"6 {"e":"trade","E":9,"T":8,"s":"X","t":4,"p":"3.0","q":"1","m":true}"#
    ),
    (
      .bybit,
      #"{"topic":"o","type":"snapshot","ts":5,"data":{"s":"X","b":[["9","1"]],"a":[["11","2"]],"#
        + #""u":7,"seq":1},"cts":4}"# + "\n"
        + #"{"topic":"o","type":"delta","ts":6,"data":{"s":"X","b":[["9","0"]],"a":[],"u":8},"cts":5}"#
    ),
    (
      .hyperliquid,
      #"9000000 {"channel":"l2Book","data":{"coin":"B","time":5,"levels":[[{"px":"9","sz":"1","#
        + #""n":1}],[{"px":"11","sz":"2","n":1}]]}}"# + "\n"
        + #"9000001 {"channel":"trades","data":[{"coin":"B","side":"A","px":"9","sz":"1","time":5,"#
        + #""tid":77}]}"#
    ),
    (
      .orders,
      OrderFeedDecoder.header + "\n1,2,R,N,,0,0,40,1\n1,2,A,A,10.5,5,7,40,1\n1,2,A,B,10,3,8,168,1\n"
        + "3,4,T,B,10.5,2,0,0,2\n3,4,F,A,10.5,2,7,0,2\n3,4,M,A,10.5,3,7,128,3\n5,6,C,A,10.5,3,7,128,5"
    ),
    (
      .lobster,
      "34200.1,1,5,10,100000,1\n34200.2,2,5,4,100000,1\n34200.3,4,5,6,100000,1\n"
        + "34200.4,5,0,1,100000,1\n34200.5,7,0,0,-1,-1"
    ),
    (.table, "symbol,ts_ms,bid,bid_size,ask,ask_size\nX,1000,1.5,2,1.6,3\nX,1001,0,0,1.7,1"),
    (.table, "symbol,ts_ms,trade_id,side,price,amount\nX,1000,5,buy,1.5,2\nX,1001,6,sell,1.6,3"),
    (
      .table,
      "exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount\n"
        + "e,X,1585699200245000,1585699200355684,true,ask,6421.5,18\n"
        + "e,X,1585699200245001,1585699200355685,false,bid,6420.5,7"
    ),
  ]

  @Test(arguments: 0..<8)
  func `damaged feeds are refused or read, whatever the damage`(kind: Int) throws {
    let (format, text) = Self.texts[kind]
    var random = SeededRandom(seed: UInt64(kind))
    var refused = 0
    var eventCount = 0
    for round in 0..<4_000 {
      let bytes =
        round == 0 ? Array(text.utf8) : random.mutated(Array(text.utf8), inserting: Self.pieces)
      var options = FeedOptions(
        instrument: FeedRecords.instrument, grid: try FeedRecords.grid("0.1", "0.1"),
        format: format)
      options.limits = FeedLimits(recordBytesMax: 4_096, heldUpdatesMax: 4, heldLevelsMax: 16)
      let chunk = 1 + Int(random.below(200))
      var reader = try FeedReader(ByteArraySource(bytes, chunkBytes: chunk), options)
      var events = GrowingBuffer<MarketEvent>()
      var reported = 0
      while try reader.next(
        into: &events,
        settingAside: { record in
          if case .refused(let error) = record.reason {
            reported += 1
            #expect(error.line > 0 && !error.description.isEmpty)
          }
        })
      {}
      let counts = reader.counts
      #expect(counts.refused <= reported, "\(format), round \(round)")
      if round == 0 {
        #expect(reported == 0 && events.count > 1, "\(format)")
        #expect(FeedFormat.detect(bytes.span) == format)
      }
      for index in events.indices {
        #expect(events[index].receivedAt >= events[index].occurredAt)
      }
      refused += reported
      eventCount += events.count
    }
    #expect(refused > 500 && eventCount > 500, "\(refused), \(eventCount)")
  }

  @Test func `what is read does not depend on the chunks in which it comes`() throws {
    for (format, text) in Self.texts {
      var all: [[MarketEvent]] = []
      for chunk in [1, 2, 7, 64, 100_000] {
        let options = FeedOptions(
          instrument: FeedRecords.instrument, grid: try FeedRecords.grid("0.1", "0.1"))
        var reader = try FeedReader(ByteArraySource(Array(text.utf8), chunkBytes: chunk), options)
        var events = GrowingBuffer<MarketEvent>()
        while try reader.next(into: &events) {}
        #expect(reader.format == format)
        all.append(FeedRecords.array(events))
      }
      #expect(all.allSatisfy { $0 == all[0] && !$0.isEmpty }, "\(format)")
    }
  }
}
