public import OmniEncoding
public import OmniModel
public import OmniTime

/// Reads bars of one instrument from a strict bar file: every row is right, or it is refused.
///
/// The file is comma-separated text with the columns `ts_ns` (when the bar closed, in nanoseconds
/// since 1970, UTC), `open`, `high`, `low`, `close`, `volume`, in any order; other columns are
/// allowed and named in ``unknownColumns``. Prices are plain decimals on the instrument's tick.
/// Volume is information and not money: it is rounded half to even to the instrument's decimals.
///
///     var reader = try BarFileReader(source, instrument: id, terms: terms)
///     while let bar = try reader.next() { … }
///
/// - Invariant: the bars' times rise strictly.
/// - Complexity: O(bytes); no row allocates.
public struct BarFileReader<Source: ByteSource & ~Copyable>: ~Copyable {
  private var source: Source
  private var reader: CSVReader
  private var decoder: BarRowDecoder

  /// What was read so far.
  public private(set) var facts: BarFileFacts

  /// Creates a reader behind the header of `source`.
  ///
  /// - Throws: An error of the file or of its header.
  public init(
    _ source: consuming Source, instrument: InstrumentID, terms: InstrumentTerms,
    limits: CSVReader.Limits = .init()
  ) throws(BarFileError) {
    var reader = CSVReader(limits: limits)
    var source = source
    let hasHeader: Bool
    do throws(CSVError) {
      hasHeader = try reader.next(from: &source)
    } catch {
      throw BarFileError(error)
    }
    guard hasHeader else {
      throw BarFileError(.emptyFile, place: .init(line: 1), found: "the file is empty")
    }
    decoder = try BarRowDecoder(reader, instrument: instrument, terms: terms)
    facts = BarFileFacts(unknownColumns: decoder.unknownColumns)
    self.source = source
    self.reader = reader
  }

  /// Columns of the file that are not a bar's.
  public var unknownColumns: [String] { decoder.unknownColumns }

  /// The next bar, or nil at the end.
  ///
  /// - Throws: The first fault of the next row. The row is then left, so that a caller may go on.
  public mutating func next() throws(BarFileError) -> Bar? {
    guard try nextRecord() else {
      try finish()
      return nil
    }
    let bar = try decoder.decode(reader)
    facts.add(bar)
    return bar
  }

  /// The next bar, or nil at the end; rows that are wrong are handed to `setAside` and counted.
  ///
  /// - Throws: What is wrong with the file and not with one row, such as cut-off compressed data.
  public mutating func next(
    settingAside setAside: (QuarantinedRow) -> Void
  ) throws(BarFileError) -> Bar? {
    while true {
      do throws(BarFileError) {
        return try next()
      } catch {
        guard error.code.isOfOneRow else { throw error }
        facts.addQuarantined(error.code)
        setAside(
          QuarantinedRow(
            line: reader.line, byteOffset: reader.byteOffset, error: error,
            text: reader.recordText))
      }
    }
  }

  private mutating func nextRecord() throws(BarFileError) -> Bool {
    do throws(CSVError) {
      guard try reader.next(from: &source) else { return false }
    } catch {
      if error.code != .source { facts.rows += 1 }
      let refusal = BarFileError(error, columnName: name(ofColumn: error.column))
      // The rest of a line that cannot be read is passed over, unless there is no end of it.
      if refusal.code.isOfOneRow { try leaveLine() }
      throw refusal
    }
    facts.rows += 1
    return true
  }

  private mutating func leaveLine() throws(BarFileError) {
    do throws(CSVError) {
      try reader.skipLine(from: &source)
    } catch {
      throw BarFileError(error)
    }
  }

  private mutating func finish() throws(BarFileError) {
    facts.bytes = reader.bytesRead
    if facts.rows == 0 {
      throw BarFileError(
        .noRows, place: .init(line: reader.line), found: "the file ends after its header")
    }
  }

  private func name(ofColumn column: Int) -> String {
    decoder.header.names.indices.contains(column - 1) ? decoder.header.names[column - 1] : ""
  }
}

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

/// What there was in a bar file.
public struct BarFileFacts: Sendable, Equatable {
  /// Rows behind the header, taken or not.
  public internal(set) var rows = 0
  /// Rows that became bars.
  public internal(set) var bars = 0
  /// The bytes of text, known at the end.
  public internal(set) var bytes: UInt64 = 0
  /// Rows that were set aside, by the fault.
  public internal(set) var quarantined: [BarFileError.Code: Int] = [:]
  /// Columns that are not a bar's.
  public let unknownColumns: [String]
  /// When the first bar closed.
  public internal(set) var first: Timestamp?
  /// When the last bar closed.
  public internal(set) var last: Timestamp?

  /// How many rows were set aside.
  public var quarantinedCount: Int { quarantined.values.reduce(0, +) }

  init(unknownColumns: [String]) { self.unknownColumns = unknownColumns }

  mutating func add(_ bar: Bar) {
    bars += 1
    if first == nil { first = bar.closedAt }
    last = bar.closedAt
  }

  mutating func addQuarantined(_ code: BarFileError.Code) { quarantined[code, default: 0] += 1 }
}
