import OmniBacktest
import OmniDataProviders
import OmniKernel
import OmniMarketData
import OmniMatching
import OmniModel
import OmniMoney
import OmniPlatform
import OmniReports
import OmniRisk

/// `omni backtest`: one strategy over one bar file.
struct BacktestCommand: Command {
  static let name = "backtest"
  static let summary = "runs a strategy over a bar file, with risk, orders, positions and books"
  static let options: [Option] = [
    Option("--bars", "FILE.csv", "bars: ts_ns,open,high,low,close,volume (may be gzipped)"),
    Option("--instrument", "SYMBOL", "whose bars they are, such as btc-perp"),
    Option("--strategy", "NAME", "which strategy; omni strategies list names them"),
    Option("--param", "KEY=VALUE", "a setting of the strategy", repeats: true),
    Option("--fill-policy", "NAME", "omni, nautilus-1.221 or backtesting.py"),
    Option("--cash", "AMOUNT", "what the account starts with (1000000)"),
    Option("--fills", "OUT.csv", "writes bar,side,quantity,price of every fill"),
    Option("--trades", "OUT.csv", "writes every round trip"),
    Option("--report", "OUT.html", "writes the report, one file without network"),
    Option("--journal", "FOLDER", "journals the run, so that omni replay can prove it"),
    Option("--resume", nil, "goes on with the interrupted run in the journal's folder"),
    Option("--ledger", "DIR", "posts every fill and fee to the ledger there (needs --journal)"),
    Option("--quarantine", "OUT.csv", "sets bad rows aside in a file and goes on without them"),
    Option("--config", "FILE", "settings, limits of risk among them (YAML or JSON)"),
    Option("--set", "KEY=VALUE", "one setting", repeats: true),
    .json,
  ]
  static let example = """
    omni backtest --bars bars.csv --instrument btc-perp --strategy ema-cross \\
        --param fast=10 --param slow=20 --fills fills.csv --report report.html
    """

  static func run(_ arguments: Arguments, _ console: Console) throws {
    let settings = try Settings.load(
      file: arguments.value("--config"), overrides: arguments.all("--set"))
    let instrument = try instrument(arguments)
    let plan = try plan(arguments, settings, instrument)
    _ = try roster(plan)
    let recording = try recording(arguments)
    let ledger = try ledger(arguments)
    try checkOutputs(arguments)
    let (bars, warnings) = try bars(arguments, instrument, console)
    var job = RunJob(plan: plan, series: [bars], recording: recording)
    job.segmentBytes = settings.segmentBytes
    job.durability = settings.durability
    job.ledger = ledger
    var progress = ProgressBar("backtest", total: bars.count, console)
    let result = try job.run(console) { progress.show($0) }
    let outcome = result.outcome
    for warning in warnings + shortfalls(outcome.results) { console.message("warning: \(warning)") }
    try write(outcome, arguments, warnings: warnings)
    let printer = ResultPrinter(outcome: outcome, postings: result.postings)
    console.print(arguments.has("--json") ? printer.json.text : printer.text)
  }

  /// Refuses files that could not be written, before the run and not after it.
  private static func checkOutputs(_ arguments: Arguments) throws {
    var taken = ["--bars": arguments.value("--bars")]
    for option in ["--fills", "--trades", "--report", "--quarantine"] {
      guard let path = arguments.value(option) else { continue }
      if let other = taken.keys.sorted().first(where: { taken[$0] == path }) {
        throw Problem.usage(
          "CLI-016", "\(option) and \(other) both name \(path)", wanted: "a file for each",
          remedy: "name another file")
      }
      let isFolder = (try? FileSystem.names(in: path)) != nil
      guard !path.isEmpty, !isFolder, FileSystem.exists(FileSystem.folder(of: path)) else {
        throw Problem.usage(
          "CLI-017", "\(option) is \(path), which is \(isFolder ? "a folder" : "in no folder")",
          wanted: "a file in a folder that is there", remedy: "name another file")
      }
      taken[option] = path
    }
  }

  private static func roster(_ plan: RunPlan) throws {
    do {
      _ = try Backtest.roster(of: plan)
    } catch {
      throw RunJob.problem(error)
    }
  }

  static func instrument(_ arguments: Arguments) throws -> Instrument {
    let symbol = try arguments.required("--instrument", self)
    do {
      return try InstrumentCatalogue.builtIn.instrument(symbol)
    } catch {
      throw Problem(
        error.code, "there is no instrument \(error.symbol)",
        wanted: error.nearest ?? "a symbol of the catalogue",
        remedy: "see omni data instruments")
    }
  }

  private static func plan(
    _ arguments: Arguments, _ settings: Settings, _ instrument: Instrument
  ) throws -> RunPlan {
    let strategy = try arguments.required("--strategy", self)
    let policy = try policy(arguments) ?? settings.policy
    let currency = instrument.terms.currency
    var cash = try settings.cash(in: currency)
    if let text = arguments.value("--cash") {
      guard let decimal = try? FixedDecimal(text),
        let amount = Amount(decimal, currency: currency), amount.minorUnits > 0
      else {
        throw Problem.usage(
          "CLI-009", "--cash is \(text)", wanted: "an amount of \(currency) above zero",
          remedy: "give such an amount")
      }
      cash = amount
    }
    return RunPlan(
      instruments: [instrument],
      strategies: [
        RunPlan.StrategyPlan(
          label: strategy, strategy: strategy, parameters: try parameters(arguments),
          instruments: [InstrumentID(0)], capital: cash.minorUnits)
      ],
      policy: policy, limits: try settings.limits(for: instrument.terms), currency: currency)
  }

