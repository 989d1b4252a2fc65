/// What made a snapshot due.
public struct SnapshotTriggers: OptionSet, Sendable, Hashable {
  /// One bit for each reason.
  public let rawValue: UInt8

  /// Creates a set of reasons from bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Enough events since the last snapshot.
  public static let count = Self(rawValue: 1)
  /// Enough time since the last snapshot.
  public static let time = Self(rawValue: 2)
  /// Enough bytes of events since the last snapshot.
  public static let size = Self(rawValue: 4)
  /// Replaying the events since the last snapshot would take too long.
  public static let replayCost = Self(rawValue: 8)
}
