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

/// The golden bars and trade lists of other tools, and how to run ours on the same bars.
enum Golden {
  static let folder = "\(SampleFiles.root)/../shared/golden/engine"
  static let isPresent = SampleFiles.has("\(folder)/bars.csv.gz")
  static let absence = "the golden trade lists are not beside the project (../shared/golden/engine)"

  /// A fill: bar, signed lots, ticks.
  struct Row: Equatable, CustomStringConvertible {
    let bar: Int
    let lots: Int64
    let ticks: Int64
    var description: String { "bar \(bar): \(lots) lots at \(ticks)" }
  }

  /// The bars, each price rounded to the tick, half to even, as the lists' own check does.
  static func bars() throws -> [Bar] {
    let terms = try InstrumentCatalogue.builtIn.instrument("btc-perp").terms
    return try rows("bars.csv.gz").map { cells in
      func price(_ index: Int) throws -> Price {
        let units = try FixedDecimal(cells[index]).wideCoefficient(
          atScale: terms.tick.scale, rounding: .halfEven)
        return Price(ticks: Int64(units))
      }
      return Bar(
        instrument: InstrumentID(0), closedAt: Timestamp(nanoseconds: Int64(cells[0])!),
        prices: OpenHighLowClose(
          open: try price(1), high: try price(2), low: try price(3), close: try price(4)),
        volume: 0)
    }
  }

  /// The cells of a file behind its header.
  static func rows(_ name: String) throws -> [[String]] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dcf", "\(folder)/\(name)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(whereSeparator: \.isNewline).dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// A list of fills with the bar's time in the second column.
  static func nautilus(_ name: String, _ bars: [Bar]) throws -> [Row] {
    let places = Dictionary(
      uniqueKeysWithValues: bars.enumerated().map { ($1.closedAt.nanoseconds, $0) })
    return try rows(name).map { cells in
      let lots = try FixedDecimal(cells[5]).coefficient(atScale: 3)!
      return Row(
        bar: places[Int64(cells[1])!]!, lots: cells[3] == "BUY" ? lots : -lots,
        ticks: try FixedDecimal(cells[6]).coefficient(atScale: 1)!)
    }
  }

  /// A list of fills with bar, signed size and ticks.
  static func ours(_ name: String) throws -> [Row] {
    try rows(name).map {
      Row(bar: Int($0[0])!, lots: Int64($0[1])! * 1_000, ticks: Int64($0[2])!)
    }
  }

  /// A list of round trips, sorted by their entry.
  static func trips(_ name: String) throws -> [[Int64]] {
    try rows(name).map { cells in
      // The peer works in floating point and keeps prices that are off the tick.
      let entry = Int64(
        try FixedDecimal(cells[3]).wideCoefficient(atScale: 1, rounding: .halfEven))
      let exit = Int64(
        try FixedDecimal(cells[4]).wideCoefficient(atScale: 1, rounding: .halfEven))
      return [Int64(cells[1])!, Int64(cells[2])!, Int64(cells[0])!, entry, exit]
    }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The round trips that fills make up, sorted by their entry.
  static func trips(of rows: [Row]) -> [[Int64]] {
    var trips: [[Int64]] = []
    var position: Int64 = 0
    var entry: Row?
    for row in rows {
      var lots = row.lots
      if let opened = entry, position != 0, (lots < 0) != (position < 0) {
        trips.append([Int64(opened.bar), Int64(row.bar), position / 1_000, opened.ticks, row.ticks])
        lots += position
        position = 0
      }
      if lots != 0 {
        position = lots
        entry = row
      }
    }
    return trips.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Runs one strategy over `bars`.
  static func run(
    _ bars: [Bar], _ strategy: String, _ parameters: [String: String] = [:], _ policy: FillPolicy
  ) throws -> Backtest.Outcome {
    let plan = try plan(strategy, parameters, policy)
    var feed = SeriesFeed([bars])
    return try Backtest.run(plan, over: &feed, journal: NullJournal()).outcome
  }

  /// A plan of one strategy on the perpetual with a million.
  static func plan(
    _ strategy: String, _ parameters: [String: String], _ policy: FillPolicy
  ) throws -> RunPlan {
    let instrument = try InstrumentCatalogue.builtIn.instrument("btc-perp")
    return RunPlan(
      instruments: [instrument],
      strategies: [
        RunPlan.StrategyPlan(
          label: strategy, strategy: strategy,
          parameters: parameters.map { RunPlan.Parameter($0.key, $0.value) },
          instruments: [InstrumentID(0)], capital: 1_000_000 * 100_000_000)
      ],
      policy: policy, limits: .research, currency: .usdt)
  }

  /// The fills of a run as rows.
  static func rows(_ outcome: Backtest.Outcome) -> [Row] {
    outcome.results.fills.map {
      Row(
        bar: $0.bar, lots: $0.fill.quantity.lots * $0.order.side.sign, ticks: $0.fill.price.ticks)
    }
  }
}
