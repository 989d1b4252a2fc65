public import OmniTime

/// One snapshot as it is kept: whose it is, how it is to be read, and the bytes.
public struct SnapshotRecord: Sendable, Equatable {
  /// What the payload is.
  public enum Kind: Sendable, Equatable {
    /// A whole encoded state.
    case base
    /// What changed since the snapshot at version `parent`, in a chain that begins at `base`.
    ///
    /// The base is what the writer built on; readers follow the parents.
    ///
    /// - Invariant: `base <= parent`, and `parent` is less than the record's own version.
    case delta(parent: UInt64, base: UInt64)
  }

  /// The largest payload, in bytes.
  public static let payloadBytesMax = 1 << 28

  /// What it is a snapshot of.
  public let key: SnapshotKey
  /// What the payload is.
  public let kind: Kind
  /// When it was taken.
  public let createdAt: Timestamp
  /// The CRC-32C of the encoded event that led to the version, so that a stream with another
  /// history is noticed.
  public let eventChecksum: UInt32
  /// An encoded state, or a ``ByteDelta``.
  public let payload: [UInt8]

  /// Creates a record.
  ///
  /// - Precondition: `key.version` is at least 1, the payload has at most ``payloadBytesMax``
  ///   bytes, and a delta keeps its invariant.
  public init(
    key: SnapshotKey, kind: Kind, createdAt: Timestamp, eventChecksum: UInt32, payload: [UInt8]
  ) {
    precondition(key.version > 0, "before the first event there is nothing to take a snapshot of")
    precondition(payload.count <= Self.payloadBytesMax, "a payload is within its limit")
    if case .delta(let parent, let base) = kind {
      precondition(base > 0 && base <= parent && parent < key.version, "a delta builds on the past")
    }
    self.key = key
    self.kind = kind
    self.createdAt = createdAt
    self.eventChecksum = eventChecksum
    self.payload = payload
  }
}
