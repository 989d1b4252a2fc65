/// What an append has led to.
public struct AppendReport: Sendable, Equatable {
  /// What became of a snapshot.
  public enum Snapshot: Sendable, Equatable {
    /// It was written, as a record of `bytes` bytes; for a base that could have been a delta,
    /// `reason` says why it is none.
    case written(kind: SnapshotRecord.Kind, bytes: Int, reason: ChainRule.Reason?)
    /// Somebody else has a snapshot of the version already.
    case alreadyThere
    /// There are no events to take a snapshot of.
    case nothingToKeep
    /// The state has more bytes than a snapshot may have.
    case tooLarge(bytes: Int)
    /// One is due, and was not tried, as the last one that was tried has failed: it is tried again
    /// when as many events again have come as there were then.
    case postponed
    /// The store refused; the events are in the log all the same.
    case failed(SnapshotStoreFailure)
  }

  /// The version of the stream.
  public let version: UInt64
  /// What made a snapshot due; empty if none was.
  public let triggers: SnapshotTriggers
  /// What became of the snapshot; nil if none was due.
  public let snapshot: Snapshot?

  @usableFromInline
  init(version: UInt64, triggers: SnapshotTriggers = [], snapshot: Snapshot? = nil) {
    self.version = version
    self.triggers = triggers
    self.snapshot = snapshot
  }
}
