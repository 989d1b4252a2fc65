import Foundation
import OmniPlatform
import Testing

@Suite("omni backtest")
struct BacktestCommandTests {
  typealias NaiveBar = NaiveModel.NaiveBar

  static let strategies: [(name: String, extra: [String], rules: NaiveModel.Strategy)] = [
    ("ema-cross", ["--param", "fast=10", "--param", "slow=20"], .emaCross),
    ("rsi-limit", [], .rsiLimit),
    ("breakout-bracket", [], .bracket(stop: 1_500, target: 3_000)),
    (
      "breakout-bracket", ["--param", "stop=20", "--param", "target=20"],
      .bracket(stop: 200, target: 200)
    ),
  ]

  // MARK: Fills

  @Test(.enabled(if: GoldenBarFile.isPresent, Comment(rawValue: GoldenBarFile.absence)))
  func `the golden file as it is gives the fills of a plain model, for each policy`() throws {
    try Runs.inFolder { folder in
      let bars = try GoldenBarFile.bars()
      for mode in NaiveModel.Mode.allCases {
        for strategy in Self.strategies {
          try expectSame(GoldenBarFile.path, bars, strategy, mode, folder)
        }
      }
    }
  }

  @Test(.enabled(if: GoldenBarFile.isPresent, Comment(rawValue: GoldenBarFile.absence)))
  func `the fills' file holds the list of nautilus, and one fill for a reversal`() throws {
    try Runs.inFolder { folder in
      let plain = "\(folder)/bars.csv"
      try FileSystem.replaceFile(plain, with: try GoldenBarFile.bytes())
      let bars = try GoldenBarFile.bars()
      let places = Dictionary(uniqueKeysWithValues: bars.enumerated().map { ($1.time, $0) })
      let list = try Journals.bytes("\(GoldenBarFile.folder)/nt_ema_fills.csv")
      let wanted = try GoldenBarFile.rows(of: list).map { cells in
        let bar = try #require(Int64(cells[1]).flatMap { places[$0] })
        let units = try #require(Double(cells[5]))
        return "\(bar),\(cells[3].lowercased()),\(Int(units)).000,\(cells[6])"
      }

      let out = "\(folder)/fills.csv"
      let outcome = omni(Self.line(plain, "ema-cross") + ["--fills", out, "--json"])
      #expect(outcome.code == 0)
      let lines = GoldenBarFile.lines(of: try Journals.bytes(out))

      #expect(lines.first == "bar,side,quantity,price")
      #expect(lines.dropFirst().elementsEqual(wanted))
      #expect(lines.dropFirst(2).allSatisfy { $0.contains(",2.000,") })
      #expect(outcome.messages.contains("10 rows of interpolated prices were rounded"))
      let json = try Self.object(outcome.output)
      #expect(json["fills"] as? Int == wanted.count)
      #expect(json["bars"] as? Int == bars.count)
      #expect(json["ledger"] as? String == "balanced")
    }
  }

  @Test(.enabled(if: GoldenBarFile.isPresent, Comment(rawValue: GoldenBarFile.absence)))
  func `files made from the golden one give the fills of a plain model`() throws {
    let all = try GoldenBarFile.bars()
    let some = Array(all[20_000..<25_000])
    let files: [(String, [NaiveBar])] = [
      ("first 5,000", Array(all[..<5_000])),
      ("reversed", GoldenBarFile.reversed(some)),
      ("upside down", GoldenBarFile.mapped(some) { 600_000 - $0 }.map(Self.swapped)),
      ("times three", GoldenBarFile.mapped(some) { $0 * 3 }),
      ("a tenth", GoldenBarFile.mapped(some) { $0 / 10 }),
      ("near zero", GoldenBarFile.mapped(some) { $0 / 100 }),
      ("flat", GoldenBarFile.mapped(Array(all[..<500])) { _ in 463_190 }),
      ("one bar", Array(all[..<1])), ("two bars", Array(all[..<2])),
      ("twenty bars", Array(all[..<20])), ("twenty-one bars", Array(all[..<21])),
    ]
    try Runs.inFolder { folder in
      for (name, bars) in files {
        let path = "\(folder)/\(name).csv"
        try FileSystem.replaceFile(path, with: Array(GoldenBarFile.text(bars).utf8))
        for mode in NaiveModel.Mode.allCases {
          for strategy in Self.strategies {
            try expectSame(path, bars, strategy, mode, folder)
          }
        }
      }
    }
  }

