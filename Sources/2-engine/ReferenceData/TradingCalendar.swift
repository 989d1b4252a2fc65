public import OmniTime

/// When a market is open: sessions of the week in its own time zone, and the days that differ.
///
/// Everything is computed in integers from the tables that it holds. A piece of a session that ends
/// at midnight and one of the same kind that begins there are one session.
///
/// - Complexity: a question is O(days looked at × log transitions of the zone).
public struct TradingCalendar: Sendable, Equatable {
  /// What kind of trading a session is.
  public enum SessionKind: String, Sendable, CaseIterable {
    /// Before the regular session.
    case pre
    /// The regular session.
    case regular
    /// Behind the regular session.
    case post
  }

  /// A part of a day in which one trades, in seconds since midnight by local clocks.
  public struct Piece: Sendable, Hashable {
    /// What kind of trading.
    public let kind: SessionKind
    /// The first second.
    public let opens: Int
    /// The second behind the last, at most 86,400.
    public let closes: Int

    /// Groups kind and seconds.
    public init(_ kind: SessionKind, _ opens: Int, _ closes: Int) {
      self.kind = kind
      self.opens = opens
      self.closes = closes
    }
  }

  /// A session between two instants.
  public struct Session: Sendable, Hashable {
    /// What kind of trading.
    public let kind: SessionKind
    /// When it opens.
    public let opensAt: Timestamp
    /// When it closes; the instant itself is no longer of it.
    public let closesAt: Timestamp
  }

  /// What it is called.
  public let name: String
  /// Where its clocks stand.
  public let zone: TimeZoneTable
  /// The first and the last year that it knows.
  public let years: ClosedRange<Int>
  /// The pieces of each day of the week, Sunday first.
  public let week: [[Piece]]
  /// The days since 1970 that differ, with their pieces; none for a holiday.
  public let special: [Int: [Piece]]

  /// Creates a calendar.
  ///
  /// - Throws: ``ReferenceError/calendar(name:what:)`` when there are not seven days, pieces leave
  ///   the day, are empty or overlap, or the years are not within 1971 to 2098.
  public init(
    name: String, zone: TimeZoneTable, years: ClosedRange<Int>, week: [[Piece]],
    special: [Int: [Piece]]
  ) throws(ReferenceError) {
    guard week.count == 7 else { throw .calendar(name: name, what: "seven days were wanted") }
    guard years.lowerBound >= 1971, years.upperBound <= 2098 else {
      throw .calendar(name: name, what: "years from 1971 to 2098 were wanted")
    }
    for pieces in week + special.values.map(\.self) {
      var end = 0
      for piece in pieces {
        guard piece.opens >= end, piece.closes > piece.opens, piece.closes <= 86_400 else {
          throw .calendar(
            name: name,
            what: "a session from second \(piece.opens) to \(piece.closes); "
              + "sessions in order within a day were wanted")
        }
        end = piece.closes
      }
    }
    self.name = name
    self.zone = zone
    self.years = years
    self.week = week
    self.special = special
  }

  /// The pieces of a day since 1970.
  public func pieces(ofDay day: Int) -> [Piece] {
    special[day] ?? week[Weekday.number(ofDay: day)]
  }

  /// The session of one of `kinds` that holds `instant`, as far as its day and neighbours go, or nil.
  public func session(
    at instant: Timestamp, kinds: Set<SessionKind> = Set(SessionKind.allCases)
  ) throws(ReferenceError) -> Session? {
    try joined(around: instant, days: 1, kinds).first {
      $0.opensAt <= instant && instant < $0.closesAt
    }
  }

  /// Whether one of `kinds` is held at `instant`.
  public func isOpen(
    at instant: Timestamp, kinds: Set<SessionKind> = [.regular]
  ) throws(ReferenceError) -> Bool {
    try session(at: instant, kinds: kinds) != nil
  }

  /// The first instant behind `instant` at which a session of `kinds` opens, or nil when none does
  /// within a year and a month, as in a market that never closes.
  public func nextOpen(
    after instant: Timestamp, kinds: Set<SessionKind> = [.regular]
  ) throws(ReferenceError) -> Timestamp? {
    for days in [9, 400] {
      let sessions = try joined(around: instant, days: days, kinds)
      if let next = sessions.first(where: { $0.opensAt > instant }) { return next.opensAt }
    }
    return nil
  }

  /// The first instant behind `instant` at which a session of `kinds` closes, or nil when none does
  /// within a year and a month.
  public func nextClose(
    after instant: Timestamp, kinds: Set<SessionKind> = [.regular]
  ) throws(ReferenceError) -> Timestamp? {
    for days in [9, 400] {
      let sessions = try joined(around: instant, days: days, kinds)
      // What ends with the last day that was looked at may go on behind it.
      guard let end = sessions.last?.closesAt else { continue }
      if let next = sessions.first(where: { $0.closesAt > instant && $0.closesAt < end }) {
        return next.closesAt
      }
    }
    return nil
  }

  /// The sessions of all kinds that overlap a stretch of time, cut to it, in order.
  public func sessions(
    from start: Timestamp, to end: Timestamp
  ) throws(ReferenceError) -> [Session] {
    guard start < end else { return [] }
    let (first, last) = (try day(of: start), try day(of: end))
    return join(days: (first - 1)...(last + 1), Set(SessionKind.allCases)).compactMap { session in
      let opensAt = max(session.opensAt, start)
      let closesAt = min(session.closesAt, end)
      return opensAt < closesAt
        ? Session(kind: session.kind, opensAt: opensAt, closesAt: closesAt) : nil
    }
  }

  private func day(of instant: Timestamp) throws(ReferenceError) -> Int {
    let day = zone.day(atSecond: Self.second(instant))
    guard abs(day) < 4_000_000, years.contains(CivilDate(dayNumber: day).year) else {
      throw .outsideCalendar(name: name, at: instant)
    }
    return day
  }

  /// The second since 1970 that holds the instant.
  private static func second(_ instant: Timestamp) -> Int64 {
    let (quotient, rest) = instant.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? quotient - 1 : quotient
  }

  private func joined(
    around instant: Timestamp, days: Int, _ kinds: Set<SessionKind>
  ) throws(ReferenceError) -> [Session] {
    let day = try day(of: instant)
    return join(days: (day - 1)...(day + days), kinds)
  }

  private func join(days: ClosedRange<Int>, _ kinds: Set<SessionKind>) -> [Session] {
    var sessions: [Session] = []
    for day in days {
      for piece in pieces(ofDay: day) where kinds.contains(piece.kind) {
        let opensAt = instant(day, piece.opens)
        let closesAt = instant(day, piece.closes)
        guard opensAt < closesAt else { continue }  // Clocks skipped it.
        if let last = sessions.last, last.kind == piece.kind, last.closesAt == opensAt {
          sessions[sessions.count - 1] = Session(
            kind: piece.kind, opensAt: last.opensAt, closesAt: closesAt)
        } else {
          sessions.append(Session(kind: piece.kind, opensAt: opensAt, closesAt: closesAt))
        }
      }
    }
    return sessions
  }

  private func instant(_ day: Int, _ second: Int) -> Timestamp {
    Timestamp(nanoseconds: zone.second(ofDay: day, second: second) * 1_000_000_000)
  }
}
