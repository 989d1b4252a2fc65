/// What log lines are made of: escaped text and times.
enum LogText {
  /// The longest message or value that is written in full, in characters (code points).
  static let charactersMax = 8192
  /// The most metadata entries that are written.
  static let entryCountMax = 64

  /// Appends text with escapes for what could break the line, the quotes or a terminal.
  ///
  /// Text beyond the limit is cut, and the cut is marked with the number of missing characters.
  static func append(_ text: String, to line: inout String) {
    var room = charactersMax
    for scalar in text.unicodeScalars {
      if room == 0 {
        line += "…(\(text.unicodeScalars.count - charactersMax) more)"
        return
      }
      append(scalar, to: &line)
      room -= 1
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to line: inout String) {
    switch scalar.value {
    case 0x22: line += "\\\""
    case 0x5C: line += "\\\\"
    case 0x0A: line += "\\n"
    case 0x0D: line += "\\r"
    case 0x09: line += "\\t"
    // Control characters, line separators, and marks that turn the direction of writing.
    case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
      let digits = String(scalar.value, radix: 16)
      line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: line.unicodeScalars.append(scalar)
    }
  }

  /// Appends text in quotes.
  static func appendQuoted(_ text: String, to line: inout String) {
    line += "\""
    append(text, to: &line)
    line += "\""
  }

  /// The metadata in the order of its names, cut at the limit.
  static func ordered(_ metadata: [String: String]) -> [(key: String, value: String)] {
    Array(metadata.sorted { $0.key < $1.key }.prefix(entryCountMax))
  }

  /// Writes a time as ISO 8601 with nanoseconds, such as `2026-01-31T23:59:59.000000001Z`.
  ///
  /// Days become dates by Howard Hinnant's `civil_from_days`: the year is taken to begin in March,
  /// so that the leap day is its last, and 400 years always have 146,097 days.
  /// http://howardhinnant.github.io/date_algorithms.html
  static func time(_ nanosecondsSince1970: Int64) -> String {
    let second: Int64 = 1_000_000_000
    let day = 86_400 * second
    let days = floorDivision(nanosecondsSince1970, day)
    let inDay = days.remainder
    let date = date(ofDay: days.quotient)
    let seconds = inDay / second
    return digits(date.year, 4) + "-" + digits(date.month, 2) + "-" + digits(date.day, 2) + "T"
      + digits(seconds / 3600, 2) + ":" + digits(seconds / 60 % 60, 2) + ":"
      + digits(seconds % 60, 2) + "." + digits(inDay % second, 9) + "Z"
  }

  private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468  // days since 0000-03-01
    let era = floorDivision(shifted, 146_097)
    let dayOfEra = era.remainder
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era.quotient * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func floorDivision(
    _ value: Int64, _ divisor: Int64
  ) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func digits(_ value: Int64, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
