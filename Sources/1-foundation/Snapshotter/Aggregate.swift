import OmniTime

/// A model's state as one stream's events have made it, and how far its snapshots go.
///
/// It comes from ``Snapshotter/rehydrate(_:upTo:)`` and goes on with
/// ``Snapshotter/append(_:to:now:)``. It is a value: a copy that is kept goes on being what it was,
/// and of two copies that append, the log lets one through.
public struct Aggregate<Model: EventSourced> {
  /// The stream.
  public let stream: StreamName
  /// What the events so far add up to.
  @inlinable
  public var state: Model.State { currentState }
  /// How many events those are.
  public internal(set) var version: UInt64
  /// What has happened since the last snapshot.
  public internal(set) var progress: SnapshotPolicy.Progress

  /// The state, which events change in place: a copy for each append would cost what it holds.
  @usableFromInline var currentState: Model.State
  /// The CRC-32C of the last event; 0 before the first.
  var eventChecksum: UInt32
  /// What a delta can build on; nil if the next snapshot has to be a base.
  var chain: SnapshotChain?
  /// Snapshots of events that the log has not; they have to go before it has others.
  var stale: [SnapshotKey] = []
  /// How many events there have to be since the last snapshot before one is tried that has failed.
  var retryAt: UInt64 = 0

  /// Creates the aggregate of a stream without events.
  @usableFromInline
  init(_ stream: StreamName, state: Model.State) {
    self.stream = stream
    currentState = state
    version = 0
    progress = SnapshotPolicy.Progress()
    eventChecksum = 0
    chain = nil
  }

  /// Goes to where `restored` stands, with the state that it holds.
  @usableFromInline
  mutating func adopt(_ restored: RestoredSnapshot, state: consuming Model.State) {
    currentState = state
    version = restored.key.version
    progress = SnapshotPolicy.Progress(snapshotAt: restored.createdAt)
    eventChecksum = restored.eventChecksum
    chain = restored.chain
  }

  /// Goes on by the events of `batch` in `places`, which the state has seen.
  @usableFromInline
  mutating func advance(by batch: borrowing EventBatch, _ places: Range<Int>) {
    guard let last = places.last else { return }
    version += UInt64(places.count)
    progress.events += UInt64(places.count)
    progress.bytes += UInt64(batch.bytes(in: places))
    eventChecksum = batch.checksum(at: last)
  }

  /// The key that a snapshot of it has.
  var key: SnapshotKey {
    SnapshotKey(
      stream: stream, version: version, schemaVersion: Model.schemaVersion,
      reducerFingerprint: Model.reducerFingerprint)
  }
}

extension Aggregate: Sendable where Model.State: Sendable {}

/// The last snapshot of an aggregate, as far as the next delta needs it.
struct SnapshotChain: Sendable, Equatable {
  /// The encoded state at `version`.
  let payload: [UInt8]
  let version: UInt64
  let baseVersion: UInt64
  let baseBytes: UInt64
  /// The versions of the deltas between the base and this one, itself included.
  var deltaVersions: [UInt64] = []
  var deltaBytes: UInt64 = 0
}

/// A snapshot whose bytes have been put together and checked.
@usableFromInline
struct RestoredSnapshot: Sendable {
  @usableFromInline let key: SnapshotKey
  /// The encoded state, in today's schema.
  @usableFromInline let payload: [UInt8]
  let createdAt: Timestamp
  let eventChecksum: UInt32
  /// What a delta can build on; nil if the snapshot is of an older schema.
  let chain: SnapshotChain?
  /// How many deltas were applied.
  let deltas: Int
  /// How many bytes of payloads were read.
  let bytesRead: UInt64
  /// The snapshots that it is put together from, itself first and the base last.
  let parts: [SnapshotKey]
}
