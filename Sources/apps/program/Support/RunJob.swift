import OmniBacktest
import OmniCrypto
import OmniEncoding
import OmniKernel
import OmniModel
import OmniStorage

/// Runs a plan over bars with the journal that was asked for.
struct RunJob {
  /// Where the run is journaled.
  enum Recording {
    /// Nowhere.
    case off
    /// In a new folder.
    case new(String)
    /// In a folder that a run was interrupted in.
    case resumed(String)
  }

  let plan: RunPlan
  let series: [[Bar]]
  let recording: Recording
  var segmentBytes = 64 << 20
  var durability = JournalConfiguration.Durability.process

  /// How many bars there are.
  var barCount: Int { series.reduce(0) { $0 + $1.count } }

  /// Runs to the end.
  ///
  /// - Parameter progress: Is told how many bars are done.
  func run(progress: (Int) -> Void = { _ in }) throws -> Backtest.Outcome {
    do {
      switch recording {
      case .off: return try finish(NullJournal(), progress).outcome
      case .new(let folder):
        let writer = try JournalWriter.create(DirectoryJournalStore(folder), configuration())
        var finished = try finish(writer, progress)
        let outcome = finished.outcome
        try finished.takeJournal().close()
        return outcome
      case .resumed(let folder): return try resume(folder, progress)
      }
    } catch let failure as Backtest.Failure {
      throw Self.problem(failure)
    } catch let failure as JournalFailure {
      throw Self.problem(failure)
    }
  }

  private func resume(_ folder: String, _ progress: (Int) -> Void) throws -> Backtest.Outcome {
    let writer = try JournalWriter.resume(DirectoryJournalStore(folder), configuration())
    let recorded = JournalReader(DirectoryJournalStore(folder))
    var finished = try finish(VerifyingJournal(recorded, then: writer), progress)
    let outcome = finished.outcome
    try finished.takeJournal().takeNext().close()
    return outcome
  }

  private func finish<Sink: Journal & ~Copyable>(
    _ journal: consuming Sink, _ progress: (Int) -> Void
  ) throws -> Backtest.Finished<Sink> {
    var feed = SeriesFeed(series)
    return try Backtest.run(plan, over: &feed, journal: journal) { done in
      progress(done)
      return true
    }
  }

  /// The journal's settings; runs of one plan have one number, so that their journals are equal.
  private func configuration() throws -> JournalConfiguration {
    var sink = DigestSink()
    plan.encode(into: &sink)
    return try JournalConfiguration(
      segmentBytes: segmentBytes, durability: durability, runID: sink.finish().words.0)
  }

  /// What to tell about a failed run.
  static func problem(_ failure: Backtest.Failure) -> Problem {
    if case .journal(let cause) = failure { return problem(cause) }
    let remedy =
      switch failure {
      case .strategy: "see omni strategies show NAME"
      case .timeWentBack: "sort the bars by time"
      default: "correct it and run again"
      }
    return Problem(describing: failure, code: failure.code, remedy: remedy)
  }

  /// What to tell about a journal that refused.
  static func problem(_ failure: JournalFailure) -> Problem {
    let remedy =
      switch failure {
      case .journalExists: "name another folder, or add --resume"
      case .noJournal: "name the folder of a journal"
      case .diskFull: "make room"
      case .differs: "run it with the bars and settings that the journal was made with"
      case .corrupt, .missingSegment, .strayFile: "take the journal from a backup"
      default: "see docs/reference/errors.md"
      }
    return Problem(describing: failure, code: failure.code, remedy: remedy)
  }
}
