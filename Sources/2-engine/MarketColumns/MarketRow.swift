public import OmniModel
public import OmniTime

/// A row of a market's history that can be taken apart into columns of whole numbers.
///
/// - Invariant: what ``split(_:into:)`` takes apart, ``join(_:count:)`` and ``row(_:of:in:)`` make
///   again, whatever the values are.
public protocol MarketRow: Sendable, Hashable {
  /// What these rows are.
  static var rowKind: MarketRowKind { get }
  /// Of which instrument the row is; blocks do not keep it, their owner does.
  var instrument: InstrumentID { get }
  /// From when on the row was known: rows stand in this order.
  var instant: Timestamp { get }
  /// When what the row tells occurred.
  var occurrence: Timestamp { get }
  /// Whether something is missing from here on, as the row's source says.
  var beginsGap: Bool { get }
  /// Writes `rows` into the first places of each column, as numbers that pack well.
  static func split(_ rows: Span<Self>, into columns: inout [[Int64]])
  /// Turns columns as they were packed into those that ``MarketRows`` shows.
  ///
  /// - Returns: whether each row is one.
  static func join(_ columns: inout [[Int64]], count: Int) -> Bool
  /// The row in place `index`.
  static func row(_ index: Int, of instrument: InstrumentID, in columns: [[Int64]]) -> Self
}
