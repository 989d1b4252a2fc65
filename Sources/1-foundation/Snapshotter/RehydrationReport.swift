/// How an aggregate was rebuilt.
public struct RehydrationReport: Sendable, Equatable {
  /// Where the state came from, before events were replayed.
  public enum Source: Sendable, Equatable {
    /// The initial state: every event was replayed.
    case fullReplay
    /// The snapshot `key`, put together from a base and `deltas` deltas.
    case snapshot(key: SnapshotKey, deltas: Int)
  }

  /// A snapshot that was not used.
  public struct Ignored: Sendable, Equatable {
    /// Which.
    public let key: SnapshotKey
    /// Why.
    public let flaw: SnapshotFlaw
  }

  /// How many ignored snapshots are named; all are counted.
  public static let ignoredMax = 32

  /// Where the state came from.
  public internal(set) var source: Source = .fullReplay
  /// How many events were replayed on it.
  public internal(set) var replayedEvents: UInt64 = 0
  /// How many bytes these have.
  public internal(set) var replayedBytes: UInt64 = 0
  /// How many bytes of snapshots were read for the one that was used.
  public internal(set) var snapshotBytes: UInt64 = 0
  /// The snapshots that were not used, the first ``ignoredMax`` of them.
  public internal(set) var ignored: [Ignored] = []
  /// All snapshots that were not used, by reason.
  public internal(set) var ignoredCounts = FlawCounts()
  /// How many calls of the store failed.
  public internal(set) var storeFailures: UInt64 = 0
  /// The first failure of the store; nil if there was none.
  public internal(set) var storeFailure: SnapshotStoreFailure?

  mutating func note(_ flaw: SnapshotFlaw, of key: SnapshotKey) {
    ignoredCounts[flaw] += 1
    if ignored.count < Self.ignoredMax { ignored.append(Ignored(key: key, flaw: flaw)) }
  }

  mutating func note(_ failure: SnapshotStoreFailure) {
    storeFailures += 1
    if storeFailure == nil { storeFailure = failure }
  }
}

/// An aggregate, and how it was rebuilt.
public struct Rehydration<Model: EventSourced> {
  /// The aggregate, at the version that was wanted.
  public var aggregate: Aggregate<Model>
  /// How it was rebuilt.
  public let report: RehydrationReport

  /// The state.
  public var state: Model.State { aggregate.state }
  /// The version of the stream that the state belongs to.
  public var version: UInt64 { aggregate.version }

  @usableFromInline
  init(aggregate: Aggregate<Model>, report: RehydrationReport) {
    self.aggregate = aggregate
    self.report = report
  }
}

extension Rehydration: Sendable where Model.State: Sendable {}
