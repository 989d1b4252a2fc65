/// The snapshots that a rehydration may still try, and what it has learned about the others.
@usableFromInline
struct SnapshotSearch {
  /// The version that is wanted.
  @usableFromInline let target: UInt64
  /// What is to be tried, the best last.
  private(set) var candidates: [SnapshotKey]
  /// Snapshots of events that the log has not.
  let stale: [SnapshotKey]
  /// Why snapshots are of no use that were looked at, so that no chain through one is read again.
  private(set) var rejected: [SnapshotKey: SnapshotFlaw] = [:]
  var report: RehydrationReport

  init(
    target: UInt64, candidates: [SnapshotKey] = [], stale: [SnapshotKey] = [],
    report: RehydrationReport = RehydrationReport()
  ) {
    self.target = target
    self.candidates = candidates
    self.stale = stale
    self.report = report
  }

  /// Gives the next candidate out.
  mutating func takeCandidate() -> SnapshotKey? { candidates.popLast() }

  /// Notes that `key` is of no use; each key is counted once.
  @usableFromInline
  mutating func reject(_ key: SnapshotKey, _ flaw: SnapshotFlaw) {
    guard rejected.updateValue(flaw, forKey: key) == nil else { return }
    report.note(flaw, of: key)
  }

  /// Whether the log has the event that `restored` saw last; the snapshot is used if so.
  ///
  /// - Parameter batch: the events from that one on.
  @usableFromInline
  mutating func accept(
    _ restored: RestoredSnapshot, ifLastEventIsFirstOf batch: borrowing EventBatch
  ) -> Bool {
    guard !batch.isEmpty, batch.checksum(at: 0) == restored.eventChecksum else {
      reject(restored.key, .otherHistory)
      return false
    }
    report.source = .snapshot(key: restored.key, deltas: restored.deltas)
    report.snapshotBytes = restored.bytesRead
    return true
  }
}
