import OmniTestKit
import OmniTime
import Testing

@Suite("Timestamp")
struct TimestampTests {
  @Test func `an instant is written in ISO 8601 with the decimals that it needs`() {
    #expect(Timestamp.epoch.description == "1970-01-01T00:00:00Z")
    #expect(at(1_640_991_660_000_000_000).description == "2021-12-31T23:01:00Z")
    #expect(at(1_500_000_000).description == "1970-01-01T00:00:01.500Z")
    #expect(at(1_000_001_000).description == "1970-01-01T00:00:01.000001Z")
    #expect(at(1).description == "1970-01-01T00:00:00.000000001Z")
    #expect(at(-1).description == "1969-12-31T23:59:59.999999999Z")
    #expect(Timestamp.distantPast.description == "1677-09-21T00:12:43.145224192Z")
    #expect(Timestamp.distantFuture.description == "2262-04-11T23:47:16.854775807Z")
  }

  @Test func `day and time of day make up the instant again`() throws {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let instant = at(Int64.random(in: -(1 << 62)...(1 << 62), using: &random))
      let midnight = try #require(Timestamp(startOf: instant.date))
      #expect((0..<86_400_000_000_000).contains(instant.nanosecondOfDay), "seed \(seed)")
      #expect(midnight + Interval(nanoseconds: instant.nanosecondOfDay) == instant, "seed \(seed)")
    }
  }

  @Test func `a day outside the range has no first instant`() {
    #expect(Timestamp(startOf: CivilDate(dayNumber: 200_000)) == nil)
    #expect(Timestamp(startOf: CivilDate(dayNumber: -200_000)) == nil)
  }

  @Test func `intervals add up in every unit`() {
    #expect(Interval.days(1) == .minutes(1_440))
    #expect(Interval.minutes(1) == .seconds(60))
    #expect(Interval.seconds(1) == .milliseconds(1_000))
    #expect(Interval.milliseconds(1) == Interval(nanoseconds: 1_000_000))
    #expect(at(100) - at(40) == Interval(nanoseconds: 60))
    #expect(Interval.seconds(2) - .seconds(3) < .zero)
    #expect(SequenceNumber.first.next == SequenceNumber(1))
  }

  @Test func `arithmetic that leaves the range stops the program`() async {
    await #expect(processExitsWith: .failure) {
      _ = Timestamp.distantFuture + Interval(nanoseconds: 1)
    }
    await #expect(processExitsWith: .failure) { _ = Interval.days(.max) }
  }
}

private func at(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }
