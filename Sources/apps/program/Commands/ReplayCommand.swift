import OmniBacktest
import OmniKernel
import OmniStorage

/// `omni replay`: a journal's run, done again.
struct ReplayCommand: Command {
  static let name = "replay"
  static let summary = "runs a journal again and prints the digest of the state"
  static let positional = "JOURNAL"
  static let options: [Option] = [
    Option("--verify", nil, "holds every record that follows against the journal's"),
    .json,
  ]
  static let example = "omni replay .omni/runs/demo/journal --verify"

  static func run(_ arguments: Arguments, _ console: Console) throws {
    guard arguments.positional.count == 1, let folder = arguments.positional.first else {
      throw Problem.usage(
        "CLI-013", "\(arguments.positional.count) journals are named", wanted: "one",
        remedy: "see omni replay --help")
    }
    let result = try replay(folder, isVerified: arguments.has("--verify"))
    if let tail = warning(result.end) { console.message("warning: \(tail)") }
    console.print(arguments.has("--json") ? json(result).text : text(result))
  }

  static func replay(_ folder: String, isVerified: Bool) throws -> Replay.Result {
    do {
      return isVerified
        ? try Replay.verify(DirectoryJournalStore(folder), against: DirectoryJournalStore(folder))
        : try Replay.run(DirectoryJournalStore(folder))
    } catch {
      if case .journal(let failure) = error { throw RunJob.problem(failure) }
      throw Problem(describing: error, code: error.code, remedy: "take the journal from a backup")
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

  private static func text(_ result: Replay.Result) -> String {
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
      """
  }

  private static func json(_ result: Replay.Result) -> JSONText {
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
    ])
  }
}
