import OmniSnapshotter
import OmniTime
import Testing

@Suite("RestoreRates")
struct RestoreRatesTests {
  @Test func `time is bytes and events, each at its rate`() {
    let rates = RestoreRates(picosecondsPerByte: 500, picosecondsPerEvent: 20_000)
    #expect(rates.time(bytes: 0, events: 0) == .zero)
    #expect(rates.time(bytes: 1_000, events: 0) == Interval(nanoseconds: 500))
    #expect(rates.time(bytes: 0, events: 1_000) == Interval(nanoseconds: 20_000))
    #expect(rates.time(bytes: 1_000, events: 1_000) == Interval(nanoseconds: 20_500))
    for (bytes, events) in [(UInt64.max, UInt64(0)), (0, .max), (.max / 500, .max / 20_000)] {
      #expect(rates.time(bytes: bytes, events: events) == Interval(nanoseconds: .max))
    }
  }

  @Test func `what is measured again and again is learned, from any beginning`() {
    for start in [UInt64(0), 1, 7, 100_000, 1_000_000_000, .max] {
      for wanted in [Int64(0), 3, 40, 100_000] {
        var rates = RestoreRates(picosecondsPerByte: 0, picosecondsPerEvent: start)
        for _ in 0..<600 {
          rates.learn(events: 1_000, bytes: 0, took: Interval(nanoseconds: wanted))
        }
        #expect(rates.picosecondsPerEvent == UInt64(wanted), "from \(start) to \(wanted)")
        #expect(rates.picosecondsPerByte == 0)
      }
    }
  }

  @Test func `the share of events is taken off before the rate of bytes is learned`() {
    var rates = RestoreRates(picosecondsPerByte: 1_000, picosecondsPerEvent: 100_000)
    for _ in 0..<200 {
      // 10 events take 1,000 ns, so that 1,000,000 bytes have taken 2,000,000 ns.
      rates.learn(events: 10, bytes: 1_000_000, took: Interval(nanoseconds: 2_001_000))
    }
    #expect(rates.picosecondsPerByte == 2_000)
    #expect(rates.picosecondsPerEvent == 100_000)
  }

  @Test func `nothing read teaches nothing, and a clock set back is no time`() {
    var rates = RestoreRates()
    rates.learn(events: 0, bytes: 0, took: .seconds(1))
    #expect(rates == RestoreRates())
    rates.learn(events: 1, bytes: 0, took: Interval(nanoseconds: .min))
    #expect(rates.picosecondsPerEvent < RestoreRates().picosecondsPerEvent)
    rates.learn(events: 1, bytes: 1, took: Interval(nanoseconds: .max))
  }
}
