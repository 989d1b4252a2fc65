import Foundation
import OmniReferenceData
import OmniTime
import Testing

@Suite("TimeZoneTable")
struct TimeZoneTableTests {
  /// The machine's database is the second, independent source; its rules end in 2037.
  @Test func `distances from UTC are those of the time zone database, around every change`() throws
  {
    for table in TimeZoneTable.builtIn {
      let zone = try #require(TimeZone(identifier: table.name))
      var checked = 0
      for table in [table] {
        for transition in table.transitions where transition.at < 2_114_380_800 {
          for second in [-86_400, -3_600, -1, 0, 1, 3_600, 86_400] as [Int64] {
            let instant = transition.at + second
            let theirs = zone.secondsFromGMT(
              for: Date(timeIntervalSince1970: Double(instant)))
            #expect(table.offset(atSecond: instant) == theirs, "\(table.name) \(instant)")
            checked += 1
          }
        }
      }
      var hour: Int64 = 0
      while hour < 2_114_380_800 {
        let theirs = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(hour)))
        #expect(table.offset(atSecond: hour) == theirs, "\(table.name) \(hour)")
        hour += 3_600 * 37
      }
      #expect(table.name == "UTC" ? checked == 0 : checked > 900)
    }
  }

  @Test func `a time that clocks show twice is the first, and one they skip lies behind`() throws {
    let zone = TimeZoneTable.newYork
    func shown(_ day: String, _ second: Int) throws -> String {
      let number = try at(day).date.dayNumber
      let instant = zone.second(ofDay: number, second: second)
      return "\(Timestamp(nanoseconds: instant * 1_000_000_000))"
    }
    #expect(try shown("2014-11-02", 5_400) == "2014-11-02T05:30:00Z", "1:30 in summer time")
    #expect(try shown("2014-11-02", 7_200) == "2014-11-02T07:00:00Z")
    #expect(try shown("2014-03-09", 9_000) == "2014-03-09T07:30:00Z", "2:30 is shown as 3:30")
    #expect(try shown("2014-03-09", 10_800) == "2014-03-09T07:00:00Z")
    #expect(try shown("2014-03-09", 0) == "2014-03-09T05:00:00Z")
    #expect(try shown("2014-06-09", 0) == "2014-06-09T04:00:00Z")
    #expect(zone.day(atSecond: -1) == -1)
  }

  @Test func `a table that goes back is refused`() {
    #expect(
      TimeZoneTable(
        name: "x", firstOffset: 0,
        transitions: [.init(at: 5, offset: 0), .init(at: 5, offset: 1)]) == nil)
    #expect(TimeZoneTable(name: "x", firstOffset: 70_000, transitions: []) == nil)
  }
}
