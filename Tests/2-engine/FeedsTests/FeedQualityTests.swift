import OmniCollections
import OmniEncoding
import OmniFeeds
import OmniModel
import OmniMoney
import OmniTestKit
import OmniTime
import Testing

@Suite("FeedQuality")
struct FeedQualityTests {
  typealias Fault = FeedQuality.Fault

  private static func event(
    _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, at second: Int64, _ price: Int64,
    id: UInt64 = 0
  ) -> MarketEvent {
    let instant = Timestamp(nanoseconds: second * 1_000_000_000)
    return MarketEvent(
      kind, side, of: FeedRecords.instrument,
      at: MarketTimes(occurredAt: instant, receivedAt: instant),
      .init(price: Price(ticks: price), size: Quantity(lots: 1), id: id, flags: .last))
  }

  @Test func `each planted fault is found, and nothing else`() {
    let cases: [(Fault, [MarketEvent])] = [
      (.receivedGoesBack, [Self.event(.level, .bid, at: 199, 5)]),
      (.stale, [Self.event(.level, .bid, at: 300, 5)]),
      (.doubledTrade, [Self.event(.trade, .bid, at: 200, 1_000, id: 200)]),
      (.missingTrades, [Self.event(.trade, .bid, at: 200, 1_000, id: 202)]),
      (.outlier, [Self.event(.trade, .bid, at: 200, 10_000, id: 201)]),
      (.crossed, [Self.event(.level, .bid, at: 200, 1_001)]),
      (
        .gap,
        [
          MarketEvent(
            .clear, .none, of: FeedRecords.instrument,
            at: MarketTimes(
              occurredAt: Timestamp(nanoseconds: 200_000_000_000),
              receivedAt: Timestamp(nanoseconds: 200_000_000_000)),
            .init(flags: [.gap, .last]))
        ]
      ),
    ]
    for (fault, events) in cases {
      var quality = FeedQuality()
      #expect(quality.judge(Self.event(.level, .ask, at: 0, 1_001)) == nil)
      #expect(quality.judge(Self.event(.level, .bid, at: 0, 999)) == nil)
      for id in 1...200 as ClosedRange<UInt64> {
        #expect(quality.judge(Self.event(.trade, .bid, at: Int64(id), 1_000, id: id)) == nil)
      }
      #expect(quality.score == 1_000_000)
      for event in events { #expect(quality.judge(event) == fault) }
      for other in Fault.allCases {
        #expect(quality.count(other) == (other == fault ? 1 : 0), "\(fault): \(other)")
      }
      #expect(quality.score == (quality.events - 1) * 1_000_000 / quality.events)
    }
  }

  @Test func `the best of a side is what remains, in any order of changes`() {
    for seed in UInt64(0)..<30 {
      var random = SeededRandom(seed: seed)
      var quality = FeedQuality()
      var book = NaiveLevels()
      var crossed = 0
      for step in 0..<2_000 {
        let side: MarketEvent.BookSide = random.below(2) == 0 ? .bid : .ask
        let middle: Int64 = side == .bid ? 480 : 520
        let price = middle + Int64(random.below(60)) - 30
        var event = Self.event(.level, side, at: 0, price)
        // The book fills and empties in turn, so that what was deep becomes the best.
        let isFilling = step / 150 % 2 == 0
        event.size = Quantity(lots: random.below(6) < (isFilling ? 5 : 1) ? 1 : 0)
        if random.below(300) == 0 { event.kind = .clear }
        book.apply(event)
        let fault = quality.judge(event)
        if book.isCrossed { crossed += 1 }
        let isRight = (fault == .crossed) == book.isCrossed
        #expect(isRight, "seed \(seed)")
      }
      #expect(quality.count(.crossed) == crossed && crossed > 0)
    }
  }

  @Test
  func `a doubled trade and an outlier are set aside with their reason, and the rest is told`()
    throws
  {
    var text = "symbol,ts_ms,trade_id,side,price,amount\n"
    for id in 1...150 { text += "X,\(1_000 + id),\(id),buy,10.\(id % 3),1\n" }
    text += "X,1151,150,buy,10.1,1\nX,1152,151,sell,99.9,1\nX,1153,152,sell,10.0,1\n"
    let options = FeedOptions(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid("0.1", "1"))
    var reader = try FeedReader(ByteArraySource(text), options)
    var events = GrowingBuffer<MarketEvent>()
    var aside: [(Int, Fault)] = []
    while try reader.next(
      into: &events,
      settingAside: { record in
        if case .event(_, let fault) = record.reason { aside.append((record.line, fault)) }
      })
    {}
    #expect(aside.map(\.0) == [152, 153] && aside.map(\.1) == [.doubledTrade, .outlier])
    #expect(events.count == 151 && reader.counts.trades == 153)
    #expect(FeedRecords.array(events).last?.id == 152)
  }
}
