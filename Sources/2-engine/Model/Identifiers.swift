/// An instrument's place in the run's list of instruments; dense, so it indexes tables.
@frozen
public struct InstrumentID: Sendable, Hashable, Comparable {
  /// The place, from 0.
  public let index: UInt32

  /// Creates the identifier of the instrument at `index`.
  @inlinable
  public init(_ index: UInt32) { self.index = index }

  /// Whether `lhs` stands before `rhs`.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.index < rhs.index }
}

/// A strategy's place in the run's list of strategies; each has books of its own.
@frozen
public struct StrategyID: Sendable, Hashable, Comparable {
  /// The place, from 0.
  public let index: UInt32

  /// Creates the identifier of the strategy at `index`.
  @inlinable
  public init(_ index: UInt32) { self.index = index }

  /// Whether `lhs` stands before `rhs`.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.index < rhs.index }
}

/// The number of an order in its run; counts from 1, in the order of creation.
@frozen
public struct OrderID: Sendable, Hashable, Comparable {
  /// The number; 0 stands for no order in records.
  public let value: UInt64

  /// Creates the identifier with number `value`.
  @inlinable
  public init(_ value: UInt64) { self.value = value }

  /// No order.
  @inlinable
  public static var none: Self { Self(0) }

  /// Whether `lhs` was created before `rhs`.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}

/// The venue's number of one execution; with venue and account it makes a fill unique.
@frozen
public struct TradeID: Sendable, Hashable, Comparable {
  /// The number.
  public let value: UInt64

  /// Creates the identifier with number `value`.
  @inlinable
  public init(_ value: UInt64) { self.value = value }

  /// Whether `lhs` is the smaller number.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.value < rhs.value }
}
