/// A size to trade, in whole lots of one instrument; never negative.
@frozen
public struct Quantity: Sendable, Hashable, Comparable {
  /// The count of the instrument's smallest tradable lots.
  public let lots: Int64

  /// Creates a quantity of `lots` lots.
  ///
  /// - Precondition: `lots` is not negative.
  @inlinable
  public init(lots: Int64) {
    precondition(lots >= 0, "a quantity is never negative")
    self.lots = lots
  }

  /// No lots at all.
  @inlinable
  public static var zero: Self { Self(lots: 0) }

  /// The sum of two quantities; stops the program on overflow.
  @inlinable
  public static func + (lhs: Self, rhs: Self) -> Self { Self(lots: lhs.lots + rhs.lots) }

  /// What is left of `lhs`; stops the program when `rhs` is larger.
  @inlinable
  public static func - (lhs: Self, rhs: Self) -> Self { Self(lots: lhs.lots - rhs.lots) }

  /// Whether `lhs` is the smaller size.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.lots < rhs.lots }
}

/// A position's size, in whole lots with a sign: above zero is long, below zero is short.
@frozen
public struct NetQuantity: Sendable, Hashable, Comparable {
  /// Lots held; negative when they are owed.
  public let lots: Int64

  /// Creates a net quantity of `lots` lots.
  @inlinable
  public init(lots: Int64) { self.lots = lots }

  /// Neither long nor short.
  @inlinable
  public static var flat: Self { Self(lots: 0) }

  /// The size without its sign.
  @inlinable
  public var magnitude: Quantity { Quantity(lots: abs(lots)) }

  /// The sum of two net quantities; stops the program on overflow.
  @inlinable
  public static func + (lhs: Self, rhs: Self) -> Self { Self(lots: lhs.lots + rhs.lots) }

  /// Whether `lhs` is the shorter, or less long, position.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.lots < rhs.lots }
}
