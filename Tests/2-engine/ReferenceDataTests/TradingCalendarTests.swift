import OmniReferenceData
import OmniTime
import Testing

@Suite("TradingCalendar")
struct TradingCalendarTests {
  @Test func `a session holds its first instant and not its last`() throws {
    let calendar = try builtIn("us-equities")
    #expect(try calendar.isOpen(at: try at("2014-06-09 13:30:00")))
    #expect(try !calendar.isOpen(at: try at("2014-06-09 13:29:59.999999999")))
    #expect(try calendar.isOpen(at: try at("2014-06-09 19:59:59.999999999")))
    #expect(try !calendar.isOpen(at: try at("2014-06-09 20:00:00")))
    #expect(try calendar.isOpen(at: try at("2014-06-09 20:00:00"), kinds: [.post]))
    #expect(try calendar.isOpen(at: try at("2014-06-09 08:00:00"), kinds: [.pre]))
  }

  @Test func `clocks that change move the open in UTC, and a short day ends early`() throws {
    let calendar = try builtIn("us-equities")
    // The Friday before the clocks change, and the Monday behind it.
    #expect(
      try calendar.nextOpen(after: try at("2014-03-07 15:00:00")) == (try at("2014-03-10 13:30:00"))
    )
    #expect(
      try calendar.nextOpen(after: try at("2014-10-31 15:00:00")) == (try at("2014-11-03 14:30:00"))
    )
    #expect(
      try calendar.nextClose(after: try at("2014-11-28 15:00:00"))
        == (try at("2014-11-28 18:00:00")))
    #expect(
      try calendar.nextOpen(after: try at("2001-09-10 20:00:00")) == (try at("2001-09-17 13:30:00"))
    )
    #expect(
      try calendar.nextOpen(after: try at("2014-06-09 13:30:00")) == (try at("2014-06-10 13:30:00"))
    )
  }

  @Test func `pieces that meet at midnight are one session, cut to what was asked`() throws {
    let calendar = try builtIn("cme-globex")
    #expect(
      try calendar.nextClose(after: try at("2014-06-08 23:00:00"))
        == (try at("2014-06-09 21:00:00")))
    #expect(
      try calendar.nextOpen(after: try at("2014-06-06 21:00:00")) == (try at("2014-06-08 22:00:00"))
    )
    let sessions = try calendar.sessions(
      from: try at("2014-06-08 00:00:00"), to: try at("2014-06-10 12:00:00"))
    #expect(
      words(sessions) == [
        "regular 2014-06-08T22:00:00Z-2014-06-09T21:00:00Z",
        "regular 2014-06-09T22:00:00Z-2014-06-10T12:00:00Z",
      ])
    #expect(try calendar.sessions(from: try at("2014-06-10"), to: try at("2014-06-10")) == [])
  }

  @Test func `a market that never closes neither opens nor closes`() throws {
    let calendar = try builtIn("always")
    let now = try at("2024-02-29 12:00:00")
    #expect(try calendar.isOpen(at: now))
    #expect(try calendar.nextOpen(after: now) == nil)
    #expect(try calendar.nextClose(after: now) == nil)
    #expect(try calendar.sessions(from: now, to: now + .days(3)).count == 1)
  }

  @Test func `what a calendar does not know is refused, and so are senseless sessions`() throws {
    let calendar = try builtIn("us-equities")
    let early = try at("1997-06-09 15:00:00")
    #expect(throws: ReferenceError.outsideCalendar(name: "us-equities", at: early)) {
      try calendar.isOpen(at: early)
    }
    #expect(throws: ReferenceError.self) { try calendar.nextOpen(after: .distantFuture) }
    func make(_ day: [TradingCalendar.Piece], _ years: ClosedRange<Int> = 2000...2001) throws {
      _ = try TradingCalendar(
        name: "x", zone: .utc, years: years, week: Array(repeating: day, count: 7), special: [:])
    }
    try make([.init(.regular, 0, 86_400)])
    for day: [TradingCalendar.Piece] in [
      [.init(.regular, 0, 86_401)], [.init(.regular, 5, 5)],
      [.init(.pre, 0, 10), .init(.regular, 9, 20)],
    ] {
      #expect(throws: ReferenceError.self) { try make(day) }
    }
    #expect(throws: ReferenceError.self) { try make([], 1900...2000) }
  }

  /// The next instants found by asking for each second-of-interest in turn.
  @Test func `next open and close agree with a walk over the sessions`() throws {
    for name in ["us-equities", "cme-globex"] {
      let calendar = try builtIn(name)
      let sessions = try calendar.sessions(
        from: try at("2012-10-01"), to: try at("2013-12-31")
      ).filter { $0.kind == .regular }
      #expect(sessions.count > 240)
      for (session, next) in zip(sessions, sessions.dropFirst()) {
        let inside = session.opensAt + .minutes(1)
        #expect(try calendar.nextClose(after: inside) == session.closesAt, "\(name) \(inside)")
        #expect(try calendar.nextOpen(after: inside) == next.opensAt, "\(name) \(inside)")
        #expect(try calendar.isOpen(at: session.closesAt) == (session.closesAt == next.opensAt))
      }
    }
  }
}
