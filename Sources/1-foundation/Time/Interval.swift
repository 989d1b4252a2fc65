/// A span of time, in nanoseconds; negative when it points back.
///
/// It is called interval, and not span or duration, so that it is never mixed up with an instant,
/// with Swift's `Span`, or with the standard library's `Duration`, which is wider than a word.
@frozen
public struct Interval: Sendable, Hashable, Comparable {
  /// The length in nanoseconds.
  public let nanoseconds: Int64

  /// Creates an interval of `nanoseconds`.
  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// No time at all.
  @inlinable
  public static var zero: Self { Self(nanoseconds: 0) }

  /// Creates an interval of whole milliseconds; stops the program on overflow.
  @inlinable
  public static func milliseconds(_ count: Int64) -> Self { Self(nanoseconds: count * 1_000_000) }

  /// Creates an interval of whole seconds; stops the program on overflow.
  @inlinable
  public static func seconds(_ count: Int64) -> Self { Self(nanoseconds: count * 1_000_000_000) }

  /// Creates an interval of whole minutes; stops the program on overflow.
  @inlinable
  public static func minutes(_ count: Int64) -> Self { seconds(count * 60) }

  /// Creates an interval of whole days of 24 hours; stops the program on overflow.
  @inlinable
  public static func days(_ count: Int64) -> Self { seconds(count * 86_400) }

  /// The sum of two intervals; stops the program on overflow.
  @inlinable
  public static func + (lhs: Self, rhs: Self) -> Self {
    Self(nanoseconds: lhs.nanoseconds + rhs.nanoseconds)
  }

  /// The difference of two intervals; stops the program on overflow.
  @inlinable
  public static func - (lhs: Self, rhs: Self) -> Self {
    Self(nanoseconds: lhs.nanoseconds - rhs.nanoseconds)
  }

  /// Whether `lhs` is the shorter interval.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.nanoseconds < rhs.nanoseconds }
}
