/// Which snapshots of a stream pruning leaves.
///
/// Whatever it says, the newest snapshot that can be used stays, everything that a snapshot which
/// stays builds on stays, and what is on hold stays.
public struct RetentionRule: Sendable, Equatable {
  /// How many snapshots that can be used stay, the newest; at least 1.
  public let newest: Int
  /// Versions on hold: snapshots of them stay, of whatever schema and reducer, in whatever state.
  ///
  /// For versions that a checkpoint or a legal hold names.
  public let holds: Set<UInt64>
  /// Whether snapshots go that this model cannot read.
  ///
  /// These are of another reducer or a later schema, or of an older one without upcasters, and may
  /// belong to another version of the program.
  public let removesForeign: Bool

  /// Creates a rule.
  public init(newest: Int, holds: Set<UInt64> = [], removesForeign: Bool = false) {
    self.newest = max(1, newest)
    self.holds = holds
    self.removesForeign = removesForeign
  }
}

/// What pruning has done.
public struct PruneReport: Sendable, Equatable {
  /// What was left, ascending.
  public let kept: [SnapshotKey]
  /// What was removed, in the order of removal.
  public let removed: [SnapshotKey]
}
