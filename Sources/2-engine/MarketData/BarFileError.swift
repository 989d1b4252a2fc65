public import OmniEncoding

/// Why a bar file, or one of its rows, was refused: where, what was found, what was wanted.
public struct BarFileError: Error, Equatable, Sendable {
  /// What is wrong.
  public let code: Code
  /// The line, from 1; 0 when the whole file is meant.
  public let line: Int
  /// The field of the line, from 1; 0 when the whole line is meant.
  public let column: Int
  /// The name of the column, or nothing.
  public let columnName: String
  /// What was found.
  public let found: String
  /// What was wanted instead.
  public let wanted: String

  /// Creates an error.
  ///
  /// - Parameter wanted: What was wanted, where it is more exact than ``Code/wanted``.
  public init(
    _ code: Code, place: Place = Place(), found: String, wanted: String? = nil
  ) {
    self.code = code
    line = place.line
    column = place.column
    columnName = place.columnName
    self.found = found
    self.wanted = wanted ?? code.wanted
  }

  /// Where in a file something stands.
  public struct Place: Sendable, Equatable {
    /// The line, from 1; 0 for the whole file.
    public var line: Int
    /// The field, from 1; 0 for the whole line.
    public var column: Int
    /// The name of the column, or nothing.
    public var columnName: String

    /// Creates a place; by default the whole file.
    public init(line: Int = 0, column: Int = 0, columnName: String = "") {
      self.line = line
      self.column = column
      self.columnName = columnName
    }
  }

  /// What to do about it.
  public var remedy: String { code.remedy }
}

extension BarFileError: CustomStringConvertible {
  /// One line: the code, the place, what was, what was wanted, and what to do.
  ///
  /// A fault of a whole line stands at its first column, so that a program finds a place in each.
  public var description: String {
    var text = "error[\(code.rawValue)]: "
    if line > 0 { text += "line \(line), column \(max(column, 1))" }
    if column > 0, !columnName.isEmpty { text += " (\(columnName))" }
    if line > 0 { text += ": " }
    return text + "\(found); wanted \(wanted); \(remedy)"
  }
}

extension BarFileError {
  /// The same fault as `error` found it, in the words of bar files.
  public init(_ error: CSVError, columnName: String = "") {
    let code: Code =
      switch error.code {
      case .empty: .emptyFile
      case .wideText: .wideText
      case .nulByte: .nulByte
      case .invalidUTF8: .invalidUTF8
      case .controlCharacter: .controlCharacter
      case .unterminatedQuote: .unterminatedQuote
      case .strayQuote: .strayQuote
      case .bareCarriageReturn: .bareCarriageReturn
      case .lineTooLong: .lineTooLong
      case .tooManyColumns: .tooManyColumns
      case .source:
        switch error.cause {
        case .truncated?, .corrupt?: .damagedCompression
        case .unreadable?, nil: .unreadable
        }
      }
    self.init(
      code,
      place: Place(line: error.line, column: error.column, columnName: columnName),
      found: error.detail.isEmpty || error.code == .source
        ? (error.cause?.description ?? error.code.meaning)
        : "\(error.code.meaning) (\(error.detail))")
  }
}
