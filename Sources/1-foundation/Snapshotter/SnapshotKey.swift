/// What a snapshot is a snapshot of.
///
/// Two snapshots of one key hold the same state, so whoever comes second need not write his.
public struct SnapshotKey: Sendable, Hashable, Comparable {
  /// The stream.
  public let stream: StreamName
  /// The version of the stream: how many events the state has seen.
  public let version: UInt64
  /// The layout of the encoded state.
  public let schemaVersion: UInt32
  /// The way in which events were applied.
  public let reducerFingerprint: UInt64

  /// Creates a key.
  public init(
    stream: StreamName, version: UInt64, schemaVersion: UInt32, reducerFingerprint: UInt64
  ) {
    self.stream = stream
    self.version = version
    self.schemaVersion = schemaVersion
    self.reducerFingerprint = reducerFingerprint
  }

  /// The key of the same stream, schema and reducer at another version.
  public func at(_ version: UInt64) -> Self {
    Self(
      stream: stream, version: version, schemaVersion: schemaVersion,
      reducerFingerprint: reducerFingerprint)
  }

  /// Orders by stream, version, schema and reducer.
  public static func < (lhs: Self, rhs: Self) -> Bool {
    if lhs.stream != rhs.stream { return lhs.stream < rhs.stream }
    return (lhs.version, lhs.schemaVersion, lhs.reducerFingerprint)
      < (rhs.version, rhs.schemaVersion, rhs.reducerFingerprint)
  }
}