  private static func policy(_ arguments: Arguments) throws -> FillPolicy? {
    guard let name = arguments.value("--fill-policy") else { return nil }
    guard let policy = FillPolicy.named(name) else {
      throw Problem.usage(
        "CLI-010", "there is no fill policy \(name)",
        wanted: "one of \(FillPolicy.presets.map(\.name).joined(separator: ", "))",
        remedy: "name one of them")
    }
    return policy
  }

  static func parameters(_ arguments: Arguments) throws -> [RunPlan.Parameter] {
    var names: Set<String> = []
    return try arguments.all("--param").map { text in
      let pieces = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pieces.count == 2, !pieces[0].isEmpty, names.insert(String(pieces[0])).inserted else {
        throw Problem.usage(
          "CLI-011", "--param is \(text)", wanted: "KEY=VALUE, each key once",
          remedy: "see omni strategies show NAME")
      }
      return RunPlan.Parameter(String(pieces[0]), String(pieces[1]))
    }
  }

  private static func recording(_ arguments: Arguments) throws -> RunJob.Recording {
    guard let folder = arguments.value("--journal") else {
      if arguments.has("--resume") {
        throw Problem.usage(
          "CLI-012", "--resume stands without --journal", wanted: "the journal's folder",
          remedy: "add --journal FOLDER")
      }
      return .off
    }
    return arguments.has("--resume") ? .resumed(folder) : .new(folder)
  }

  private static func ledger(_ arguments: Arguments) throws -> LedgerFolder? {
    guard let folder = arguments.value("--ledger") else { return nil }
    guard arguments.has("--journal") else {
      throw Problem.usage(
        "CLI-034", "--ledger stands without --journal",
        wanted: "the journal that the postings follow from", remedy: "add --journal FOLDER")
    }
    return LedgerFolder(path: folder)
  }

  private static func bars(
    _ arguments: Arguments, _ instrument: Instrument, _ console: Console
  ) throws -> (bars: [Bar], warnings: [String]) {
    let path = try arguments.required("--bars", self)
    do {
      guard let quarantine = arguments.value("--quarantine") else {
        let (bars, facts) = try BarFile.load(
          path: path, instrument: InstrumentID(0), terms: instrument.terms)
        return (bars, warnings(facts))
      }
      var rows = "line,byte_offset,code,reason,row\n"
      let (bars, facts) = try BarFile.load(
        path: path, instrument: InstrumentID(0), terms: instrument.terms,
        settingAside: { rows += line($0) })
      try write(rows, to: quarantine)
      console.message(
        "quarantine: \(facts.quarantinedCount) of \(facts.rows) rows set aside in \(quarantine)")
      if bars.isEmpty {
        throw Problem(
          "BAR-008", "\(path) has no good row", wanted: "at least one bar",
          remedy: "look into \(quarantine)")
      }
      return (bars, warnings(facts))
    } catch let error as BarFileError {
      throw Problem(error)
    }
  }

  private static func line(_ row: QuarantinedRow) -> String {
    let reason = "\(row.error.found); wanted \(row.error.wanted)"
    let cells = [
      String(row.line), String(row.byteOffset), row.error.code.rawValue, quoted(reason),
      quoted(row.text),
    ]
    return cells.joined(separator: ",") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  private static func warnings(_ facts: BarFileFacts) -> [String] {
    var lines: [String] = []
    if !facts.unknownColumns.isEmpty {
      let names = facts.unknownColumns.joined(separator: ", ")
      lines.append("columns that are not a bar's were ignored: \(names)")
    }
    if facts.interpolated.count > 0 {
      let first = facts.interpolated.firstLines.map(String.init).joined(separator: ", ")
      let more = facts.interpolated.count > facts.interpolated.firstLines.count ? ", …" : ""
      lines.append(
        "\(facts.interpolated.count) rows of interpolated prices were rounded to the tick: "
          + "lines \(first)\(more)")
    }
    return lines
  }

  /// What a real account would not have survived.
  private static func shortfalls(_ results: RunResults) -> [String] {
    results.parts.compactMap { part in
      // The curve is thinned out, the drawdown is not: all of the peak is at least the capital.
      guard let fall = part.statistics.maximumDrawdown, fall >= 1 else { return nil }
      return "\(part.name) lost all of its capital; a real account would have been closed"
    }
  }

  private static func write(
    _ outcome: Backtest.Outcome, _ arguments: Arguments, warnings: [String]
  ) throws {
    if let path = arguments.value("--fills") {
      try FillsFile.write(outcome.results, to: path)
    }
    if let path = arguments.value("--trades") {
      try TradesFile.write(outcome.results, to: path)
    }
    if let path = arguments.value("--report") {
      let title =
        "\(outcome.results.plan.strategies[0].label) on "
        + outcome.results.plan.instruments[0].symbol
      var builder = ReportBuilder(outcome: outcome, title: title, command: "omni backtest")
      builder.warnings = warnings.map { RunReport.Statement("Data", $0) }
      try builder.write(to: path)
    }
  }

  private static func write(_ text: String, to path: String) throws {
    do {
      try FileSystem.replaceFile(path, with: Array(text.utf8))
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "name another file")
    }
  }
}
