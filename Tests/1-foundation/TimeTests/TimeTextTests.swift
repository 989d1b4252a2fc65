import OmniTestKit
import OmniTime
import Testing

@Suite("TimeText")
struct TimeTextTests {
  typealias Order = TimeText.Order

  @Test func `the forms of the sample files are read`() throws {
    let cases: [(String, Order, String, Int?, Bool)] = [
      ("2021-09-27 14:45:00+01:00", .yearMonthDay, "2021-09-27T13:45:00Z", 3_600, true),
      ("2021-09-27T14:45:00Z", .yearMonthDay, "2021-09-27T14:45:00Z", 0, true),
      ("2021-09-27T14:45:00.25-0530", .yearMonthDay, "2021-09-27T20:15:00.250Z", -19_800, true),
      ("2021-09-27 14:45+02", .yearMonthDay, "2021-09-27T12:45:00Z", 7_200, true),
      ("2020-02-29", .yearMonthDay, "2020-02-29T00:00:00Z", nil, false),
      ("4/1/2015 16:00:00", .monthDayYear, "2015-04-01T16:00:00Z", nil, true),
      ("12/31/2015", .monthDayYear, "2015-12-31T00:00:00Z", nil, false),
      ("01.02.2017 22:00:00.000", .dayMonthYear, "2017-02-01T22:00:00Z", nil, true),
      ("2021/9/7 4:05", .yearMonthDay, "2021-09-07T04:05:00Z", nil, true),
      ("1969-12-31 23:59:59.999999999", .yearMonthDay, "1969-12-31T23:59:59.999999999Z", nil, true),
    ]
    for (text, order, instant, offset, hasTime) in cases {
      let time = try TimeText(text, order: order)
      #expect(time.instant.description == instant, "\(text)")
      #expect(time.offsetSeconds == offset, "\(text)")
      #expect(time.hasTimeOfDay == hasTime, "\(text)")
    }
  }

  @Test func `what is no time is refused with the place or the reason`() {
    let cases: [(String, Order, TimeText.Failure)] = [
      ("", .yearMonthDay, .malformed(offset: 0)),
      ("yesterday", .yearMonthDay, .malformed(offset: 0)),
      ("2021-09", .yearMonthDay, .malformed(offset: 7)),
      ("2021-09/27", .yearMonthDay, .malformed(offset: 7)),
      ("2021-09-27x", .yearMonthDay, .malformed(offset: 10)),
      ("2021-09-27 ", .yearMonthDay, .malformed(offset: 11)),
      ("2021-09-27 14", .yearMonthDay, .malformed(offset: 13)),
      ("2021-09-27 14:45:00 UTC", .yearMonthDay, .malformed(offset: 19)),
      ("2021-09-27 14:45:00.1234567890", .yearMonthDay, .malformed(offset: 29)),
      ("2021-02-29", .yearMonthDay, .noSuchTime), ("13/1/2015", .monthDayYear, .noSuchTime),
      ("2021-09-27 24:00:00", .yearMonthDay, .noSuchTime),
      ("2021-09-27 23:59:60", .yearMonthDay, .noSuchTime),
      ("2021-09-27 10:00+19:00", .yearMonthDay, .noSuchTime),
      ("9999-01-01", .yearMonthDay, .outOfRange), ("0001-01-01", .yearMonthDay, .outOfRange),
    ]
    for (text, order, failure) in cases {
      #expect(throws: failure, "\(text)") { try TimeText(text, order: order) }
    }
    #expect(Set(cases.map(\.2.code)).count == 3)
  }

  @Test func `an instant that was written is read back`() throws {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let instant = Timestamp(nanoseconds: .random(in: -(1 << 62)...(1 << 62), using: &random))
      #expect(try TimeText(instant.description).instant == instant, "seed \(seed)")
    }
  }

  @Test func `no text makes the reader trap`() {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let sample = Array("2021-09-27 14:45:00.123+01:00".utf8)
      let bytes = random.mutated(sample, inserting: ["9999", "Z", "+18:00", "/", "."])
      for order in Order.allCases { _ = try? TimeText(bytes[...], order: order) }
    }
  }
}
