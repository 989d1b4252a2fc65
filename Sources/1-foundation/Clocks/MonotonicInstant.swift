public import OmniTime

/// A point on a clock that only goes forward, in nanoseconds from an origin of that clock's own.
///
/// It says how far two points lie apart and which came first, and nothing of the time of day: who
/// sets the machine's clock does not move it. Instants of two machines, or from before and after a
/// restart of one, have nothing to do with each other.
@frozen
public struct MonotonicInstant: Sendable, Hashable, Comparable {
  /// Nanoseconds since the origin of the clock; never negative.
  public let nanoseconds: Int64

  /// Creates an instant.
  ///
  /// - Precondition: `nanoseconds` is not negative.
  @inlinable
  public init(nanoseconds: Int64) {
    precondition(nanoseconds >= 0, "an instant lies after the origin of its clock")
    self.nanoseconds = nanoseconds
  }

  /// The origin of the clock.
  @inlinable
  public static var origin: Self { Self(nanoseconds: 0) }

  /// The last instant that can be written down, some 292 years after the origin.
  @inlinable
  public static var distantFuture: Self { Self(nanoseconds: .max) }

  /// Whether `lhs` is the earlier instant.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.nanoseconds < rhs.nanoseconds }

  /// The instant `interval` after this one, held within what can be written down.
  @inlinable
  public static func + (instant: Self, interval: Interval) -> Self {
    let (sum, isOver) = instant.nanoseconds.addingReportingOverflow(interval.nanoseconds)
    if isOver { return distantFuture }
    return Self(nanoseconds: Swift.max(0, sum))
  }

  /// The time from `rhs` to `lhs`.
  @inlinable
  public static func - (lhs: Self, rhs: Self) -> Interval {
    // Neither is negative, so their difference fits.
    Interval(nanoseconds: lhs.nanoseconds - rhs.nanoseconds)
  }
}
