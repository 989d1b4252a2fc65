/// A cell: what SQLite stores in a column of a row.
public enum SQLiteValue: Sendable, Hashable {
  /// Nothing.
  case null
  /// A whole number.
  case integer(Int64)
  /// A binary floating-point number, which this module reads and never writes.
  case real(Double)
  /// Text.
  case text(String)
  /// Bytes.
  case blob([UInt8])
}
