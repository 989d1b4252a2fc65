import OmniBacktest
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniPlatform
import OmniPortfolio
import OmniReports
import OmniRisk
import OmniStorage
import OmniWriteAheadLog

/// `omni demo`: the main job on real market data.
struct DemoCommand: Command {
  static let name = "demo"
  static let summary = "runs several strategies over real market data, and proves the run"
  static let options: [Option] = [
    Option("--headless", nil, "ends by itself and draws no progress bars"),
    Option("--data", "FOLDER", "where the demo's data are (.omni/demo)"),
    Option("--out", "FOLDER", "where journal, ledger and report go (.omni/runs/demo)"),
    .json,
  ]
  static let example = "omni demo --headless"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    let out = arguments.value("--out") ?? ".omni/runs/demo"
    let isQuiet = arguments.has("--json")
    let data = try DemoData(folder: arguments.value("--data") ?? DemoData.folder)
    let series = try data.load(console)
    if !isQuiet { announce(series, console) }
    let plan = try DemoPlan.make(series)
    let journal = "\(out)/journal"
    let ledger = LedgerFolder(path: "\(out)/ledger", identity: ledgerIdentity)
    try ledger.removeOwn(console)
    try clear(journal)
    var job = RunJob(plan: plan, series: DemoPlan.bars(series), recording: .new(journal))
    job.ledger = ledger
    var progress = ProgressBar("running ", total: job.barCount, silenced(arguments, console))
    let result = try job.run(console) { progress.show($0) }
    let outcome = result.outcome
    let replayed = try verify(journal, outcome, total: job.barCount, silenced(arguments, console))
    let report = "\(out)/report.html"
    try write(outcome, series, data, to: report)
    let line = summary(outcome, isIdentical: replayed)
    let proof = try DemoProof.make(ledger, in: out, console)
    if isQuiet {
      console.print(json(result, journal: journal, report: report, line: line, proof: proof).text)
    } else {
      console.print(ResultPrinter(outcome: outcome, postings: result.postings).text)
      console.print("")
      console.print("journal  \(journal)   (omni replay \(journal) --verify)")
      console.print(
        "ledger   \(ledger.path)   (omni ledger trial --ledger \(ledger.path))")
      console.print("report   \(report)")
      console.print("receipt  \(proof.receipt)   (\(proof.command))")
      console.print("")
      console.print(proof.checkpoint)
      console.print(proof.line)
      console.print(line)
    }
    if !replayed || !outcome.isBalanced {
      throw Problem(
        "DEM-003", "the run could not be proven", wanted: "replay=identical ledger=balanced",
        remedy: "report it with the journal")
    }
  }

  /// `omni demo ledger`: by it the demo knows its own ledger again, and leaves any other alone.
  private static let ledgerIdentity = LogIdentity(0x6F6D_6E69_2064_656D_6F20_6C65_6467_6572)

  private static func silenced(_ arguments: Arguments, _ console: Console) -> Console {
    arguments.has("--headless") || arguments.has("--json")
      ? Console(output: { _ in }, messages: { _ in }) : console
  }

  private static func announce(_ series: [DemoData.Series], _ console: Console) {
    console.print("omni demo: real market data, \(series.count) instruments")
    var last = ""
    for one in series where one.file != last {
      last = one.file
      let same = series.filter { $0.file == one.file }
      let bars = same.reduce(0) { $0 + $1.bars.count }
      let names = same.count == 1 ? one.instrument.symbol : "\(same.count) shares"
      let faults = QualityWords.line(same.map(\.report))
      console.print("  \(names): \(bars) bars from \(one.file)\(faults)")
    }
  }

  /// Removes the journal of the demo before, and nothing that is not a journal's.
  private static func clear(_ journal: String) throws {
    do {
      guard FileSystem.exists(journal) else { return }
      for name in try FileSystem.names(in: journal) where name.hasPrefix("segment-") {
        try FileSystem.remove("\(journal)/\(name)")
      }
    } catch {
      throw Problem(describing: error, code: error.code, remedy: "name another folder with --out")
    }
  }

  /// Replays the journal and holds every record and the digest against the run's.
  private static func verify(
    _ journal: String, _ outcome: Backtest.Outcome, total: Int, _ console: Console
  ) throws -> Bool {
    var progress = ProgressBar("replaying", total: total, console)
    do {
      let replay = try Replay.verify(
        DirectoryJournalStore(journal), against: DirectoryJournalStore(journal)
      ) { done in
        progress.show(done)
        return true
      }
      return replay.outcome.digest == outcome.digest && replay.end == .sealed
    } catch {
      if case .journal(let failure) = error { throw RunJob.problem(failure) }
      throw Problem(describing: error, code: error.code, remedy: "report it with the journal")
    }
  }

  private static func write(
    _ outcome: Backtest.Outcome, _ series: [DemoData.Series], _ data: DemoData, to path: String
  ) throws {
    var builder = ReportBuilder(
      outcome: outcome, title: "Demo: five kinds of strategy on real market data",
      command: "omni demo")
    builder.replay = .holds
    builder.sources = try DemoSources.list(series, folder: data.folder)
    builder.warnings = [
      RunReport.Statement(
        "Survivorship",
        "The twenty shares were chosen because they were large in 2022; a strategy that could buy "
          + "them in 1990 knew too much. The figures show that the machinery works, not what a "
          + "strategy earns."),
      RunReport.Statement(
        "Adjusted prices",
        "The daily series are adjusted for splits and dividends, so old prices are smaller than "
          + "those that were paid."),
    ]
    try builder.write(to: path)
  }

  /// The last line, which says what happened and whether it is proven.
  static func summary(_ outcome: Backtest.Outcome, isIdentical: Bool) -> String {
    let equity = Amount(
      minorUnits: outcome.results.total.sum.equity, currency: outcome.results.plan.currency)
    return "demo: events=\(outcome.eventCount) orders=\(outcome.results.counts.orders) "
      + "fills=\(outcome.results.counts.fills) equity=\(equity.decimalText) "
      + "digest=\(outcome.digest) replay=\(isIdentical ? "identical" : "different") "
      + "ledger=\(outcome.isBalanced ? "balanced" : "unbalanced")"
  }

  private static func json(
    _ run: RunJob.Result, journal: String, report: String, line: String, proof: DemoProof
  ) -> JSONText {
    .object([
      ("summary", .text(line)), ("journal", .text(journal)), ("report", .text(report)),
      ("receipt", .text(proof.receipt)), ("key", .text(proof.key)), ("proof", .text(proof.line)),
      ("result", ResultPrinter(outcome: run.outcome, postings: run.postings).json),
    ])
  }
}
