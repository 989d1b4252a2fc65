/// In which form payloads come.
public enum PayloadFormat: String, Sendable, CaseIterable {
  /// A JSON object on each line.
  case ndjson
  /// One JSON array of objects, over as many lines as it likes.
  case array
  /// A table with a header line.
  case csv

  /// The form that the first byte of a content speaks for: an object, an array, or else a table.
  init(firstByte: UInt8) {
    switch firstByte {
    case 0x7B: self = .ndjson
    case 0x5B: self = .array
    default: self = .csv
    }
  }
}

/// Why no further payload can be read.
public enum IngestFailure: Error, Equatable, Sendable {
  /// The source does not give its next bytes.
  case source(String)
  /// The table's header is not one.
  case header(String)
  /// The content is an array that does not end, or one with something behind it.
  case array(line: UInt64, String)

  /// The stable code.
  public var code: String {
    switch self {
    case .source: "ING-020"
    case .header: "ING-021"
    case .array: "ING-022"
    }
  }
}

extension IngestFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .source(let cause): "\(code): \(cause)"
    case .header(let what): "\(code): \(what)"
    case .array(let line, let what): "\(code): line \(line): \(what)"
    }
  }
}

/// What went through an ingestor.
public struct IngestStatistics: Sendable, Equatable {
  /// How many records there were.
  public var records: UInt64 = 0
  /// How many of them became transactions.
  public var taken: UInt64 = 0
  /// How many became dead letters.
  public var dead: UInt64 = 0
  /// How many a mapping left out on purpose.
  public var leftOut: UInt64 = 0
  /// How many bytes were used up.
  public var bytes: UInt64 = 0
}