  @Test func `bars that jump at random give the fills of a plain model`() throws {
    try Runs.inFolder { folder in
      for seed in UInt64(0)..<12 {
        let bars = Self.jumps(600, seed: seed)
        let path = "\(folder)/seed \(seed).csv"
        try FileSystem.replaceFile(path, with: Array(GoldenBarFile.text(bars).utf8))
        for mode in NaiveModel.Mode.allCases {
          for strategy in Self.strategies {
            try expectSame(path, bars, strategy, mode, folder)
          }
        }
      }
    }
  }

  // MARK: Output

  @Test func `json is one object on one line and nothing else`() throws {
    try Runs.inFolder { folder in
      let path = try Self.file(folder)
      let outcome = omni(Self.line(path, "rsi-limit") + ["--json"])

      #expect(outcome.code == 0 && outcome.messages.isEmpty)
      #expect(outcome.output.filter { $0 == "\n" }.count == 1)
      let json = try Self.object(outcome.output)
      #expect(json["digest"] is String && json["per_strategy"] is [Any])
    }
  }

  @Test func `the policy of the command line stands above the one of the settings`() throws {
    try Runs.inFolder { folder in
      let line = Self.line(try Self.file(folder), "ema-cross") + ["--json"]
      func policy(_ more: String...) throws -> String? {
        try Self.object(omni(line + more).output)["fill_policy"] as? String
      }
      #expect(try policy() == "omni")
      #expect(try policy("--set", "backtest.fill_policy=backtesting.py") == "backtesting.py")
      #expect(
        try policy(
          "--set", "backtest.fill_policy=backtesting.py", "--fill-policy", "nautilus-1.221")
          == "nautilus-1.221")
    }
  }

  @Test func `cash of the command line is what the account starts with`() throws {
    try Runs.inFolder { folder in
      let line = Self.line(try Self.file(folder), "ema-cross") + ["--json"]
      let json = try Self.object(omni(line + ["--cash", "2500.5"]).output)
      #expect(json["equity_start"] as? String == "2500.50000000")
    }
  }

  @Test func `a terminal is shown how far the run is, and a pipe is not`() throws {
    try Runs.inFolder { folder in
      let line = Self.line(try Self.file(folder), "ema-cross")
      let shown = omni(line, isTerminal: true)
      let plain = omni(line)
      #expect(shown.code == 0 && shown.output == plain.output && plain.messages.isEmpty)
      #expect(shown.messages.hasPrefix("\rbacktest ") && shown.messages.hasSuffix(" 100 %\n"))
      #expect(shown.messages.split(separator: "\r").count <= 101)
    }
  }

  @Test func `a journal's folder that cannot be is told, and nothing is written`() throws {
    try Runs.inFolder { folder in
      let path = try Self.file(folder)
      let fills = "\(folder)/fills.csv"
      for journal in [path, "\(path)/journal", ""] {
        let outcome = omni(Self.line(path, "ema-cross") + ["--journal", journal, "--fills", fills])
        #expect(outcome.code == 1 && outcome.output.isEmpty, "\(journal)")
        #expect(
          outcome.messages.wholeMatch(of: /error\[STO-001\]: .+; wanted .+; do .+\n/) != nil,
          "\(outcome.messages)")
        #expect(!FileSystem.exists(fills))
      }
    }
  }

  @Test func `bars that are centuries apart are run to their end`() throws {
    try Runs.inFolder { folder in
      let path = "\(folder)/far.csv"
      let text =
        "ts_ns,open,high,low,close,volume\n-9223372036854775808,1,1,1,1,1\n"
        + "-1,3,3,3,3,1\n9223372036854775807,2,2,2,2,1\n"
      try FileSystem.replaceFile(path, with: Array(text.utf8))
      let outcome = omni(
        Self.line(path, "ema-cross")
          + [
            "--param", "fast=1", "--param", "slow=2", "--trades", "\(folder)/t.csv", "--set",
            "risk.price_age_max_seconds=60",
          ])
      #expect(outcome.code == 0, "\(outcome.messages)")
    }
  }

  @Test func `an account that is lost is told, though it comes back`() throws {
    try Runs.inFolder { folder in
      var bars = Self.jumps(60, seed: 1).map { bar in
        NaiveBar(time: bar.time, open: 1_000_000, high: 1_000_000, low: 1_000_000, close: 1_000_000)
      }
      for index in 20..<23 { bars[index].close += 10 * Int64(index) }
      for index in 20..<23 { bars[index].high = bars[index].close }
      for index in 30..<31 {
        (bars[index].close, bars[index].low) = (10, 10)
      }
      let path = "\(folder)/lost.csv"
      try FileSystem.replaceFile(path, with: Array(GoldenBarFile.text(bars).utf8))
      let outcome = omni(
        Self.line(path, "breakout-bracket")
          + [
            "--cash", "20000", "--fill-policy", "backtesting.py", "--param", "stop=99990",
            "--param", "target=1000000",
          ])
      #expect(outcome.code == 0)
      #expect(outcome.messages.contains("lost all of its capital"), "\(outcome.output)")
    }
  }

  // MARK: The ledger under a run

  @Test func `a run's postings are in the ledger, and the same run again adds none`() throws {
    try Runs.inFolder { folder in
      let ledger = "\(folder)/ledger"
      let (journal, line, _) = try Journals.make(folder, bars: 600, ["--ledger", ledger])
      let fills = try #require(
        try Self.object(omni("replay", journal, "--json").output)["fills"] as? Int)
      #expect(fills > 2)

      let trial = omni("ledger", "trial", "--ledger", ledger, "--json")
      #expect(trial.code == 0 && trial.messages.isEmpty, "\(trial.messages)")
      let scrub = omni("ledger", "scrub", "--ledger", ledger)
      #expect(scrub.code == 0, "\(scrub.output)")

      // Another journal of the same run: everything is known.
      let again = line.map { $0 == journal ? journal + "-again" : $0 }
      let json = try Self.object(omni(again).output)
      let postings = try #require(json["postings"] as? [String: Any])
      #expect(postings["accepted"] as? Int == 0)
      #expect(postings["exists"] as? Int == fills + 1)
      #expect(postings["ledger"] as? String == ledger)
      // The fees of the run are those of the account.
      let balance = try Self.object(
        omni(
          "ledger", "balance", "expenses:fees:rsi-limit", "--ledger", ledger, "--json"
        ).output)
      let fees = try #require(json["fees"] as? String)
      #expect(balance["balance"] as? String == fees)
      let plain = omni(
        again.filter { $0 != "--json" }.map { $0 + ($0 == journal + "-again" ? "2" : "") })
      #expect(plain.output.contains("postings 0 taken, \(fills + 1) known, every balance as in"))
    }
  }

  @Test func `a ledger that cannot take the postings is told before the run, or with its place`()
    throws
  {
    try Runs.inFolder { folder in
      let path = try Self.file(folder, bars: 600)
      let line = Self.line(path, "rsi-limit") + ["--ledger", "\(folder)/ledger"]
      let alone = omni(line)
      #expect(alone.code == 64)
      #expect(alone.messages.hasPrefix("error[CLI-034]: "), "\(alone.messages)")
      #expect(!FileSystem.exists("\(folder)/ledger"))

      // A journal that cannot be begun leaves no ledger behind, and no accounts in one.
      let (taken, _, _) = try Journals.make(folder, bars: 60, name: "taken")
      #expect(omni(line + ["--journal", taken]).messages.hasPrefix("error[STO-003]: "))
      let none = omni(line + ["--journal", "\(folder)/none", "--resume"])
      #expect(none.messages.hasPrefix("error[STO-002]: "), "\(none.messages)")
      #expect(!FileSystem.exists("\(folder)/ledger"))

      #expect(omni(line + ["--journal", "\(folder)/one"]).code == 0)
      // Other bars under the same plan: the same numbers, and other content.
      let others = try Self.file(folder, bars: 600, seed: 8)
      let other = omni(
        Self.line(others, "rsi-limit")
          + ["--ledger", "\(folder)/ledger", "--journal", "\(folder)/two"])
      expectRefused(other, "LED-032", "the ledger says nonce_conflict of posting 0 of record ")
      // Another plan with the same accounts.
      let cash = omni(
        line + ["--journal", "\(folder)/three", "--cash", "777"])
      expectRefused(cash, "LED-031", "is in the ledger already")
      #expect(omni("ledger", "scrub", "--ledger", "\(folder)/ledger").code == 0)
    }
  }

  static func line(_ path: String, _ strategy: String) -> [String] {
    ["backtest", "--bars", path, "--instrument", "btc-perp", "--strategy", strategy]
  }

  /// A file of 600 bars that jump.
  static func file(_ folder: String, bars: Int = 600, seed: UInt64 = 7) throws -> String {
    let path = "\(folder)/bars-\(bars)-\(seed).csv"
    let text = GoldenBarFile.text(jumps(bars, seed: seed))
    try FileSystem.replaceFile(path, with: Array(text.utf8))
    return path
  }

  static func object(_ text: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [String: Any])
  }

  /// Bars in which gaps, touches to the tick and bars that hold both levels are frequent.
  static func jumps(_ count: Int, seed: UInt64) -> [NaiveBar] {
    let closes = Runs.walk(count, seed: seed)
    return closes.enumerated().map { index, walked in
      let close = walked / 50 * 50
      let open = index % 3 == 0 ? close + Int64(index % 7 - 3) * 100 : closes[max(0, index - 1)]
      let reach = Int64(index % 5) * 50
      return NaiveBar(
        time: Runs.start + Int64(index) * Runs.minute, open: open, high: max(open, close) + reach,
        low: min(open, close) - reach, close: close)
    }
  }

  private static func swapped(_ bar: NaiveBar) -> NaiveBar {
    NaiveBar(time: bar.time, open: bar.open, high: bar.low, low: bar.high, close: bar.close)
  }

  /// Runs one strategy on `path` and holds its fills against the model's on `bars`.
  private func expectSame(
    _ path: String, _ bars: [NaiveBar],
    _ strategy: (name: String, extra: [String], rules: NaiveModel.Strategy),
    _ mode: NaiveModel.Mode, _ folder: String
  ) throws {
    let out = "\(folder)/fills.csv"
    let wanted = NaiveModel(bars: bars, mode: mode).fills(strategy.rules).map(\.line)
    let outcome = omni(
      Self.line(path, strategy.name) + strategy.extra
        + ["--fill-policy", mode.rawValue, "--fills", out])
    let what = "\(path), \(strategy.name) \(strategy.extra), \(mode)"
    try #require(outcome.code == 0, "\(what): \(outcome.messages)")
    let found = Array(GoldenBarFile.lines(of: try Journals.bytes(out)).dropFirst())
    #expect(found.count == wanted.count, "\(what)")
    if let index = zip(found, wanted).enumerated().first(where: { $1.0 != $1.1 })?.offset {
      Issue.record("\(what): fill \(index) is \(found[index]), wanted \(wanted[index])")
    }
  }
}
