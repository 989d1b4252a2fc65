public import OmniEncoding
import OmniMarketColumns
public import OmniModel
import OmniPlatform
public import OmniTime

extension MarketStore {
  /// Which rows are meant.
  public struct Selection: Sendable {
    /// Of which instrument.
    public var symbol: String
    /// The first instant.
    public var from: Timestamp
    /// The last instant.
    public var to: Timestamp
    /// Which revisions: those that were known then; nil for what is known now.
    public var knowledge: Timestamp?

    /// Groups the four.
    public init(
      _ symbol: String, from: Timestamp = .distantPast, to: Timestamp = .distantFuture,
      asOf knowledge: Timestamp? = nil
    ) {
      self.symbol = symbol
      self.from = from
      self.to = to
      self.knowledge = knowledge
    }
  }

  /// Writes the rows of `selection` as comma-separated text, from which ``MarketTextSource`` makes the
  /// same rows again.
  ///
  /// The file gets its name when it is whole and on the device.
  ///
  /// - Returns: how many rows and bytes were written.
  /// - Complexity: O(rows), in memory that does not grow with them.
  public func export<Row: MarketTextRow>(
    _ selection: Selection, _: Row.Type, to target: String,
    progress: (Int) -> Void = { _ in }
  ) throws(MarketStoreFailure) -> (rows: Int, bytes: Int) {
    guard !partitions(of: selection.symbol, Row.rowKind).isEmpty else {
      throw .missing(symbol: selection.symbol, known: symbols)
    }
    let beside = target + Self.temporarySuffix
    do throws(MarketStoreFailure) {
      let file = try MarketStoreFailure.wrapping { () throws(FileError) in
        try File(beside, .replace)
      }
      var (rows, bytes) = (0, 0)
      try lines(selection, Row.self) { chunk, count throws(MarketStoreFailure) in
        try MarketStoreFailure.wrapping { () throws(FileError) in try file.append(chunk) }
        rows += count
        bytes += chunk.count
        progress(rows)
      }
      try MarketStoreFailure.wrapping { () throws(FileError) in
        try file.synchronize()
        try FileSystem.rename(beside, to: target)
        try FileSystem.synchronizeDirectory(FileSystem.folder(of: target))
      }
      return (rows, bytes)
    } catch {
      try? FileSystem.remove(beside)
      throw error
    }
  }

  /// Hands the lines of `selection` to `body`, some thousands at a time, the names first.
  public func lines<Row: MarketTextRow>(
    _ selection: Selection, _: Row.Type,
    _ body: ([UInt8], Int) throws(MarketStoreFailure) -> Void
  ) throws(MarketStoreFailure) {
    var text = Array((Row.textColumns.joined(separator: ",") + "\n").utf8)
    var scan: MarketScan<Row> = scan(
      selection.symbol, from: selection.from, to: selection.to, asOf: selection.knowledge)
    while try scan.next() {
      guard let instrument = scan.instrument else { break }
      for index in scan.range {
        scan.row(index, of: InstrumentID(0)).appendText(instrument, to: &text)
      }
      try body(text, scan.range.count)
      text.removeAll(keepingCapacity: true)
    }
    if !text.isEmpty { try body(text, 0) }
  }
}

/// Hands over the rows of comma-separated text as ``MarketStore`` exports it.
public struct MarketTextSource<Row: MarketTextRow, Bytes: ByteSource & ~Copyable>:
  MarketRowSource, ~Copyable
{
  private let path: String
  private let instrument: StoredInstrument
  private let identifier: InstrumentID
  private var bytes: Bytes
  private var reader = CSVReader()

  /// Creates a source of rows of `instrument`, and reads the names of the columns.
  ///
  /// - Parameter path: where the text is from, for errors.
  public init(
    _ bytes: consuming Bytes, path: String, _ instrument: StoredInstrument,
    as identifier: InstrumentID = InstrumentID(0)
  ) throws(MarketStoreFailure) {
    var reader = CSVReader()
    let isThere: Bool
    do throws(CSVError) { isThere = try reader.next(from: &bytes) } catch {
      throw .text(path: path, line: error.line, what: "\(error)")
    }
    guard isThere, CSVHeader(reader).names == Row.textColumns else {
      throw .text(
        path: path, line: 1,
        what: "the columns are not \(Row.textColumns.joined(separator: ","))")
    }
    self.path = path
    self.instrument = instrument
    self.identifier = identifier
    self.bytes = bytes
    self.reader = reader
  }

  /// Adds the next rows.
  public mutating func read(into rows: inout [Row]) throws(MarketStoreFailure) {
    for _ in 0..<4_096 {
      do throws(CSVError) {
        guard try reader.next(from: &bytes) else { return }
      } catch {
        throw .text(path: path, line: error.line, what: "\(error)")
      }
      guard reader.fieldCount == Row.textColumns.count else {
        throw .text(
          path: path, line: reader.line,
          what: "\(reader.fieldCount) fields, where there are \(Row.textColumns.count) columns")
      }
      switch Row.read(reader, instrument, as: identifier) {
      case .row(let row): rows.append(row)
      case .wrong(let column):
        throw .text(path: path, line: reader.line, what: "the \(column) is no value of it")
      }
    }
  }
}
