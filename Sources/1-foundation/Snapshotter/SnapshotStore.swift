/// Where snapshots are kept.
///
/// A store knows keys and bytes, and nothing of what stands in them: a record checks itself. What
/// it owes is little. A record is there whole or not at all; the first one of a key stays until it
/// is removed; and a call that fails leaves what was there. It may lose records at any time, since
/// each can be rebuilt. The suite in this module's tests holds any store to that.
///
/// A store that is shared by threads is a class or wraps one; the rules are the same.
public protocol SnapshotStore: ~Copyable {
  /// The keys of all snapshots of `stream`, ascending.
  func keys(of stream: StreamName) throws(SnapshotStoreFailure) -> [SnapshotKey]

  /// The bytes that are kept under `key`, or nil if there are none.
  func load(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> [UInt8]?

  /// Keeps `record` under `key` unless something is kept there already.
  ///
  /// Of two writers of one key, one is told that it was stored and the other that it was not.
  ///
  /// - Returns: whether it was stored.
  /// - Throws: ``SnapshotStoreFailure/recordTooLong(bytes:limitBytes:)`` above
  ///   ``SnapshotRecord/encodedBytesMax``, or a lower limit of the store's own.
  mutating func put(
    _ record: [UInt8], for key: SnapshotKey
  ) throws(SnapshotStoreFailure) -> Bool

  /// Removes what is kept under `key`.
  ///
  /// - Returns: whether there was anything.
  mutating func remove(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool
}
