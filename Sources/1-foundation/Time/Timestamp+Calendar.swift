extension Timestamp {
  static let nanosecondsPerDay: Int64 = 86_400_000_000_000

  /// The day, in UTC, that holds this instant.
  public var date: CivilDate { CivilDate(dayNumber: Int(dayAndRest.day)) }

  /// Nanoseconds since the start of the UTC day.
  public var nanosecondOfDay: Int64 { dayAndRest.rest }

  /// The first instant of `date`, in UTC, or nil outside the years 1678 to 2261.
  public init?(startOf date: CivilDate) {
    let (nanoseconds, overflow) = Int64(date.dayNumber).multipliedReportingOverflow(
      by: Self.nanosecondsPerDay)
    guard !overflow else { return nil }
    self.init(nanoseconds: nanoseconds)
  }

  private var dayAndRest: (day: Int64, rest: Int64) {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(
      dividingBy: Self.nanosecondsPerDay)
    return remainder < 0
      ? (quotient - 1, remainder + Self.nanosecondsPerDay) : (quotient, remainder)
  }
}

extension Timestamp: CustomStringConvertible {
  /// The instant in ISO 8601, UTC, with as many of 0, 3, 6 or 9 decimals as it needs.
  public var description: String {
    let rest = nanosecondOfDay
    let seconds = Int(rest / 1_000_000_000)
    let fraction = Int(rest % 1_000_000_000)
    let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
    return "\(date)T\(clock.joined(separator: ":"))\(Self.decimals(of: fraction))Z"
  }

  private static func decimals(of fraction: Int) -> String {
    if fraction == 0 { return "" }
    if fraction % 1_000_000 == 0 { return "." + padded(fraction / 1_000_000, 3) }
    if fraction % 1_000 == 0 { return "." + padded(fraction / 1_000, 6) }
    return "." + padded(fraction, 9)
  }
}
