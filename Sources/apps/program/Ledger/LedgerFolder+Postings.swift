import OmniKernel
import OmniLedgerStore
import OmniPlatform
import OmniPosting
import OmniWriteAheadLog

/// What a ledger took of a run's postings.
struct PostingCount {
  /// The ledger's folder.
  let ledger: String
  /// How many postings it took.
  let accepted: UInt64
  /// How many it had already.
  let known: UInt64
  /// How many entries the checkpoint has that was signed at the end.
  let entries: UInt64

  /// A line for the terminal.
  var text: String {
    "postings \(ResultPrinter.count(accepted)) taken, \(ResultPrinter.count(known)) known, every "
      + "balance as in the run, in \(ledger); checkpoint of \(ResultPrinter.count(entries)) signed"
  }

  var json: JSONText {
    .object([
      ("ledger", .text(ledger)), ("accepted", .count(accepted)), ("exists", .count(known)),
      ("checkpoint_entries", .count(entries)),
    ])
  }
}

// The ledger under a run.
extension LedgerFolder {
  /// Opens the ledger that is there, or makes one, and the accounts of `plan` in it.
  func openForPostings(
    of plan: RunPlan, _ console: Console
  ) throws -> PostingLedger<DirectoryDisk> {
    let store = try openOrMake(console)
    do throws(PostingFailure) {
      return try PostingLedger(store, of: plan)
    } catch {
      throw Self.problem(error)
    }
  }

  private func openOrMake(_ console: Console) throws -> Store {
    guard exists else { return try make() }
    do {
      return try open(console)
    } catch let problem as Problem where problem.code == LogFailure.noLog.code {
      return try make()  // An earlier run was killed while it made it.
    }
  }

  /// Closes it, signs a checkpoint of it, and says what it took.
  func close(
    _ postings: consuming PostingLedger<DirectoryDisk>, _ console: Console
  ) throws -> PostingCount {
    let (accepted, known) = try finish(postings)
    let entries = try signCheckpoint(console)
    return PostingCount(ledger: path, accepted: accepted, known: known, entries: entries)
  }

  /// Closes it and lets go of its files.
  private func finish(
    _ finished: consuming PostingLedger<DirectoryDisk>
  ) throws -> (accepted: UInt64, known: UInt64) {
    var postings = finished
    do throws(PostingFailure) { try postings.close() } catch { throw Self.problem(error) }
    return (postings.acceptedCount, postings.knownCount)
  }

  /// What to tell about postings that were not taken.
  static func problem(_ failure: PostingFailure) -> Problem {
    if case .store(let cause) = failure { return problem(cause) }
    let remedy =
      switch failure {
      case .accountTaken, .refused: "name another folder with --ledger"
      case .differs: "look for postings by others with omni ledger statement"
      default: "see docs/reference/errors.md"
      }
    return Problem(describing: failure, code: failure.code, remedy: remedy)
  }

  /// Removes the ledger that was made here with ``identity``, and refuses to remove any other.
  func removeOwn(_ console: Console) throws {
    guard exists else { return }
    do {
      let found = try open(console).identity
      guard found == identity else {
        throw Problem(
          "LED-034", "\(path) holds ledger \(found), which was not made here",
          wanted: "no ledger, or one of an earlier run", remedy: "name another folder")
      }
    } catch let problem as Problem where problem.code == LogFailure.noLog.code {
      return  // An earlier run was killed while it made it.
    }
    try Problem.wrapping {
      if FileSystem.exists(proofPath) { try FileSystem.removeDirectory(proofPath) }
      for name in try FileSystem.names(in: path) where LogFileName.isOne(name) {
        try FileSystem.remove("\(path)/\(name)")
      }
    }
  }
}
