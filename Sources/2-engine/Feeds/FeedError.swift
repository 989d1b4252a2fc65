/// Why a record of a feed was refused: where, what was found, what was wanted.
///
/// A decoder that throws it is as it was before the record.
public struct FeedError: Error, Equatable, Sendable {
  /// What is wrong.
  public let code: Code
  /// The line, from 1; 0 if the records have none.
  public let line: Int
  /// The byte of the record, from 1; 0 when the whole record is meant.
  public let column: Int
  /// What was found.
  public let found: String
  /// What was wanted instead.
  public let wanted: String

  /// Creates an error.
  public init(
    _ code: Code, line: Int, column: Int = 0, found: String, wanted: String? = nil
  ) {
    self.code = code
    self.line = line
    self.column = column
    self.found = found
    self.wanted = wanted ?? code.wanted
  }

  /// What to do about it.
  public var remedy: String { code.remedy }

  /// The error of `fault` in `record`, with the text around it.
  init(_ fault: ScanFault, line: Int, record: borrowing Span<UInt8>) {
    let from = min(max(0, fault.offset), record.count)
    let to = min(record.count, from + 24)
    var text = ""
    for index in from..<to {
      let byte = record[index]
      if byte >= 0x20, byte < 0x7F {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    let place = from == record.count ? "the record's end" : "'\(text)'"
    self.init(
      fault.code, line: line, column: from + 1, found: "\(fault.code.meaning) at \(place)")
  }
}

extension FeedError: CustomStringConvertible {
  /// One line: the code, the place, what was, what was wanted, and what to do.
  public var description: String {
    var text = "error[\(code.rawValue)]: "
    if line > 0 { text += "line \(line), byte \(max(column, 1)): " }
    return text + "\(found); wanted \(wanted); \(remedy)"
  }
}

/// Inside the decoders, a fault and the byte of the record at which it was found.
struct ScanFault: Error {
  let code: FeedError.Code
  let offset: Int

  @inline(__always)
  init(_ code: FeedError.Code, _ offset: Int) {
    self.code = code
    self.offset = offset
  }
}
