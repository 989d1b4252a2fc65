public import OmniTime

/// When a snapshot is due: when any of the limits that are set is reached.
///
/// A pure function of counters; see ``triggers(for:now:rates:)``. A limit of zero or less is
/// reached by each append; a policy without limits never asks for a snapshot.
public struct SnapshotPolicy: Sendable, Equatable {
  /// What has happened to an aggregate since its last snapshot, or since its first event.
  public struct Progress: Sendable, Equatable {
    /// How many events.
    public internal(set) var events: UInt64
    /// How many bytes these have.
    public internal(set) var bytes: UInt64
    /// When the last snapshot was taken; nil if there is none that can be used.
    public internal(set) var snapshotAt: Timestamp?

    /// Creates counters.
    public init(events: UInt64 = 0, bytes: UInt64 = 0, snapshotAt: Timestamp? = nil) {
      self.events = events
      self.bytes = bytes
      self.snapshotAt = snapshotAt
    }
  }

  /// So many events since the last snapshot; nil for no limit.
  public var events: UInt64?
  /// So much time since the last snapshot; nil for no limit.
  public var interval: Interval?
  /// So many bytes of events since the last snapshot; nil for no limit.
  public var bytes: UInt64?
  /// More than that to replay the events since the last snapshot; nil for no limit.
  public var replayTime: Interval?

  /// Creates a policy with the limits that are given.
  public init(
    events: UInt64? = nil, interval: Interval? = nil, bytes: UInt64? = nil,
    replayTime: Interval? = nil
  ) {
    self.events = events
    self.interval = interval
    self.bytes = bytes
    self.replayTime = replayTime
  }

  /// The limits that are reached.
  ///
  /// Without events since the last snapshot none is: there is nothing new to keep. Without a
  /// snapshot the limit of time is reached at once. A clock that was set back reaches none.
  ///
  /// - Parameter rates: what replaying an event costs.
  /// - Complexity: O(1), without allocation.
  public func triggers(
    for progress: Progress, now: Timestamp, rates: RestoreRates
  ) -> SnapshotTriggers {
    guard progress.events > 0 else { return [] }
    var reached: SnapshotTriggers = []
    if let events, progress.events >= events { reached.insert(.count) }
    if let interval, isReached(interval, since: progress.snapshotAt, now) { reached.insert(.time) }
    if let bytes, progress.bytes >= bytes { reached.insert(.size) }
    if let replayTime, rates.time(bytes: 0, events: progress.events) > replayTime {
      reached.insert(.replayCost)
    }
    return reached
  }

  private func isReached(
    _ interval: Interval, since snapshotAt: Timestamp?, _ now: Timestamp
  ) -> Bool {
    guard let snapshotAt else { return true }
    let passed = now.nanoseconds.subtractingReportingOverflow(snapshotAt.nanoseconds)
    // An overflow means centuries between the two: forward if now is the later.
    if passed.overflow { return now > snapshotAt }
    return passed.partialValue >= interval.nanoseconds
  }
}
