public import OmniMarketColumns
public import OmniPlatform
public import OmniSQLite
public import OmniTime

/// Why a store of market data cannot do what it was asked; the store is as it was.
public enum MarketStoreFailure: Error, Equatable, Sendable {
  /// The file system refused.
  case file(FileError)
  /// The catalogue refused.
  case catalogue(SQLiteFailure)
  /// A block of a file cannot be read, or rows cannot become one.
  case block(MarketColumnsFailure, path: String)
  /// A file ends before its own end.
  case truncated(path: String)
  /// A file is none of a store.
  case foreign(path: String)
  /// A file is of a version or of rows that this program does not read.
  case unsupported(path: String, version: Int)
  /// A checksum does not fit a part of a file.
  case checksum(path: String, part: String)
  /// The checksums fit, and a part contradicts the rest.
  case senseless(path: String, part: String)
  /// A row is earlier than the one before it of its instrument.
  case outOfOrder(symbol: String, row: Int, instant: Timestamp, before: Timestamp)
  /// A bar stands twice.
  case doubled(symbol: String, row: Int, instant: Timestamp)
  /// A row is of an instrument that was not named.
  case unnamed(instrument: Int)
  /// One import has more instruments than are written at once.
  case tooManyInstruments(Int, most: Int)
  /// A symbol is empty, too long or holds control characters.
  case badSymbol(String)
  /// A line of comma-separated text is no row.
  case text(path: String, line: Int, what: String)
  /// There is nothing of an instrument.
  case missing(symbol: String, known: [String])
  /// Somebody else writes in the store.
  case locked(path: String)
  /// The store was opened for reading.
  case readOnly(path: String)
  /// A span has rows of another tick or lot already, to which no rows can be added.
  case otherTerms(symbol: String, file: String)
  /// Whoever hands the rows over cannot go on.
  case source(String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .file(let error): error.code
    case .catalogue(let failure): failure.code
    case .block(let failure, _): failure.code
    case .truncated: "MST-001"
    case .foreign: "MST-002"
    case .unsupported: "MST-003"
    case .checksum: "MST-004"
    case .senseless: "MST-005"
    case .outOfOrder: "MST-006"
    case .doubled: "MST-007"
    case .unnamed: "MST-008"
    case .tooManyInstruments: "MST-009"
    case .badSymbol: "MST-010"
    case .text: "MST-011"
    case .missing: "MST-012"
    case .locked: "MST-013"
    case .readOnly: "MST-014"
    case .source: "MST-015"
    case .otherTerms: "MST-016"
    }
  }
}

extension MarketStoreFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .catalogue(let failure): "\(failure)"
    case .block(let failure, let path): "\(failure), in \(path)"
    default: "\(code): \(text)"
    }
  }

  private var text: String {
    switch self {
    case .file, .catalogue, .block: ""
    case .truncated(let path): "\(path) ends before its own end"
    case .foreign(let path): "\(path) is no file of a market store"
    case .unsupported(let path, let version):
      "\(path) is of version \(version) or of rows that are not read here"
    case .checksum(let path, let part): "the \(part) of \(path) does not fit its checksum"
    case .senseless(let path, let part):
      "the \(part) of \(path) has a sound checksum and makes no sense"
    case .outOfOrder(let symbol, let row, let instant, let before):
      "row \(row) of \(symbol) is of \(instant), which is earlier than \(before) of the row before"
    case .doubled(let symbol, let row, let instant):
      "row \(row) of \(symbol) is a second bar of \(instant)"
    case .unnamed(let instrument): "a row is of instrument \(instrument), which was not named"
    case .tooManyInstruments(let count, let most):
      "\(count) instruments in one import, where \(most) are written at once"
    case .badSymbol(let symbol):
      "the symbol \"\(symbol)\" is empty, longer than 200 bytes or has control characters"
    case .text(let path, let line, let what): "line \(line) of \(path): \(what)"
    case .missing(let symbol, let known):
      known.isEmpty
        ? "there is nothing of \(symbol); the store is empty"
        : "there is nothing of \(symbol); there is \(known.joined(separator: ", "))"
    case .locked(let path): "somebody else writes in the store \(path)"
    case .readOnly(let path): "the store \(path) was opened for reading"
    case .otherTerms(let symbol, let file):
      "\(file) has rows of \(symbol) with another tick, lot or number of decimals"
    case .source(let text): text
    }
  }
}

extension MarketStoreFailure {
  /// Does `body`, and takes a failure of the file system as one of the store.
  static func wrapping<Value: ~Copyable>(
    _ body: () throws(FileError) -> Value
  ) throws(MarketStoreFailure) -> Value {
    do throws(FileError) { return try body() } catch { throw .file(error) }
  }

  /// Does `body`, and takes a failure of the catalogue as one of the store.
  static func cataloguing<Value: ~Copyable>(
    _ body: () throws(SQLiteFailure) -> Value
  ) throws(MarketStoreFailure) -> Value {
    do throws(SQLiteFailure) { return try body() } catch { throw .catalogue(error) }
  }
}
