public import OmniTime

/// Rebuilds aggregates from snapshots and events, appends to them, and takes snapshots when due.
///
///     var snapshotter = Snapshotter<Account, _, _>(store: store, log: log)
///     var account = try snapshotter.rehydrate(stream).aggregate
///     try snapshotter.append([.deposited(500)], to: &account, now: clock.now)
///
/// The log alone is the truth. A snapshot is a cache of what a replay would give, and is believed
/// only if it can be checked: see ``SnapshotFlaw`` for all that makes one be passed over. A store
/// that fails costs time and no answer.
///
///      newest snapshot ──bad──▶ older one ──bad──▶ … ──▶ initial state
///            │                     │                         │
///            ▼                     ▼                         ▼
///        its tail              its tail                 every event  ──▶ the same state
///
/// It owns its store and its log and is used by one thread at a time; several of them, in several
/// processes, may work on one store and one log. The log decides who appends; of two snapshots of
/// one version the first is kept.
///
/// - Invariant: whatever is in the store, a rehydration gives what replaying every event would,
///   as far as the model keeps the rules of ``EventSourced``.
public struct Snapshotter<
  Model: EventSourced, Store: SnapshotStore & ~Copyable, Log: EventLog & ~Copyable
>: ~Copyable {
  /// How aggregates are read and when snapshots are taken.
  public let configuration: SnapshotterConfiguration
  /// Where snapshots are kept.
  public var store: Store
  /// Where events are kept.
  public var log: Log
  /// What restoring costs; tell it what was measured.
  public var rates: RestoreRates
  /// What has been done so far.
  public internal(set) var metrics = SnapshotterMetrics()

  /// Creates a snapshotter over `store` and `log`.
  public init(
    store: consuming Store, log: consuming Log,
    configuration: SnapshotterConfiguration = SnapshotterConfiguration()
  ) {
    self.configuration = configuration
    self.store = store
    self.log = log
    rates = configuration.rates
  }
}

extension Snapshotter: Sendable where Store: Sendable & ~Copyable, Log: Sendable & ~Copyable {}

extension Snapshotter where Store: ~Copyable, Log: ~Copyable {
  // MARK: Reading

  /// Rebuilds the aggregate of `stream`, at its end or at the version `wanted`.
  ///
  /// The newest snapshot at or below that version that can be used is taken, and the events after
  /// it are replayed. A stream that nobody has written to gives the initial state at version 0.
  ///
  /// - Throws: ``SnapshotterFailure/log(_:)``, ``SnapshotterFailure/event(stream:version:cause:)``,
  ///   ``SnapshotterFailure/logEnded(stream:actual:wanted:)``, or
  ///   ``SnapshotterFailure/versionAhead(wanted:actual:)``; never because of a snapshot.
  /// - Complexity: O(bytes of the snapshot and of the events after it), and as much again for each
  ///   snapshot that turns out to be of no use; holds one reading of the log in memory.
  @inlinable
  public mutating func rehydrate(
    _ stream: StreamName, upTo wanted: UInt64? = nil
  ) throws(SnapshotterFailure) -> Rehydration<Model> {
    var search = try beginSearch(stream, upTo: wanted)
    var aggregate = Aggregate<Model>(stream, state: Model.initialState)
    var batch = EventBatch()
    // When a snapshot is used, the first event read is the last one that it has seen.
    var seen = 0
    while let restored = nextCandidate(&search) {
      guard let state = Self.state(of: restored, &search) else { continue }
      try read(stream, after: restored.key.version - 1, upTo: search.target, into: &batch)
      guard search.accept(restored, ifLastEventIsFirstOf: batch) else { continue }
      aggregate.adopt(restored, state: state)
      seen = 1
      break
    }
    if seen == 0 { try read(stream, after: 0, upTo: search.target, into: &batch) }
    while aggregate.version < search.target {
      guard seen < batch.count || seen == 1 else {
        throw .logEnded(stream: stream, actual: aggregate.version, wanted: search.target)
      }
      try replay(batch, from: seen, onto: &aggregate)
      seen = 0
      if aggregate.version < search.target {
        try read(stream, after: aggregate.version, upTo: search.target, into: &batch)
      }
    }
    let report = finish(search, &aggregate)
    return Rehydration(aggregate: aggregate, report: report)
  }

