import OmniTime

// Calendars that come with the engine.
extension TradingCalendar {
  /// Calendars by name: `us-equities`, `cme-globex`, `always`.
  public static let builtIn: [String: TradingCalendar] = {
    var calendars: [String: TradingCalendar] = [:]
    for made in [try? unitedStatesEquities(), try? globex(), try? always()] {
      if let made { calendars[made.name] = made }
    }
    return calendars
  }()

  private static let hour = 3_600

  /// NYSE and Nasdaq from 1998 to 2040: 4:00 to 9:30, to 16:00, to 20:00 in New York.
  ///
  /// Holidays by the rule 7.2 of the NYSE, with the closings that no rule foresaw up to 2025; a short
  /// day ends at 13:00, and its late session at 17:00. Days that are not yet known are missing from
  /// it, as closings for mourning.
  private static func unitedStatesEquities() throws(ReferenceError) -> TradingCalendar {
    let day = [
      Piece(.pre, 4 * hour, 9 * hour + 1_800), Piece(.regular, 9 * hour + 1_800, 16 * hour),
      Piece(.post, 16 * hour, 20 * hour),
    ]
    let short = [
      Piece(.pre, 4 * hour, 9 * hour + 1_800), Piece(.regular, 9 * hour + 1_800, 13 * hour),
      Piece(.post, 13 * hour, 17 * hour),
    ]
    var special: [Int: [Piece]] = [:]
    for year in 1998...2040 {
      let holidays = USHolidays(year)
      for day in holidays.short { special[day] = short }
      for day in holidays.closed { special[day] = [] }
    }
    return try TradingCalendar(
      name: "us-equities", zone: .newYork, years: 1998...2040,
      week: [[], day, day, day, day, day, []], special: special)
  }

  /// CME Globex from 1998 to 2040: Sunday 17:00 to Friday 16:00 in Chicago, with an hour's pause from
  /// 16:00 each day.
  ///
  /// Closed on Good Friday and when New Year and Christmas fall on a weekday until 17:00. The short
  /// days around other holidays differ from product to product and from year to year: take them from
  /// a file, with ``init(lean:name:zones:)``.
  private static func globex() throws(ReferenceError) -> TradingCalendar {
    let evening = Piece(.regular, 17 * hour, 24 * hour)
    let day = [Piece(.regular, 0, 16 * hour), evening]
    var special: [Int: [Piece]] = [:]
    for year in 1998...2040 {
      let holidays = USHolidays(year)
      special[holidays.goodFriday] = []
      for holiday in [holidays.day(1, 1), holidays.day(12, 25)] {
        switch Weekday.number(ofDay: holiday) {
        case 0, 1...4: special[holiday] = [evening]
        default: special[holiday] = []
        }
      }
    }
    return try TradingCalendar(
      name: "cme-globex", zone: .chicago, years: 1998...2040,
      week: [[evening], day, day, day, day, [day[0]], []], special: special)
  }

  /// A market that never closes.
  private static func always() throws(ReferenceError) -> TradingCalendar {
    try TradingCalendar(
      name: "always", zone: .utc, years: 1971...2098,
      week: Array(repeating: [Piece(.regular, 0, 86_400)], count: 7), special: [:])
  }
}

/// The days of a year on which the stock exchanges of the United States differ.
struct USHolidays {
  let year: Int

  init(_ year: Int) { self.year = year }

  func day(_ month: Int, _ day: Int) -> Int {
    CivilDate(year: year, month: month, day: day)?.dayNumber ?? 0
  }

  /// Good Friday, two days before Easter by the algorithm of Meeus, Jones and Butcher (Nature, 1876).
  var goodFriday: Int {
    let (a, b, c) = (year % 19, year / 100, year % 100)
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
    let m = (a + 11 * h + 22 * l) / 451
    let sum = h + l - 7 * m + 114
    return day(sum / 31, sum % 31 + 1) - 2
  }

  /// Days without trading.
  var closed: [Int] {
    var days = [
      monday(1, nth: 3), monday(2, nth: 3), goodFriday, lastMonday(5), monday(9, nth: 1),
      thanksgiving, observed(day(7, 4)), observed(day(12, 25)),
    ]
    let newYear = day(1, 1)
    // A New Year's Day on a Saturday is not made up for: the year would end a day short.
    if Weekday.number(ofDay: newYear) != 6 { days.append(observed(newYear)) }
    if year >= 2022 { days.append(observed(day(6, 19))) }
    return days + Self.unforeseen.filter { $0.year == year }.map(\.dayNumber)
  }

  /// Days that end at 13:00.
  var short: [Int] {
    var days = [thanksgiving + 1]
    let eve = day(12, 24)
    if (1...4).contains(Weekday.number(ofDay: eve)) { days.append(eve) }
    let third = day(7, 3)
    // Until 2012 the Friday behind a holiday on Thursday was the short day.
    if Weekday.number(ofDay: third) == 3 && year < 2013 {
      days.append(third + 2)
    } else if (1...4).contains(Weekday.number(ofDay: third)) {
      days.append(third)
    }
    if year == 2003 { days.append(day(12, 26)) }
    return days
  }

  private var thanksgiving: Int {
    let first = day(11, 1)
    return first + (4 - Weekday.number(ofDay: first) + 7) % 7 + 21
  }

  private func monday(_ month: Int, nth number: Int) -> Int {
    let first = day(month, 1)
    return first + (1 - Weekday.number(ofDay: first) + 7) % 7 + 7 * (number - 1)
  }

  private func lastMonday(_ month: Int) -> Int {
    let last = day(month, CivilDate.dayCount(year: year, month: month))
    return last - (Weekday.number(ofDay: last) + 6) % 7
  }

  /// The Friday before a Saturday, and the Monday behind a Sunday.
  private func observed(_ day: Int) -> Int {
    switch Weekday.number(ofDay: day) {
    case 6: day - 1
    case 0: day + 1
    default: day
    }
  }

  /// Attacks of 2001; mourning for Presidents Reagan, Ford, Bush and Carter; the storm of 2012.
  private static let unforeseen: [CivilDate] = [
    (2001, 9, 11), (2001, 9, 12), (2001, 9, 13), (2001, 9, 14), (2004, 6, 11), (2007, 1, 2),
    (2012, 10, 29), (2012, 10, 30), (2018, 12, 5), (2025, 1, 9),
  ].compactMap { CivilDate(year: $0.0, month: $0.1, day: $0.2) }
}
