import Synchronization

/// Keeps snapshots in memory; for tests, simulations and a cache that dies with the process.
///
/// Copies of the reference share one store, from any thread.
public final class MemorySnapshotStore: SnapshotStore, Sendable {
  private let records = Mutex<[StreamName: [SnapshotKey: [UInt8]]]>([:])

  /// Creates a store without snapshots.
  public init() {}

  /// The keys of all snapshots of `stream`, ascending.
  ///
  /// - Complexity: O(n log n) in the snapshots of the stream.
  public func keys(of stream: StreamName) -> [SnapshotKey] {
    records.withLock { $0[stream]?.keys.sorted() ?? [] }
  }

  /// The bytes that are kept under `key`, or nil if there are none.
  public func load(_ key: SnapshotKey) -> [UInt8]? {
    records.withLock { $0[key.stream]?[key] }
  }

  /// Keeps `record` under `key` unless something is kept there already.
  public func put(
    _ record: [UInt8], for key: SnapshotKey
  ) throws(SnapshotStoreFailure) -> Bool {
    guard record.count <= SnapshotRecord.encodedBytesMax else {
      throw .recordTooLong(bytes: record.count, limitBytes: SnapshotRecord.encodedBytesMax)
    }
    return records.withLock { records in
      guard records[key.stream]?[key] == nil else { return false }
      records[key.stream, default: [:]][key] = record
      return true
    }
  }

  /// Removes what is kept under `key`.
  public func remove(_ key: SnapshotKey) -> Bool {
    records.withLock { $0[key.stream]?.removeValue(forKey: key) != nil }
  }
}
