/// What a snapshotter has done since it was created; every number only grows.
public struct SnapshotterMetrics: Sendable, Equatable {
  /// Bases written.
  public internal(set) var basesWritten: UInt64 = 0
  /// Deltas written.
  public internal(set) var deltasWritten: UInt64 = 0
  /// Bytes of encoded records written.
  public internal(set) var bytesWritten: UInt64 = 0
  /// Snapshots that were due and that somebody else had written.
  public internal(set) var writesLost: UInt64 = 0
  /// Damaged snapshots that were replaced by good ones of the same key.
  public internal(set) var repairs: UInt64 = 0
  /// Snapshots that were due and could not be written.
  public internal(set) var writesFailed: UInt64 = 0
  /// Snapshots that a rehydration did not use, by reason.
  public internal(set) var ignored = FlawCounts()
  /// Calls of the store that failed while reading.
  public internal(set) var readsFailed: UInt64 = 0
  /// Rehydrations that began from a snapshot.
  public internal(set) var restoresFromSnapshot: UInt64 = 0
  /// Rehydrations that replayed every event.
  public internal(set) var fullReplays: UInt64 = 0
  /// Events replayed by all rehydrations.
  public internal(set) var replayedEvents: UInt64 = 0
  /// Events appended.
  public internal(set) var appendedEvents: UInt64 = 0
  /// Appends that another writer had forestalled.
  public internal(set) var conflicts: UInt64 = 0
  /// Snapshots removed by pruning.
  public internal(set) var pruned: UInt64 = 0

  /// Creates counters that are all zero.
  public init() {}

  /// Snapshots written, whole or as deltas.
  public var snapshotsWritten: UInt64 { basesWritten + deltasWritten }

  mutating func add(_ report: RehydrationReport) {
    switch report.source {
    case .fullReplay: fullReplays += 1
    case .snapshot: restoresFromSnapshot += 1
    }
    replayedEvents += report.replayedEvents
    readsFailed += report.storeFailures
    ignored.add(report.ignoredCounts)
  }
}
