import OmniCollections
import OmniEncoding
import OmniFeeds
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("ClockCorrection")
struct ClockCorrectionTests {
  private func at(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }

  @Test func `the correction is what makes the quickest message arrive when it was sent`() {
    var clock = ClockCorrection()
    #expect(clock.offset == .zero && clock.smallestDifference == nil)
    clock.add(received: at(100), occurred: at(70))
    #expect(clock.offset == .zero && clock.smallestDifference == Interval(nanoseconds: 30))
    clock.add(received: at(100), occurred: at(130))
    clock.add(received: at(100), occurred: at(120))
    #expect(clock.offset == Interval(nanoseconds: 30))
    clock.add(received: .distantPast, occurred: .distantFuture)
    #expect(clock.offset == Interval(nanoseconds: 30))
  }

  @Test(
    .enabled(if: SampleFiles.has(SampleFiles.shared("orderbook")), "no ../shared/data/orderbook"))
  func `a second pass with the first one's correction raises no time`() throws {
    var file = try FileReader(
      SampleFiles.shared("orderbook/binance_cm_btcusd_perp_20240808.wsraw.gz"))
    let bytes = try file.readAll(limit: 1 << 30)
    var options = FeedOptions(
      instrument: FeedRecords.instrument, grid: try FeedRecords.grid("0.1", "1"))
    var events = GrowingBuffer<MarketEvent>()
    var first = try FeedReader(ByteArraySource(bytes), options)
    while try first.next(into: &events) { events.removeAll() }
    #expect(first.counts.raisedTimes == 48_270 && first.quality.count(.receivedGoesBack) > 0)

    options.clockOffset = first.clock.offset
    #expect(options.clockOffset == Interval(nanoseconds: 1_267_953_940))
    var second = try FeedReader(ByteArraySource(bytes), options)
    var quickest = Int64.max
    while try second.next(into: &events) {
      for event in FeedRecords.array(events) {
        quickest = min(quickest, (event.receivedAt - event.occurredAt).nanoseconds)
      }
      events.removeAll()
    }
    #expect(quickest == 0 && second.counts.raisedTimes == 0)
    #expect(second.quality.score == 1_000_000)
  }
}
