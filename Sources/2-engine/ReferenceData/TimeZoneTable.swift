import OmniTime

/// A time zone as a table of instants and distances from UTC.
///
/// The engine computes with the table alone: it opens no file of the machine, so that two machines
/// with other versions of the time zone database agree. The tables here are made from the laws that
/// are in force, from 1970 to 2099; another zone is made from its transitions by whoever reads the
/// machine's database, outside of the engine.
public struct TimeZoneTable: Sendable, Hashable {
  /// From when on a distance from UTC holds.
  public struct Transition: Sendable, Hashable {
    /// The first second of it, since 1970.
    public let at: Int64
    /// Seconds east of UTC.
    public let offset: Int

    /// Groups instant and distance.
    public init(at: Int64, offset: Int) {
      self.at = at
      self.offset = offset
    }
  }

  /// The name, as the time zone database has it.
  public let name: String
  /// Seconds east of UTC before the first transition.
  public let firstOffset: Int
  /// The transitions, in order of time.
  public let transitions: [Transition]

  /// Creates a zone, or returns nil when instants do not grow or distances exceed 18 hours.
  public init?(name: String, firstOffset: Int, transitions: [Transition]) {
    let isOrdered = zip(transitions, transitions.dropFirst()).allSatisfy { $0.at < $1.at }
    guard isOrdered, abs(firstOffset) <= 64_800,
      transitions.allSatisfy({ abs($0.offset) <= 64_800 && abs($0.at) < 1 << 33 })
    else { return nil }
    self.name = name
    self.firstOffset = firstOffset
    self.transitions = transitions
  }

  /// Seconds east of UTC at a second since 1970.
  ///
  /// - Complexity: O(log transitions).
  public func offset(atSecond second: Int64) -> Int {
    var (low, high) = (0, transitions.count)
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= second { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? firstOffset : transitions[low - 1].offset
  }

  /// The second since 1970 at which clocks of the zone show `second` of the day `day`.
  ///
  /// A time that clocks show twice is the first of the two; one that they skip is as long behind the
  /// change as it would be with the old distance.
  public func second(ofDay day: Int, second: Int) -> Int64 {
    let local = Int64(day) * 86_400 + Int64(second)
    // Of two distances around it, the earlier instant that shows this time is right.
    let before = offset(atSecond: local - 86_400)
    let early = local - Int64(before)
    if offset(atSecond: early) == before { return early }
    let late = local - Int64(offset(atSecond: early))
    return offset(atSecond: late) == offset(atSecond: early) ? late : early
  }

  /// The day, since 1970, that clocks of the zone show at a second since 1970.
  public func day(atSecond second: Int64) -> Int {
    let local = second + Int64(offset(atSecond: second))
    return Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400)
  }
}

extension TimeZoneTable {
  /// The tables that come with the engine.
  public static let builtIn: [TimeZoneTable] = [.utc, .newYork, .chicago, .london]

  /// UTC.
  public static let utc = TimeZoneTable(known: "UTC", 0, [])
  /// New York, by the laws of the United States since 1967.
  public static let newYork = TimeZoneTable(known: "America/New_York", -18_000, american(-18_000))
  /// Chicago, by the same laws.
  public static let chicago = TimeZoneTable(known: "America/Chicago", -21_600, american(-21_600))
  /// London, by the laws of the United Kingdom, and since 1996 by those of the European Union.
  public static let london = TimeZoneTable(known: "Europe/London", 3_600, british)

  private init(known name: String, _ firstOffset: Int, _ transitions: [Transition]) {
    self.name = name
    self.firstOffset = firstOffset
    self.transitions = transitions
  }

  /// At two o'clock by local clocks: the Uniform Time Act of 1966, with the changes of 1974, 1975,
  /// 1986 and 2005.
  private static func american(_ standard: Int) -> [Transition] {
    (1970...2099).flatMap { year -> [Transition] in
      let begin =
        switch year {
        case 1974: day(year, 1, 6)
        case 1975: day(year, 2, 23)
        case ...1986: lastSunday(year, 4)
        case ...2006: sunday(year, 4, onOrAfter: 1)
        default: sunday(year, 3, onOrAfter: 8)
        }
      let end = year <= 2006 ? lastSunday(year, 10) : sunday(year, 11, onOrAfter: 1)
      return [
        Transition(at: Int64(begin) * 86_400 + 7_200 - Int64(standard), offset: standard + 3_600),
        Transition(at: Int64(end) * 86_400 + 3_600 - Int64(standard), offset: standard),
      ]
    }
  }

  /// Standard time was an hour ahead until 1971; from 1981 on at one o'clock UTC.
  private static var british: [Transition] {
    let end = [Transition(at: Int64(day(1971, 10, 31)) * 86_400 + 7_200, offset: 0)]
    return end
      + (1972...2099).flatMap { year -> [Transition] in
        let begin = year <= 1980 ? sunday(year, 3, onOrAfter: 16) : lastSunday(year, 3)
        let end =
          switch year {
          case ...1989: sunday(year, 10, onOrAfter: 23)
          case ...1995: sunday(year, 10, onOrAfter: 22)
          default: lastSunday(year, 10)
          }
        let hour: Int64 = year <= 1980 ? 7_200 : 3_600
        return [
          Transition(at: Int64(begin) * 86_400 + hour, offset: 3_600),
          Transition(at: Int64(end) * 86_400 + hour, offset: 0),
        ]
      }
  }

  private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
    CivilDate(year: year, month: month, day: day)?.dayNumber ?? 0
  }

  private static func sunday(_ year: Int, _ month: Int, onOrAfter first: Int) -> Int {
    let start = day(year, month, first)
    return start + (7 - Weekday.number(ofDay: start)) % 7
  }

  private static func lastSunday(_ year: Int, _ month: Int) -> Int {
    let last = day(year, month, CivilDate.dayCount(year: year, month: month))
    return last - Weekday.number(ofDay: last)
  }
}

/// Days of the week, from 0 for Sunday.
enum Weekday {
  /// The day of the week of a day since 1970, which began on a Thursday.
  static func number(ofDay day: Int) -> Int {
    let rest = (day + 4) % 7
    return rest < 0 ? rest + 7 : rest
  }
}
