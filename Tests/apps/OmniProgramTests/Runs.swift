import Foundation
import OmniBacktest
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniStorage
import OmniTestKit
import OmniTime

/// Small runs for the tests of reports.
enum Runs {
  static let minute: Int64 = 60_000_000_000
  /// 2021-12-31 23:00 UTC.
  static let start: Int64 = 1_640_991_600_000_000_000

  /// Bars of `closes`, a step apart; each opens where the one before closed.
  static func bars(_ closes: [Int64], step: Int64 = minute) -> [Bar] {
    var open = closes.first ?? 0
    return closes.enumerated().map { index, close in
      defer { open = close }
      return Bar(
        instrument: InstrumentID(0),
        closedAt: Timestamp(nanoseconds: start + Int64(index + 1) * step),
        prices: OpenHighLowClose(
          open: Price(ticks: open), high: Price(ticks: max(open, close)),
          low: Price(ticks: min(open, close)), close: Price(ticks: close)), volume: 0)
    }
  }

  /// Runs crosses of very short averages over `bars`, one for each of `labels`.
  static func crosses(
    _ labels: [String], over bars: [Bar], limits: RiskLimits = .research
  ) throws -> Backtest.Outcome {
    let perpetual = try InstrumentCatalogue.builtIn.instrument("btc-perp")
    let plan = RunPlan(
      instruments: [perpetual],
      strategies: labels.map {
        .init(
          label: $0, strategy: "ema-cross",
          parameters: [.init("fast", "1"), .init("slow", "2")],
          instruments: [InstrumentID(0)], capital: 1_000_000 * 100_000_000)
      }, policy: .omni, limits: limits, currency: .usdt)
    var feed = SeriesFeed([bars])
    return try Backtest.run(plan, over: &feed, journal: NullJournal()).outcome
  }

  /// Prices that wander, the same for the same seed.
  static func walk(_ count: Int, seed: UInt64) -> [Int64] {
    var random = SeededRandom(seed: seed)
    var price: Int64 = 400_000
    return (0..<count).map { _ in
      price += Int64.random(in: -900...900, using: &random)
      return price
    }
  }

  /// A folder for what a test writes; it is gone when `body` ends.
  static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("omni-report-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }
}
