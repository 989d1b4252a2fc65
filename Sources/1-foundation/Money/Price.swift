/// A price of one instrument, in whole ticks; negative prices exist, as oil showed in April 2020.
@frozen
public struct Price: Sendable, Hashable, Comparable {
  /// The count of the instrument's smallest price steps.
  public let ticks: Int64

  /// Creates a price of `ticks` ticks.
  @inlinable
  public init(ticks: Int64) { self.ticks = ticks }

  /// The price zero.
  @inlinable
  public static var zero: Self { Self(ticks: 0) }

  /// The price `offset` above `price`; stops the program on overflow.
  @inlinable
  public static func + (price: Self, offset: PriceOffset) -> Self {
    Self(ticks: price.ticks + offset.ticks)
  }

  /// The price `offset` below `price`; stops the program on overflow.
  @inlinable
  public static func - (price: Self, offset: PriceOffset) -> Self {
    Self(ticks: price.ticks - offset.ticks)
  }

  /// The distance from `rhs` up to `lhs`; stops the program on overflow.
  @inlinable
  public static func - (lhs: Self, rhs: Self) -> PriceOffset {
    PriceOffset(ticks: lhs.ticks - rhs.ticks)
  }

  /// Whether `lhs` is the lower price.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.ticks < rhs.ticks }
}

/// A distance between two prices of one instrument, in whole ticks.
@frozen
public struct PriceOffset: Sendable, Hashable, Comparable {
  /// The count of price steps; negative when it points down.
  public let ticks: Int64

  /// Creates a distance of `ticks` ticks.
  @inlinable
  public init(ticks: Int64) { self.ticks = ticks }

  /// Whether `lhs` is the smaller distance, by sign.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.ticks < rhs.ticks }
}
