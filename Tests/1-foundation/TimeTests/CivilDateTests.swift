import OmniTime
import Testing

@Suite("CivilDate")
struct CivilDateTests {
  @Test func `days that are not in the calendar are refused`() {
    #expect(CivilDate(year: 2023, month: 2, day: 29) == nil)
    #expect(CivilDate(year: 2024, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 1900, month: 2, day: 29) == nil)
    #expect(CivilDate(year: 2000, month: 2, day: 29) != nil)
    #expect(CivilDate(year: 2024, month: 13, day: 1) == nil)
    #expect(CivilDate(year: 2024, month: 0, day: 1) == nil)
    #expect(CivilDate(year: 2024, month: 4, day: 31) == nil)
    #expect(CivilDate(year: 2024, month: 4, day: 0) == nil)
    #expect(CivilDate(year: 10_000, month: 1, day: 1) == nil)
  }

  @Test func `days with known numbers have them`() {
    #expect(CivilDate(dayNumber: 0).description == "1970-01-01")
    #expect(CivilDate(year: 2000, month: 3, day: 1)?.dayNumber == 11_017)
    #expect(CivilDate(dayNumber: -719_468).description == "0000-03-01")
    #expect(CivilDate(year: -1, month: 12, day: 31)?.description == "-0001-12-31")
  }

  /// Counts the days one by one, by the rule of 1582 alone.
  @Test func `each day from 1600 to 2400 has the number that counting gives`() {
    var number = -(1_970 - 1_600) * 365 - leapYears(from: 1_600, to: 1_970)
    var faults = 0
    for year in 1_600...2_400 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      for (index, length) in lengths.enumerated() {
        for day in 1...length {
          let date = CivilDate(dayNumber: number)
          let isRight =
            date.year == year && date.month == index + 1 && date.day == day
            && date.dayNumber == number
          if !isRight { faults += 1 }
          number += 1
        }
      }
    }
    #expect(faults == 0)
  }

  @Test func `dates are ordered as their numbers are`() {
    for number in stride(from: -300_000, to: 300_000, by: 7_919) {
      let date = CivilDate(dayNumber: number)
      #expect(date < CivilDate(dayNumber: number + 1))
      #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
    }
  }
}

private func leapYears(from first: Int, to last: Int) -> Int {
  (first..<last).count { $0 % 4 == 0 && ($0 % 100 != 0 || $0 % 400 == 0) }
}
