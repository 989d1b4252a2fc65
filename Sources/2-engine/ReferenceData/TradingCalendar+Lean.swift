public import OmniConfiguration
import OmniTime

extension TradingCalendar {
  /// Reads an entry of a market hours database in the form of LEAN, such as `Future-cme-ES`.
  ///
  /// Pieces of a day that begin behind an early close, or end before a late open, are gone; where a
  /// late open follows an early close, both hold, with a pause between them. Holidays are without
  /// trading. Days of both lists are of the exchange's zone.
  ///
  /// - Parameters:
  ///   - entry: The value of the entry.
  ///   - name: What the calendar is to be called.
  ///   - zones: The time zones that it may be of.
  public init(
    lean entry: ConfigurationValue, name: String, zones: [TimeZoneTable] = TimeZoneTable.builtIn,
    years: ClosedRange<Int> = 1998...2028
  ) throws(ReferenceError) {
    var reader = try DocumentReader(entry, path: name)
    let zoneName = try reader.text("exchangeTimeZone")
    guard let zone = zones.first(where: { $0.name == zoneName }) else {
      throw .unknownZone(zoneName)
    }
    var week: [[Piece]] = []
    for day in ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] {
      var pieces: [Piece] = []
      for item in try DocumentReader.list(reader.value(day), path: "\(name).\(day)") {
        pieces.append(try Self.piece(item, path: "\(name).\(day)"))
      }
      week.append(pieces)
    }
    var special: [Int: [Piece]] = [:]
    let early = try Self.changes(reader.value("earlyCloses"), path: "\(name).earlyCloses")
    let late = try Self.changes(reader.value("lateOpens"), path: "\(name).lateOpens")
    for day in Set(early.keys).union(late.keys) {
      special[day] = Self.cut(
        week[Weekday.number(ofDay: day)], closes: early[day], opens: late[day])
    }
    if let holidays = reader.value("holidays") {
      for item in try DocumentReader.list(holidays, path: "\(name).holidays") {
        guard case .string(let text) = item.content else { continue }
        special[try Self.day(text, path: "\(name).holidays")] = []
      }
    }
    try self.init(name: name, zone: zone, years: years, week: week, special: special)
  }

  private static func piece(
    _ item: ConfigurationValue, path: String
  ) throws(ReferenceError) -> Piece {
    var part = try DocumentReader(item, path: path)
    let state = try part.text("state")
    let kind: SessionKind? =
      switch state {
      case "premarket": .pre
      case "market": .regular
      case "postmarket": .post
      default: nil
      }
    guard let kind else {
      throw .malformed(path: path, found: state, wanted: "premarket, market or postmarket")
    }
    return Piece(
      kind, try second(try part.text("start"), path), try second(try part.text("end"), path))
  }

  private static func changes(
    _ value: ConfigurationValue?, path: String
  ) throws(ReferenceError) -> [Int: Int] {
    guard let value else { return [:] }
    var part = try DocumentReader(value, path: path)
    var changes: [Int: Int] = [:]
    for member in value.members ?? [] {
      changes[try day(member.key, path: path)] = try second(try part.text(member.key), path)
    }
    return changes
  }

  private static func cut(_ pieces: [Piece], closes: Int?, opens: Int?) -> [Piece] {
    func before(_ end: Int) -> [Piece] {
      pieces.compactMap { $0.opens < end ? Piece($0.kind, $0.opens, min($0.closes, end)) : nil }
    }
    func behind(_ start: Int) -> [Piece] {
      pieces.compactMap {
        $0.closes > start ? Piece($0.kind, max($0.opens, start), $0.closes) : nil
      }
    }
    switch (closes, opens) {
    case (nil, nil): return pieces
    case (let closes?, nil): return before(closes)
    case (nil, let opens?): return behind(opens)
    case (let closes?, let opens?):
      if opens >= closes { return before(closes) + behind(opens) }
      return behind(opens).compactMap {
        $0.opens < closes ? Piece($0.kind, $0.opens, min($0.closes, closes)) : nil
      }
    }
  }

  /// The day since 1970 of a text such as `12/24/2024`.
  private static func day(_ text: String, path: String) throws(ReferenceError) -> Int {
    guard let time = try? TimeText(text, order: .monthDayYear) else {
      throw .malformed(path: path, found: text, wanted: "a day such as 12/24/2024")
    }
    return time.instant.date.dayNumber
  }

  /// The second of the day of a text such as `09:30:00`, or `1.00:00:00` for its end.
  private static func second(_ text: String, _ path: String) throws(ReferenceError) -> Int {
    if text == "1.00:00:00" { return 86_400 }
    let parts = text.split(separator: ":").compactMap { Int($0) }
    guard parts.count == 3, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]),
      (0..<60).contains(parts[2])
    else { throw .malformed(path: path, found: text, wanted: "a time such as 09:30:00") }
    return (parts[0] * 60 + parts[1]) * 60 + parts[2]
  }
}
