/// How a log is kept.
public struct EventLogConfiguration: Sendable, Equatable {
  /// When the log waits for the device.
  public enum Durability: Sendable, Equatable {
    /// When it is closed; until then a loss of power may take what the system had not written.
    case onClose
    /// With the first flush after that many events, and when it is closed.
    case every(Int)
  }

  /// The size at which another segment is begun, in bytes.
  public let segmentBytes: Int
  /// How many bytes are kept, at least: the oldest segments go when the rest is more than that.
  public let retentionBytes: Int
  /// When the log waits for the device.
  public let durability: Durability

  /// Creates settings.
  ///
  /// - Parameters:
  ///   - segmentBytes: from 4,096 to 1,073,741,824.
  ///   - retentionBytes: at least `segmentBytes`.
  /// - Throws: ``EventLogFailure/unusable(setting:value:wanted:)``.
  public init(
    segmentBytes: Int = 64 << 20, retentionBytes: Int = .max, durability: Durability = .onClose
  ) throws(EventLogFailure) {
    guard (4_096...1 << 30).contains(segmentBytes) else {
      throw .unusable(
        setting: "segment size in bytes", value: segmentBytes, wanted: "4,096 to 1,073,741,824")
    }
    guard retentionBytes >= segmentBytes else {
      throw .unusable(
        setting: "bytes kept", value: retentionBytes, wanted: "at least one segment's")
    }
    if case .every(let count) = durability, count < 1 {
      throw .unusable(setting: "events between synchronisations", value: count, wanted: "1 or more")
    }
    self.segmentBytes = segmentBytes
    self.retentionBytes = retentionBytes
    self.durability = durability
  }
}
