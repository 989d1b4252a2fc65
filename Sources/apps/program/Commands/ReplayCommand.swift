import OmniBacktest
import OmniKernel
import OmniPosting
import OmniStorage

/// `omni replay`: a journal's run, done again.
struct ReplayCommand: Command {
  static let name = "replay"
  static let summary = "runs a journal again, or shows the state at any record or instant of it"
  static let positional = "JOURNAL"
  static let options: [Option] = [
    Option("--verify", nil, "holds every record that follows against the journal's"),
    Option("--ledger", "DIR", "posts what the journal leads to, and the ledger there lacks"),
    Option("--at", "WHEN", "shows the state after that many records, at an instant, or at the end"),
    Option("--snapshots", "DIR", "keeps what makes --at quick there (JOURNAL/snapshots)"),
    Option("--stride", "N", "records between two snapshots (1048576)"),
    .json,
  ]
  static let example = "omni replay .omni/runs/demo/journal --verify"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    guard arguments.positional.count == 1, let folder = arguments.positional.first else {
      throw Problem.usage(
        "CLI-013", "\(arguments.positional.count) journals are named", wanted: "one",
        remedy: "see omni replay --help")
    }
    if try ReplayState(arguments).show(folder, console) { return }
    let (result, postings) = try replay(
      folder, isVerified: arguments.has("--verify"),
      ledger: arguments.value("--ledger").map { LedgerFolder(path: $0) }, console)
    if let tail = warning(result.end) { console.message("warning: \(tail)") }
    console.print(
      arguments.has("--json") ? json(result, postings).text : text(result, postings))
  }

  private static func replay(
    _ folder: String, isVerified: Bool, ledger: LedgerFolder?, _ console: Console
  ) throws -> (Replay.Result, PostingCount?) {
    guard let ledger else {
      var none = NoPostings()
      return (try replay(folder, isVerified: isVerified, &none), nil)
    }
    let plan = try wrapped { () throws(Replay.Failure) in
      try JournalFeed(DirectoryJournalStore(folder)).plan
    }
    try RunJob.synchronize(folder)
    var postings = try ledger.openForPostings(of: plan, console)
    let result = try replay(folder, isVerified: isVerified, &postings)
    return (result, try ledger.close(postings, console))
  }

  private static func replay(
    _ folder: String, isVerified: Bool, _ postings: inout some PostingSink & ~Copyable
  ) throws -> Replay.Result {
    do throws(Replay.Failure) {
      return isVerified
        ? try Replay.verify(
          DirectoryJournalStore(folder), against: DirectoryJournalStore(folder),
          postings: &postings)
        : try Replay.run(DirectoryJournalStore(folder), postings: &postings)
    } catch {
      throw problem(error)
    }
  }

  private static func wrapped<Value>(
    _ body: () throws(Replay.Failure) -> Value
  ) throws -> Value {
    do throws(Replay.Failure) { return try body() } catch { throw problem(error) }
  }

  static func problem(_ failure: Replay.Failure) -> Problem {
    switch failure {
    case .journal(let cause): RunJob.problem(cause)
    case .run(.ledger(let cause)): LedgerFolder.problem(cause)
    default:
      Problem(
        describing: failure, code: failure.code, remedy: "take the journal from a backup")
    }
  }

  /// What to say about a journal that was not closed.
  static func warning(_ end: JournalEnd) -> String? {
    switch end {
    case .sealed: nil
    case .unsealed: "the journal was not closed: the run was interrupted"
    case .torn(let tail): "torn tail cut: \(tail)"
    }
  }

  private static func text(_ result: Replay.Result, _ postings: PostingCount?) -> String {
    let recorded = result.recordedDigest.map { "\($0)" } ?? "none: the run did not come to its end"
    let verdict =
      result.comparedCount > 0
      ? "identical: \(result.comparedCount) of \(result.recordCount) records compared"
      : "not compared (add --verify)"
    return """
      events    \(result.outcome.eventCount)
      bars      \(result.outcome.results.counts.bars)
      orders    \(result.outcome.results.counts.orders)
      fills     \(result.outcome.results.counts.fills)
      ledger    \(result.outcome.isBalanced ? "balanced" : "unbalanced")
      recorded  \(recorded)
      records   \(verdict)
      digest    \(result.outcome.digest)
      """ + (postings.map { "\n\($0.text)" } ?? "")
  }

  private static func json(_ result: Replay.Result, _ postings: PostingCount?) -> JSONText {
    let isTorn = if case .torn = result.end { true } else { false }
    return .object([
      ("digest", .text("\(result.outcome.digest)")),
      ("recorded_digest", result.recordedDigest.map { .text("\($0)") } ?? .null),
      ("verified", .flag(result.comparedCount > 0)),
      ("records", .count(result.recordCount)),
      ("records_compared", .count(result.comparedCount)),
      ("events", .count(result.outcome.eventCount)),
      ("bars", .count(result.outcome.results.counts.bars)),
      ("orders", .count(result.outcome.results.counts.orders)),
      ("fills", .count(result.outcome.results.counts.fills)),
      ("ledger", .text(result.outcome.isBalanced ? "balanced" : "unbalanced")),
      ("sealed", .flag(result.end == .sealed)),
      ("torn_tail", .flag(isTorn)),
      ("postings", postings?.json ?? .null),
    ])
  }
}
