/// An instant as a text says it: with a time of day and a distance from UTC, or without.
public struct TimeText: Sendable, Equatable {
  /// In which order a text names year, month and day.
  public enum Order: Sendable, Equatable, CaseIterable {
    /// `2021-09-27`, as ISO 8601 and RFC 3339 have it.
    case yearMonthDay
    /// `9/27/2021`, the custom of the United States.
    case monthDayYear
    /// `27.09.2021`, the custom of most of Europe.
    case dayMonthYear
  }

  /// Why a text is no instant.
  public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A character at `offset` has no place, or the text ends there too early.
    case malformed(offset: Int)
    /// There is no such day, hour, minute or second.
    case noSuchTime
    /// The year is before 1678 or after 2261.
    case outOfRange

    /// The stable code.
    public var code: String {
      switch self {
      case .malformed: "TIM-001"
      case .noSuchTime: "TIM-002"
      case .outOfRange: "TIM-003"
      }
    }

    /// One line: what was, and what was wanted.
    public var description: String {
      switch self {
      case .malformed(let offset):
        "character \(offset + 1) has no place; a day, and a time of day if any, were wanted"
      case .noSuchTime: "there is no such day or time of day; one of the calendar was wanted"
      case .outOfRange: "the year cannot be held; one from 1678 to 2261 was wanted"
      }
    }
  }

  /// The instant; where the text names no distance from UTC, it is read as UTC.
  public let instant: Timestamp
  /// The distance from UTC in seconds, positive in the east, or nil when the text has none.
  public let offsetSeconds: Int?
  /// Whether the text names a time of day.
  public let hasTimeOfDay: Bool

  /// Reads a day, and behind a blank or a `T` a time of day with up to nine decimals, and behind
  /// that a distance from UTC: `Z`, `+01:00`, `+0100` or `+01`.
  ///
  /// Numbers of the day are apart by `-`, `/` or `.`, the same one twice, and need no zeros before
  /// them. A second of 60 is refused, since Unix time has none.
  ///
  /// - Complexity: O(length), with no allocation.
  public init(_ text: ArraySlice<UInt8>, order: Order) throws(Failure) {
    var reader = TimeReader(text)
    let date = try reader.date(order)
    guard let midnight = Timestamp(startOf: date) else { throw .outOfRange }
    guard !reader.isAtEnd else {
      instant = midnight
      offsetSeconds = nil
      hasTimeOfDay = false
      return
    }
    try reader.skip { $0 == 0x20 || $0 == 0x54 }
    let nanoseconds = try reader.timeOfDay()
    let offset = try reader.offset()
    guard reader.isAtEnd else { throw .malformed(offset: reader.offsetInText) }
    let (local, first) = midnight.nanoseconds.addingReportingOverflow(nanoseconds)
    let (utc, second) = local.subtractingReportingOverflow(Int64(offset ?? 0) * 1_000_000_000)
    guard !first, !second else { throw .outOfRange }
    instant = Timestamp(nanoseconds: utc)
    offsetSeconds = offset
    hasTimeOfDay = true
  }

  /// Reads `text` like the other initialiser.
  public init(_ text: String, order: Order = .yearMonthDay) throws(Failure) {
    try self.init(ArraySlice(text.utf8), order: order)
  }
}

/// Goes through the bytes of a time from left to right.
private struct TimeReader {
  let text: ArraySlice<UInt8>
  var index: Int

  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    index = text.startIndex
  }

  var isAtEnd: Bool { index == text.endIndex }
  var offsetInText: Int { index - text.startIndex }
  var next: UInt8? { isAtEnd ? nil : text[index] }

  mutating func skip(_ isWanted: (UInt8) -> Bool) throws(TimeText.Failure) {
    guard let next, isWanted(next) else { throw .malformed(offset: offsetInText) }
    index += 1
  }

  /// The next 1 to `digits` digits as a number.
  mutating func number(digits: ClosedRange<Int>) throws(TimeText.Failure) -> Int {
    var value = 0
    var count = 0
    while count < digits.upperBound, let next, (0x30...0x39).contains(next) {
      value = value * 10 + Int(next - 0x30)
      index += 1
      count += 1
    }
    guard count >= digits.lowerBound else { throw .malformed(offset: offsetInText) }
    return value
  }

  mutating func date(_ order: TimeText.Order) throws(TimeText.Failure) -> CivilDate {
    let first = try number(digits: order == .yearMonthDay ? 4...4 : 1...2)
    let separator = next
    try skip { $0 == 0x2D || $0 == 0x2F || $0 == 0x2E }
    let second = try number(digits: 1...2)
    try skip { $0 == separator }
    let third = try number(digits: order == .yearMonthDay ? 1...2 : 4...4)
    let date =
      switch order {
      case .yearMonthDay: CivilDate(year: first, month: second, day: third)
      case .monthDayYear: CivilDate(year: third, month: first, day: second)
      case .dayMonthYear: CivilDate(year: third, month: second, day: first)
      }
    guard let date else { throw .noSuchTime }
    return date
  }

  /// Nanoseconds since midnight.
  mutating func timeOfDay() throws(TimeText.Failure) -> Int64 {
    let hour = try number(digits: 1...2)
    try skip { $0 == 0x3A }
    let minute = try number(digits: 2...2)
    var second = 0
    var fraction = 0
    if next == 0x3A {
      index += 1
      second = try number(digits: 2...2)
      if next == 0x2E {
        index += 1
        let start = index
        fraction = try number(digits: 1...9)
        for _ in (index - start)..<9 { fraction *= 10 }
      }
    }
    guard hour < 24, minute < 60, second < 60 else { throw .noSuchTime }
    return Int64((hour * 60 + minute) * 60 + second) * 1_000_000_000 + Int64(fraction)
  }

  /// Seconds east of UTC, or nil at the end of the text.
  mutating func offset() throws(TimeText.Failure) -> Int? {
    guard let sign = next else { return nil }
    if sign == 0x5A {
      index += 1
      return 0
    }
    try skip { $0 == 0x2B || $0 == 0x2D }
    let hours = try number(digits: 2...2)
    if next == 0x3A { index += 1 }
    let minutes = isAtEnd ? 0 : try number(digits: 2...2)
    guard hours <= 18, minutes < 60 else { throw .noSuchTime }
    let seconds = (hours * 60 + minutes) * 60
    return sign == 0x2D ? -seconds : seconds
  }
}
