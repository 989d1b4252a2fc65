import OmniConfiguration
import OmniDataProviders
import OmniMarketData
import OmniModel
import OmniMoney
import OmniReferenceData
import OmniTestKit
import OmniTime
import Testing

@Suite("TradingCalendar+Lean")
struct TradingCalendarLeanTests {
  @Test func `early closes and late opens cut a day, together with a pause between them`() throws {
    let text = """
      {"exchangeTimeZone": "America/Chicago", "dataTimeZone": "UTC",
       "sunday": [], "tuesday": [], "wednesday": [], "thursday": [], "friday": [], "saturday": [],
       "monday": [{"start": "00:00:00", "end": "16:00:00", "state": "market"},
                  {"start": "17:00:00", "end": "1.00:00:00", "state": "postmarket"}],
       "holidays": ["1/26/2009"],
       "earlyCloses": {"1/19/2009": "12:00:00", "2/16/2009": "15:00:00"},
       "lateOpens": {"1/19/2009": "18:00:00", "2/9/2009": "10:00:00"}}
      """
    let calendar = try TradingCalendar(
      lean: try ConfigurationValue(json: text, label: "x"), name: "x")
    func day(_ text: String) throws -> String {
      calendar.pieces(ofDay: try at(text).date.dayNumber)
        .map { "\($0.kind) \($0.opens / 3_600)-\($0.closes / 3_600)" }.joined(separator: ", ")
    }
    #expect(try day("2009-01-12") == "regular 0-16, post 17-24")
    #expect(try day("2009-01-19") == "regular 0-12, post 18-24")
    #expect(try day("2009-02-16") == "regular 0-15")
    #expect(try day("2009-02-09") == "regular 10-16, post 17-24")
    #expect(try day("2009-01-26").isEmpty)
    for bad in ["America/Chicago\"", "0:00:00\", \"end\": \"25", "marked"] {
      let other = text.replacing("America/Chicago\"", with: bad == "marked" ? bad + "\"" : "Mars\"")
      #expect(throws: ReferenceError.self) {
        try TradingCalendar(lean: try ConfigurationValue(json: other, label: "x"), name: "x")
      }
    }
  }

  /// An independent list of 31 years: every day of it, with its regular session, must be ours.
  @Test(.enabled(if: hasLean, "the shared market hours"))
  func `the days of US equities are those of LEAN from 1998 to 2028`() throws {
    let theirs = try TradingCalendar(lean: try lean("Equity-usa-[*]"), name: "lean")
    let ours = try builtIn("us-equities")
    var differences: [String] = []
    let days = try at("1998-01-01").date.dayNumber...(try at("2028-12-31").date.dayNumber)
    var (short, holidays) = (0, 0)
    for day in days {
      let mine = ours.pieces(ofDay: day).filter { $0.kind == .regular }
      let other = theirs.pieces(ofDay: day).filter { $0.kind == .regular }
      if mine.first?.closes == 13 * 3_600 { short += 1 }
      if mine.isEmpty && ours.week[(day + 4) % 7].count > 0 { holidays += 1 }
      if mine != other {
        differences.append("\(CivilDate(dayNumber: day)): \(mine) against \(other)")
      }
    }
    // LEAN lists no short day before 1999; the exchange closed at 13:00 on these two.
    #expect(
      differences.map { $0.prefix(10) } == ["1998-11-27", "1998-12-24"], "\(differences)")
    #expect(short > 60 && holidays > 280)
  }

  @Test(.enabled(if: hasLean, "the shared market hours"))
  func `the ordinary days of Globex are those of LEAN for the euro future`() throws {
    let theirs = try TradingCalendar(lean: try lean("Future-cme-6E"), name: "lean")
    let ours = try builtIn("cme-globex")
    var (same, other) = (0, 0)
    for day in try at("2009-01-01").date.dayNumber...(try at("2025-12-31").date.dayNumber)
    where theirs.special[day] == nil && ours.special[day] == nil {
      let start = try at("1970-01-01") + .days(Int64(day))
      func open(_ calendar: TradingCalendar) throws -> [Bool] {
        try (0..<24).map {
          try calendar.session(at: start + .minutes(Int64($0 * 60 + 30))) != nil
        }
      }
      if try open(theirs) == open(ours) { same += 1 } else { other += 1 }
    }
    // What differs are the mornings behind evenings that one of the two leaves out.
    #expect(same > 5_800 && other < 60, "\(same) days are the same, \(other) are not")
  }

  static let minutes = SampleFiles.shared("intraday-bars/us_equity_minute_trades.csv.gz")
  static let euro = SampleFiles.shared("futures/cme_6EH4_1m_2024-01-01_20.csv.gz")

  @Test(.enabled(if: SampleFiles.has(minutes), "the shared minute bars"))
  func `every minute that was traded lies in a session of the calendar`() throws {
    let calendar = try builtIn("us-equities")
    for series in try bars(Self.minutes) {
      var inside = 0
      for bar in series.bars {
        let opened = Timestamp(nanoseconds: bar.closedAt.nanoseconds - 60_000_000_000)
        #expect(try calendar.session(at: opened) != nil, "\(series.symbol) \(opened)")
        if try calendar.isOpen(at: opened) { inside += 1 }
      }
      #expect(inside * 10 > series.bars.count * 3)
    }
  }

  @Test(.enabled(if: hasLean && SampleFiles.has(euro), "the shared minute bars of a future"))
  func `every minute of the euro future lies in a session by LEAN and by ours`() throws {
    let theirs = try TradingCalendar(lean: try lean("Future-cme-6E"), name: "6E")
    let ours = try builtIn("cme-globex")
    let series = try #require(try bars(Self.euro).first)
    #expect(series.bars.count == 19_003)
    var outside = 0
    for bar in series.bars {
      // The file's times are those of the close, and the import took them for the opening.
      let opened = Timestamp(nanoseconds: bar.closedAt.nanoseconds - 120_000_000_000)
      if try theirs.session(at: opened) == nil { outside += 1 }
      if try ours.session(at: opened) == nil { outside += 1 }
    }
    #expect(outside == 0)
  }

  private func bars(_ path: String) throws -> [ImportedSeries] {
    var options = ImportOptions()
    options.catalogue = InstrumentCatalogue([])
    options.interval = .minutes(1)
    options.fallbackTerms = InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 5), lot: FixedDecimal(coefficient: 1, scale: 0),
      currency: .usd, settlement: .cash, costs: .init())
    return try BarImporter.importFile(path: path, options: options).series
  }
}
