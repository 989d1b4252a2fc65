/// How many of each thing happened in a node.
@frozen
public struct NodeCounts: Sendable, Hashable {
  /// Bars taken.
  public var bars: UInt64 = 0
  /// Orders let by.
  public var orders: UInt64 = 0
  /// Orders refused by risk.
  public var denials: UInt64 = 0
  /// Fills booked.
  public var fills: UInt64 = 0
  /// Reports and cancels that no working order was found for.
  public var strayReports: UInt64 = 0

  @usableFromInline
  init() {}
}
