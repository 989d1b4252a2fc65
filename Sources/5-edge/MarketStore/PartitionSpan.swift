public import OmniMarketColumns
public import OmniTime

/// The days, in UTC, whose rows one file holds: one for events, a calendar year for bars.
///
/// A file of one day of hourly bars would be more head than rows, so bars have longer files.
public struct PartitionSpan: Sendable, Hashable, Comparable {
  /// The first day, in days since 1970.
  public let firstDay: Int
  /// How many days there are.
  public let dayCount: Int

  private static let dayNanoseconds: Int64 = 86_400_000_000_000

  /// The span of a file of `rows` in which `instant` lies.
  public init(of rows: MarketRowKind, at instant: Timestamp) {
    let day = Int(Self.day(of: instant))
    guard rows == .bars else {
      firstDay = day
      dayCount = 1
      return
    }
    let date = CivilDate(dayNumber: day)
    let year = CivilDate(year: date.year, month: 1, day: 1) ?? date
    firstDay = year.dayNumber
    dayCount = CivilDate.dayCount(year: date.year, month: 2) == 29 ? 366 : 365
  }

  /// A span that was written down, or nil if none is of that kind.
  init?(firstDay: Int, dayCount: Int) {
    // A timestamp reaches from the day -106,752 to the day 106,751; its year begins up to 366 before.
    guard (-107_200...107_200).contains(firstDay), (1...366).contains(dayCount) else { return nil }
    self.firstDay = firstDay
    self.dayCount = dayCount
  }

  /// Whether `instant` lies in the span.
  public func contains(_ instant: Timestamp) -> Bool {
    let day = Self.day(of: instant)
    return day >= firstDay && day < firstDay + dayCount
  }

  /// Whether a part of the span lies between the two instants, both included.
  public func overlaps(_ from: Timestamp, _ to: Timestamp) -> Bool {
    Self.day(of: from) < firstDay + dayCount && Self.day(of: to) >= firstDay
  }

  /// The first day as `2026-01-31`.
  public var text: String { "\(CivilDate(dayNumber: firstDay))" }

  /// Whether `lhs` begins before `rhs`.
  public static func < (lhs: Self, rhs: Self) -> Bool {
    (lhs.firstDay, lhs.dayCount) < (rhs.firstDay, rhs.dayCount)
  }

  private static func day(of instant: Timestamp) -> Int {
    let (quotient, rest) = instant.nanoseconds.quotientAndRemainder(dividingBy: dayNanoseconds)
    return Int(rest < 0 ? quotient - 1 : quotient)
  }
}
