/// An instant, in nanoseconds since the Unix epoch, UTC.
///
/// One machine word; from the year 1677 to the year 2262. Leap seconds are not counted, as in Unix
/// time.
@frozen
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Nanoseconds since 1970-01-01T00:00:00Z.
  public let nanoseconds: Int64

  /// Creates an instant from nanoseconds since the Unix epoch.
  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The Unix epoch itself.
  @inlinable
  public static var epoch: Self { Self(nanoseconds: 0) }

  /// The first instant that can be written down.
  @inlinable
  public static var distantPast: Self { Self(nanoseconds: .min) }

  /// The last instant that can be written down.
  @inlinable
  public static var distantFuture: Self { Self(nanoseconds: .max) }

  /// Whether `lhs` is the earlier instant.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

  /// The instant `interval` after `instant`; stops the program on overflow.
  @inlinable
  public static func + (instant: Self, interval: Interval) -> Self {
    Self(nanoseconds: instant.nanoseconds + interval.nanoseconds)
  }

  /// The time from `rhs` to `lhs`; stops the program on overflow.
  @inlinable
  public static func - (lhs: Self, rhs: Self) -> Interval {
    Interval(nanoseconds: lhs.nanoseconds - rhs.nanoseconds)
  }
}
