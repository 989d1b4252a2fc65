/// An instant as date and time of day in UTC.
///
/// Days are turned into dates by Howard Hinnant's `civil_from_days` (chrono-compatible low-level
/// date algorithms, 2013), which holds for every day of the proleptic Gregorian calendar.
package struct CivilTime: Sendable, Equatable {
  package static let second: Int64 = 1_000_000_000
  package static let minute = 60 * second
  package static let hour = 60 * minute
  package static let day = 24 * hour

  package let year: Int
  package let month: Int
  package let dayOfMonth: Int
  package let hour: Int
  package let minute: Int
  package let second: Int
  package let nanosecond: Int

  package init(_ at: Int64) {
    let days = Self.floorDivide(at, Self.day)
    let remainder = at % Self.day
    let rest = Int(remainder < 0 ? remainder + Self.day : remainder)
    let z = Int(days) + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    dayOfMonth = dayOfYear - (153 * shifted + 2) / 5 + 1
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    nanosecond = rest % Int(Self.second)
    let seconds = rest / Int(Self.second)
    hour = seconds / 3_600
    minute = seconds / 60 % 60
    second = seconds % 60
  }

  /// Days from 1970 to the first of a month; the inverse of the initialiser.
  package static func days(year: Int, month: Int) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int64(era * 146_097 + dayOfEra - 719_468)
  }

  package static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Such as `2022-01-31`.
  package var date: String { "\(year)-\(two(month))-\(two(dayOfMonth))" }

  /// Such as `05:31`.
  package var clock: String { "\(two(hour)):\(two(minute))" }

  /// Such as `2022-01-31 05:31:00`, with the fraction of the second only where there is one.
  package var text: String {
    var result = "\(date) \(clock):\(two(second))"
    guard nanosecond > 0 else { return result }
    var digits = String(nanosecond)
    digits = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    while digits.last == "0" { digits.removeLast() }
    result += "." + digits
    return result
  }

  /// Such as `31 Jan`.
  package var dayAndMonth: String { "\(dayOfMonth) \(Self.monthNames[month - 1])" }

  /// A span in words, such as `4 h` or `2 d 3 h`: the two largest units.
  package static func span(_ nanoseconds: Int64) -> String {
    let units: [(Int64, String)] = [(day, "d"), (hour, "h"), (minute, "min"), (second, "s")]
    var rest = nanoseconds.magnitude
    var parts: [String] = []
    for (unit, name) in units where parts.count < 2 {
      let count = rest / UInt64(unit)
      if count > 0 { parts.append("\(count)\u{00A0}\(name)") }
      rest %= UInt64(unit)
    }
    if parts.isEmpty { return nanoseconds == 0 ? "0\u{00A0}s" : "\(nanoseconds)\u{00A0}ns" }
    return parts.joined(separator: " ")
  }

  /// The quotient, rounded towards the past.
  package static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }

  private func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
