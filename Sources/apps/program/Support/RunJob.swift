import OmniBacktest
import OmniKernel
import OmniModel
import OmniPlatform
import OmniPosting
import OmniStorage

/// Runs a plan over bars with the journal and the ledger that were asked for.
struct RunJob {
  /// What came of a run.
  struct Result {
    let outcome: Backtest.Outcome
    /// What the ledger took, if there is one.
    let postings: PostingCount?
  }

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
  /// Where the postings go; the journal's commits then wait for the device, since the ledger may
  /// never be ahead of it.
  var ledger: LedgerFolder?

  /// How many bars there are.
  var barCount: Int { series.reduce(0) { $0 + $1.count } }

  /// Runs to the end.
  ///
  /// - Parameter progress: Is told how many bars are done.
  func run(_ console: Console, progress: (Int) -> Void = { _ in }) throws -> Result {
    guard let ledger else {
      var none = NoPostings()
      return Result(outcome: try run(&none, progress), postings: nil)
    }
    try checkJournal()
    var postings = try ledger.openForPostings(of: plan, console)
    let outcome = try run(&postings, progress)
    return Result(outcome: outcome, postings: try ledger.close(postings, console))
  }

  /// Refuses a journal that cannot be begun or continued before a ledger is made beside it, and
  /// brings what it holds to the device: the ledger may not be ahead of it.
  private func checkJournal() throws {
    switch recording {
    case .off: break
    case .new(let folder):
      let segments = try Self.segments(of: folder)
      if !segments.isEmpty { throw Self.problem(.journalExists(segments: segments.count)) }
    case .resumed(let folder):
      if try Self.segments(of: folder).isEmpty { throw Self.problem(.noJournal) }
      try Self.synchronize(folder)
    }
  }

  private static func segments(of folder: String) throws -> [String] {
    guard FileSystem.exists(folder) else { return [] }
    return try Problem.wrapping {
      try FileSystem.names(in: folder).filter { $0.hasPrefix("segment-") && $0.hasSuffix(".omj") }
    }
  }

  /// Returns when every record of the journal in `folder` is on the device.
  static func synchronize(_ folder: String) throws {
    for name in try segments(of: folder) {
      try Problem.wrapping { try File("\(folder)/\(name)", .read).synchronize() }
    }
    try Problem.wrapping { try FileSystem.synchronizeDirectory(folder) }
  }

  private func run(
    _ postings: inout some PostingSink & ~Copyable, _ progress: (Int) -> Void
  ) throws -> Backtest.Outcome {
    do {
      switch recording {
      case .off: return try finish(NullJournal(), &postings, progress).outcome
      case .new(let folder):
        let writer = try JournalWriter.create(DirectoryJournalStore(folder), configuration())
        var finished = try finish(writer, &postings, progress)
        if let journal = finished.takeJournal() { try journal.close() }
        return finished.outcome
      case .resumed(let folder): return try resume(folder, &postings, progress)
      }
    } catch let failure as Backtest.Failure {
      throw Self.problem(failure)
    } catch let failure as JournalFailure {
      throw Self.problem(failure)
    }
  }

  private func resume(
    _ folder: String, _ postings: inout some PostingSink & ~Copyable, _ progress: (Int) -> Void
  ) throws -> Backtest.Outcome {
    // Opening makes the folder, so that a wrong name would leave one behind.
    guard try !DirectoryJournalStore(folder).segments().isEmpty else {
      throw JournalFailure.noJournal
    }
    let writer = try JournalWriter.resume(DirectoryJournalStore(folder), configuration())
    let recorded = JournalReader(DirectoryJournalStore(folder))
    var finished = try finish(
      VerifyingJournal(recorded, then: writer), &postings, progress)
    if let journal = finished.takeJournal() { try journal.takeNext().close() }
    return finished.outcome
  }

  private func finish<Sink: Journal & ~Copyable>(
    _ journal: consuming Sink, _ postings: inout some PostingSink & ~Copyable,
    _ progress: (Int) -> Void
  ) throws -> Backtest.Finished<Sink> {
    var feed = SeriesFeed(series)
    return try Backtest.run(
      Backtest.Setup(plan), over: &feed, journal: journal, postings: &postings
    ) { done in
      progress(done)
      return true
    }
  }

  /// The journal's settings; runs of one plan have one number, so that their journals are equal.
  private func configuration() throws -> JournalConfiguration {
    try JournalConfiguration(
      segmentBytes: segmentBytes, durability: ledger == nil ? durability : .power,
      runID: plan.journalNumber)
  }

  /// What to tell about a failed run.
  static func problem(_ failure: Backtest.Failure) -> Problem {
    if case .journal(let cause) = failure { return problem(cause) }
    if case .ledger(let cause) = failure { return LedgerFolder.problem(cause) }
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
      case .file: "name a folder that is there and can be used"
      case .differs: "run it with the bars and settings that the journal was made with"
      case .corrupt, .missingSegment, .strayFile: "take the journal from a backup"
      default: "see docs/reference/errors.md"
      }
    // The other descriptions say themselves what was wanted.
    let wanted: String? =
      switch failure {
      case .file: "a folder for a journal"
      case .missingSegment: "every segment"
      case .strayFile: "the names that a journal gives"
      case .committedTailLost: "all that was committed"
      case .differs: "the recorded one"
      default: nil
      }
    let line = wanted.map { "\(failure); wanted \($0)" } ?? failure.description
    return Problem(code: failure.code, line: line, remedy: remedy)
  }
}
