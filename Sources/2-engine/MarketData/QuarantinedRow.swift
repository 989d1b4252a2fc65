/// A row that was not taken, and why.
public struct QuarantinedRow: Sendable, Equatable {
  /// The line on which it begins, from 1.
  public let line: Int
  /// How many bytes of the text stand before it.
  public let byteOffset: UInt64
  /// What is wrong with it.
  public let error: BarFileError
  /// The row as it stands in the file, at most 1,024 bytes of it.
  public let text: String

  /// Creates a row.
  public init(line: Int, byteOffset: UInt64, error: BarFileError, text: String) {
    self.line = line
    self.byteOffset = byteOffset
    self.error = error
    self.text = text
  }
}

/// Inside the reader, a fault together with the row that has it.
struct RowRefusal: Error {
  let row: QuarantinedRow

  var error: BarFileError { row.error }
}
