/// Why bytes are not the comma-separated text that was wanted, and where.
public struct CSVError: Error, Equatable, Sendable {
  /// The kinds of fault; the raw value is the stable code.
  public enum Code: String, Sendable, CaseIterable {
    /// There is not one byte.
    case empty = "CSV-001"
    /// The text is in UTF-16 or UTF-32.
    case wideText = "CSV-002"
    /// A NUL byte.
    case nulByte = "CSV-003"
    /// Bytes that are not UTF-8.
    case invalidUTF8 = "CSV-004"
    /// A control character other than tab and line end.
    case controlCharacter = "CSV-005"
    /// A quoted field that never ends.
    case unterminatedQuote = "CSV-006"
    /// A quote inside a plain field, or text behind a closing quote.
    case strayQuote = "CSV-007"
    /// A carriage return that no line feed follows.
    case bareCarriageReturn = "CSV-008"
    /// A line of more bytes than the limit.
    case lineTooLong = "CSV-009"
    /// A line of more fields than the limit.
    case tooManyColumns = "CSV-010"
    /// The source failed.
    case source = "CSV-011"

    /// What is wrong, in a few words.
    public var meaning: String {
      switch self {
      case .empty: "there is nothing to read"
      case .wideText: "the text is UTF-16 or UTF-32"
      case .nulByte: "a NUL byte"
      case .invalidUTF8: "bytes that are not UTF-8"
      case .controlCharacter: "a control character"
      case .unterminatedQuote: "a quoted field that is never closed"
      case .strayQuote: "a quote in the wrong place"
      case .bareCarriageReturn: "a carriage return without a line feed"
      case .lineTooLong: "a line that is too long"
      case .tooManyColumns: "too many columns"
      case .source: "the bytes cannot be read"
      }
    }

    /// What the reader accepts instead.
    public var wanted: String {
      switch self {
      case .empty: "a header line"
      case .wideText, .nulByte, .invalidUTF8, .controlCharacter: "UTF-8 text"
      case .unterminatedQuote: "a closing quote"
      case .strayQuote: "quotes around the whole field, doubled inside"
      case .bareCarriageReturn: "lines that end in LF or CRLF"
      case .lineTooLong, .tooManyColumns: "a line within the limits"
      case .source: "a source that can be read to its end"
      }
    }
  }

  /// What is wrong.
  public let code: Code
  /// The line, from 1; 0 when the fault has none.
  public let line: Int
  /// The field of the line, from 1; 0 when the fault has none.
  public let column: Int
  /// What was found: a byte in hexadecimal, a count, or the source's own words.
  public let detail: String
  /// What the source said, when it was the source that failed.
  public let cause: ByteSourceFailure?

  /// Creates an error.
  public init(
    _ code: Code, line: Int = 0, column: Int = 0, detail: String = "",
    cause: ByteSourceFailure? = nil
  ) {
    self.code = code
    self.line = line
    self.column = column
    self.detail = detail
    self.cause = cause
  }
}

extension CSVError: CustomStringConvertible {
  /// One line: where, what was, and what was wanted.
  public var description: String {
    var text = "error[\(code.rawValue)]: "
    if line > 0 { text += "line \(line)" }
    if column > 0 { text += ", column \(column)" }
    if line > 0 { text += ": " }
    text += code.meaning
    if !detail.isEmpty { text += " (\(detail))" }
    return text + "; wanted \(code.wanted)"
  }
}