  /// Applies the events of `batch` from `first` on.
  @inlinable
  func replay(
    _ batch: borrowing EventBatch, from first: Int, onto aggregate: inout Aggregate<Model>
  ) throws(SnapshotterFailure) {
    let places = first..<batch.count
    do throws(BatchFailure) {
      try Model.replay(batch, places, onto: &aggregate.currentState)
    } catch {
      let version = aggregate.version + UInt64(error.place - first) + 1
      throw .event(stream: aggregate.stream, version: version, cause: error.cause)
    }
    aggregate.advance(by: batch, places)
  }

  /// The state in `restored`, or nil and a note if the model cannot read it.
  @inlinable
  static func state(
    of restored: RestoredSnapshot, _ search: inout SnapshotSearch
  ) -> Model.State? {
    do throws(CodecFailure) {
      return try Model.decodeState(restored.payload.span)
    } catch {
      search.reject(restored.key, .undecodable)
      return nil
    }
  }

  // MARK: Writing

  /// Appends `events` to the stream of `aggregate`, applies them, and takes a snapshot if due.
  ///
  /// The log is asked first; if it refuses, the aggregate is as it was. Once it has the events they
  /// count, whatever becomes of the snapshot.
  ///
  /// - Parameter now: the present time, for the snapshot and for the limit of time.
  /// - Returns: the new version, and what became of the snapshot if one was due.
  /// - Throws: ``SnapshotterFailure/log(_:)``, with
  ///   ``EventLogFailure/conflict(stream:expected:actual:)`` if the stream has gone on since the
  ///   aggregate was rebuilt.
  /// - Complexity: O(events), and O(bytes of the state) if a snapshot is due.
  @inlinable
  @discardableResult
  public mutating func append(
    _ events: [Model.Event], to aggregate: inout Aggregate<Model>, now: Timestamp
  ) throws(SnapshotterFailure) -> AppendReport {
    guard !events.isEmpty else { return AppendReport(version: aggregate.version) }
    var batch = EventBatch()
    for event in events { batch.append { Model.encode(event, into: &$0) } }
    removeStale(&aggregate)
    try appendToLog(batch, aggregate.stream, expecting: aggregate.version)
    for event in events { Model.apply(event, to: &aggregate.currentState) }
    aggregate.advance(by: batch, 0..<batch.count)
    return snapshotIfDue(&aggregate, now: now)
  }

  /// Appends `events` to `stream` if its version is `expected`, as by rebuilding it first.
  ///
  /// Whoever appends to one stream again and again keeps the aggregate instead.
  ///
  /// - Returns: the new version, and what became of the snapshot if one was due.
  /// - Throws: what rebuilding throws, and ``SnapshotterFailure/log(_:)`` with a conflict if the
  ///   stream is at another version.
  @inlinable
  @discardableResult
  public mutating func append(
    _ events: [Model.Event], to stream: StreamName, expecting expected: UInt64, now: Timestamp
  ) throws(SnapshotterFailure) -> AppendReport {
    var aggregate = try rehydrate(stream).aggregate
    guard aggregate.version == expected else {
      throw conflict(stream, expected: expected, actual: aggregate.version)
    }
    return try append(events, to: &aggregate, now: now)
  }
}

extension Snapshotter where Store: ~Copyable, Log: ~Copyable {
  /// Takes in how long the rehydration of `report` took, so that costs are judged by what was seen.
  ///
  /// - Parameter duration: as measured around the call, by a clock that is not set back.
  public mutating func learn(from report: RehydrationReport, took duration: Interval) {
    rates.learn(events: report.replayedEvents, bytes: report.snapshotBytes, took: duration)
  }
}
