/// The place of an event in the one sequence that the core sees; the core's real clock.
@frozen
public struct SequenceNumber: Sendable, Hashable, Comparable {
  /// How many events stand before this one.
  public let value: UInt64

  /// Creates the number `value`.
  @inlinable
  public init(_ value: UInt64) { self.value = value }

  /// The number of the first event.
  @inlinable
  public static var first: Self { Self(0) }

  /// The number after this one; stops the program after 2⁶⁴ events.
  @inlinable
  public var next: Self { Self(value + 1) }

  /// Whether `lhs` stands before `rhs`.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}
