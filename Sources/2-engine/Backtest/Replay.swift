public import OmniEncoding
public import OmniCrypto
public import OmniKernel
public import OmniPosting
public import OmniStorage
public import OmniTime

/// Runs a journal's inputs again, and holds what follows against what the journal recorded.
public enum Replay {
  /// Why a journal could not be replayed.
  public enum Failure: Error {
    /// The journal is damaged, missing, or differs from what follows from its inputs.
    case journal(JournalFailure)
    /// The first record is not a run's plan.
    case noPlan(kind: UInt16?)
    /// A record's words do not make up what its kind says.
    case record(sequence: SequenceNumber, cause: WordFailure)
    /// The run stopped.
    case run(Backtest.Failure)
    /// The journal holds a record that does not follow from its inputs.
    case extraRecord(SequenceNumber)
    /// The state at the end is not the one that the run recorded.
    case digest(recorded: Digest256, found: Digest256)
  }

  /// What came of a replay.
  public struct Result: Sendable {
    /// The run, done again.
    public let outcome: Backtest.Outcome
    /// What was run.
    public let plan: RunPlan
    /// The digest that the run recorded at its end, or nil when it did not come to its end.
    public let recordedDigest: Digest256?
    /// How the journal ends.
    public let end: JournalEnd
    /// How many records were held against the journal's and found to be the same; 0 if none were.
    public let comparedCount: UInt64
    /// How many records the journal has.
    public let recordCount: UInt64
  }

  /// Runs the inputs of the journal in `store` again; `postings` takes what its books commit.
  public static func run<Store: JournalStore & ~Copyable>(
    _ store: consuming Store, postings: inout some PostingSink & ~Copyable,
    progress: (Int) -> Bool = { _ in true }
  ) throws(Failure) -> Result {
    var feed = try JournalFeed(store)
    let plan = feed.plan
    let finished: Backtest.Finished<NullJournal>
    do throws(Backtest.Failure) {
      finished = try Backtest.run(
        Backtest.Setup(plan), over: &feed, journal: NullJournal(), postings: &postings,
        progress: progress)
    } catch {
      throw translate(error)
    }
    return try result(finished.outcome, feed, compared: 0)
  }

  /// Runs the inputs of the journal in `store` again.
  public static func run<Store: JournalStore & ~Copyable>(
    _ store: consuming Store, progress: (Int) -> Bool = { _ in true }
  ) throws(Failure) -> Result {
    var postings = NoPostings()
    return try run(store, postings: &postings, progress: progress)
  }

  /// Runs the inputs of a journal again, and holds every record that follows against the journal's.
  public static func verify<Store: JournalStore & ~Copyable>(
    _ inputs: consuming Store, against recorded: consuming Store,
    progress: (Int) -> Bool = { _ in true }
  ) throws(Failure) -> Result {
    var postings = NoPostings()
    return try verify(inputs, against: recorded, postings: &postings, progress: progress)
  }

  /// Runs the inputs of a journal again, and holds every record that follows against the journal's.
  ///
  /// - Parameters:
  ///   - inputs: The journal.
  ///   - recorded: The same journal, opened a second time.
  ///   - postings: Takes what the books commit.
  ///   - progress: Is told how many bars are done, and answers whether to go on.
  public static func verify<Store: JournalStore & ~Copyable>(
    _ inputs: consuming Store, against recorded: consuming Store,
    postings: inout some PostingSink & ~Copyable, progress: (Int) -> Bool = { _ in true }
  ) throws(Failure) -> Result {
    var feed = try JournalFeed(inputs)
    let plan = feed.plan
    let verifier = VerifyingJournal(JournalReader(recorded), then: NullJournal())
    var finished: Backtest.Finished<VerifyingJournal<Store, NullJournal>>
    do throws(Backtest.Failure) {
      finished = try Backtest.run(
        Backtest.Setup(plan), over: &feed, journal: verifier, postings: &postings,
        progress: progress)
    } catch {
      throw translate(error)
    }
    let compared = try compareEnd(finished.takeJournal())
    return try result(finished.outcome, feed, compared: compared)
  }

  /// Checks that every record of the journal was derived, and says how many were compared.
  private static func compareEnd<Store: JournalStore & ~Copyable>(
    _ journal: consuming VerifyingJournal<Store, NullJournal>?
  ) throws(Failure) -> UInt64 {
    guard var journal else { return 0 }
    let extra: SequenceNumber?
    do throws(JournalFailure) { extra = try journal.firstRemaining() } catch {
      throw .journal(error)
    }
    if let extra { throw .extraRecord(extra) }
    return journal.comparedCount
  }

  private static func result<Store: JournalStore & ~Copyable>(
    _ outcome: Backtest.Outcome, _ feed: borrowing JournalFeed<Store>, compared: UInt64
  ) throws(Failure) -> Result {
    if let recorded = feed.recordedDigest, recorded != outcome.digest {
      throw .digest(recorded: recorded, found: outcome.digest)
    }
    return Result(
      outcome: outcome, plan: feed.plan, recordedDigest: feed.recordedDigest,
      end: feed.end ?? .unsealed, comparedCount: compared, recordCount: feed.recordCount)
  }

  private static func translate(_ failure: Backtest.Failure) -> Failure {
    if case .journal(let cause) = failure { return .journal(cause) }
    return .run(failure)
  }
}

extension Replay.Failure: CustomStringConvertible {
  /// The stable code of the failure.
  public var code: String {
    switch self {
    case .journal(let failure): failure.code
    case .noPlan: "RPL-001"
    case .record: "RPL-002"
    case .run(let failure): failure.code
    case .extraRecord: "RPL-003"
    case .digest: "RPL-004"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .journal(let failure): "\(failure)"
    case .noPlan(let kind):
      kind.map { "the first record is of kind \($0); wanted a run's plan" }
        ?? "the journal holds no record; wanted a run's plan"
    case .record(let sequence, let cause): "record \(sequence.value): \(cause)"
    case .run(let failure): failure.description
    case .extraRecord(let sequence):
      "record \(sequence.value) does not follow from the journal's inputs; wanted none there"
    case .digest(let recorded, let found):
      "the replay ends in \(found); wanted \(recorded), which the run recorded"
    }
  }
}
