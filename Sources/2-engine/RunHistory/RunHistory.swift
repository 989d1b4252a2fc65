import OmniEncoding
public import OmniSnapshotter
public import OmniStorage
public import OmniTime

/// The states that a run has gone through, by its journal.
///
///     var history = RunHistory(
///       journal: DirectoryJournalStore(folder), snapshots: FileSnapshotStore(folder + "/snapshots"))
///     let moment = try history.state(after: 1_000_000)
///     moment.state.equity
///
/// On the way it takes a snapshot after every `stride` records, so that the next question begins
/// near its answer. Snapshots are only a cache: one that is damaged, or of other rules or another
/// run, is passed over, and a store that fails costs time and no answer.
///
/// - Invariant: what a state says does not depend on the snapshots that are there.
public struct RunHistory<Snapshots: SnapshotStore & ~Copyable, Store: JournalStore & ~Copyable>:
  ~Copyable
{
  /// Why there is no answer.
  public enum Failure: Error {
    /// The journal is missing or damaged.
    case journal(JournalFailure)
    /// A record cannot be read, or the journal ended while it was read.
    case snapshotter(SnapshotterFailure)
    /// A record does not fit what the run had come to before it.
    case fault(RunState.Fault, records: UInt64)
    /// The journal ends before the record that was asked for.
    case beyondEnd(wanted: UInt64, records: UInt64)
    /// The journal holds other records than follow from its inputs.
    case differs(recorded: UInt64, followed: UInt64)
  }

  /// A state, and what it took to get there.
  public struct Moment {
    /// The state.
    public let state: RunState
    /// How many of the journal's records the state has seen.
    public let records: UInt64
    /// From where records were replayed, and how many.
    public let report: RehydrationReport
    /// How many snapshots were taken on the way.
    public let snapshotsTaken: Int
    /// Why a snapshot could not be kept, if so; the state is none the worse.
    public let snapshotFailure: SnapshotStoreFailure?
  }

  /// After how many records a snapshot is taken.
  public let stride: UInt64
  private var snapshotter: Snapshotter<RunModel, Snapshots, JournalEventLog<Store>>
  private let log: JournalEventLog<Store>
  private let stream: StreamName

  /// Creates the history of the run in `journal`.
  ///
  /// - Parameter stride: after how many records a snapshot is taken; at least 1.
  public init(
    journal: consuming Store, snapshots: consuming Snapshots, stride: UInt64 = 1 << 20
  ) throws(StreamName.Refusal) {
    self.stride = max(1, stride)
    log = JournalEventLog(journal)
    stream = try StreamName("run")
    snapshotter = Snapshotter(
      store: snapshots, log: log,
      configuration: SnapshotterConfiguration(policy: SnapshotPolicy(events: max(1, stride))))
  }

  /// How many records the journal has that are whole.
  public func recordCount() throws(Failure) -> UInt64 {
    do throws(EventLogFailure) {
      return try log.version(of: stream)
    } catch {
      throw failure(.log(error))
    }
  }

  /// How many records the journal has of instants up to `time`.
  ///
  /// - Complexity: O(bytes of the journal), read and not replayed.
  public func recordCount(upTo time: Timestamp) throws(Failure) -> UInt64 {
    do throws(JournalFailure) {
      return try log.count(upTo: time)
    } catch {
      throw .journal(error)
    }
  }

  /// The state after the first `records` records and all that follows from their inputs, or at the
  /// journal's end.
  ///
  /// - Complexity: O(stride) records are replayed when snapshots are there, all of them otherwise.
  public mutating func state(after records: UInt64? = nil) throws(Failure) -> Moment {
    let count = try recordCount()
    let target = records ?? count
    guard target <= count else { throw .beyondEnd(wanted: target, records: count) }
    var taken = 0
    var refusal: SnapshotStoreFailure?
    var place = newestSnapshot(upTo: target)
    while refusal == nil, target - place > stride {
      place = (place / stride + 1) * stride
      var found = try rehydrate(upTo: place)
      switch snapshotter.snapshot(&found.aggregate, now: found.state.time ?? .epoch) {
      case .written: taken += 1
      case .failed(let cause): refusal = cause
      default: break
      }
    }
    let found = try rehydrate(upTo: target)
    // In the midst of an input's consequences the state is ahead of the journal, and never behind.
    let followed = found.state.recordCount
    guard followed >= target else { throw .differs(recorded: target, followed: followed) }
    return Moment(
      state: found.state, records: target, report: found.report, snapshotsTaken: taken,
      snapshotFailure: refusal)
  }

  private mutating func rehydrate(upTo version: UInt64) throws(Failure) -> Rehydration<RunModel> {
    let found: Rehydration<RunModel>
    do throws(SnapshotterFailure) {
      found = try snapshotter.rehydrate(stream, upTo: version)
    } catch {
      throw failure(error)
    }
    if let fault = found.state.fault { throw .fault(fault, records: version) }
    return found
  }

  /// The version of the newest snapshot that may be of use; 0 if there is none.
  private func newestSnapshot(upTo target: UInt64) -> UInt64 {
    // A store that fails is told when it is written to.
    let keys = (try? snapshotter.store.keys(of: stream)) ?? []
    return keys.last {
      $0.version <= target && $0.schemaVersion == RunModel.schemaVersion
        && $0.reducerFingerprint == RunModel.reducerFingerprint
    }?.version ?? 0
  }

  private func failure(_ failure: SnapshotterFailure) -> Failure {
    if case .log = failure, let cause = log.failure { return .journal(cause) }
    return .snapshotter(failure)
  }
}

extension RunHistory.Failure: CustomStringConvertible where Snapshots: ~Copyable, Store: ~Copyable {
  /// The stable code of the failure.
  public var code: String {
    switch self {
    case .journal(let failure): failure.code
    case .snapshotter(let failure): failure.code
    case .fault: "RUN-007"
    case .beyondEnd: "RUN-008"
    case .differs: "RUN-009"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .journal(let failure): "\(failure)"
    case .snapshotter(let failure): "\(failure)"
    case .fault(let fault, let records): "within the first \(records) records: \(fault)"
    case .beyondEnd(let wanted, let records):
      "the journal has \(records) records; wanted at least \(wanted)"
    case .differs(let recorded, let followed):
      "the journal has \(recorded) records where its inputs lead to \(followed); wanted the same"
    }
  }
}
