public import OmniMarketColumns
public import OmniModel
import OmniPlatform
public import OmniTime

/// A folder of market data: for each instrument and span of days a file that is never changed, and a
/// catalogue of them.
///
///     FOLDER/catalogue.sqlite
///     FOLDER/btcusdt/events/2026-01-31.r0001.omk
///     FOLDER/btcusdt/bars/2026-01-01.r0001.omk
///
/// Rows of a span that is there already become a further revision of it; the older one stays, so that
/// what was known at an instant can be asked for. One process writes at a time, any number read.
/// A file gets its name when it is whole and on the device, so whoever looks sees all of it or nothing.
public struct MarketStore: ~Copyable {
  /// Where it is.
  public let path: String
  /// All files, by symbol, kind, day and revision.
  public private(set) var partitions: [StoredPartition] = []
  private let lock: DirectoryLock?
  private let catalogue: MarketCatalogue?

  static let suffix = ".omk"
  static let temporarySuffix = ".part"

  /// Opens the store in the folder at `path` for reading; a folder that is missing is an empty store.
  ///
  /// - Throws: what is wrong with a file that the catalogue does not list.
  public init(reading path: String) throws(MarketStoreFailure) {
    self.path = path
    lock = nil
    catalogue = nil
    if FileSystem.exists(path) {
      partitions = try Reconciled(path, listed: MarketCatalogue.read(path)).partitions
    }
  }

  /// Opens the store in the folder at `path`, which is made if it is missing, for writing.
  ///
  /// What a writer that was killed left unfinished is removed, and the catalogue is made to fit.
  ///
  /// - Throws: `locked` if somebody else writes there.
  public init(writing path: String) throws(MarketStoreFailure) {
    let lock = try Self.lock(path)
    let catalogue = try MarketCatalogue(writing: path)
    let found = try Reconciled(path, listed: try catalogue.list())
    try catalogue.change(adding: found.added, removing: found.removed)
    try Self.removeUnfinished(path)
    self.path = path
    partitions = found.partitions
    self.lock = consume lock
    self.catalogue = consume catalogue
  }

  private static func lock(_ path: String) throws(MarketStoreFailure) -> DirectoryLock {
    do throws(FileError) {
      try FileSystem.makeDirectory(path)
      return try DirectoryLock(path)
    } catch  where error.reason == .locked {
      throw .locked(path: path)
    } catch {
      throw .file(error)
    }
  }

  var canWrite: Bool { lock != nil }

  // MARK: Asking

  /// All symbols, in the order of their bytes.
  public var symbols: [String] {
    var symbols: [String] = []
    for partition in partitions where symbols.last != partition.symbol {
      symbols.append(partition.symbol)
    }
    return symbols
  }

  /// The files of `symbol`, of each span the latest revision that was known at `knowledge`.
  ///
  /// - Parameter knowledge: nil for what is known now.
  public func partitions(
    of symbol: String, _ rows: MarketRowKind, asOf knowledge: Timestamp? = nil
  ) -> [StoredPartition] {
    var found: [StoredPartition] = []
    for partition in partitions where partition.symbol == symbol && partition.rows == rows {
      if let knowledge, partition.knownAt > knowledge { continue }
      if let last = found.last, last.span == partition.span { found.removeLast() }
      found.append(partition)
    }
    return found
  }

  /// Opens a file of the list.
  public func open<Row: MarketRow>(
    _ partition: StoredPartition, _ row: Row.Type = Row.self
  ) throws(MarketStoreFailure) -> PartitionReader<Row> {
    try PartitionReader(path + "/" + partition.file)
  }

  /// The last row of `symbol` that is not later than `instant`, or nil.
  ///
  /// - Parameter knowledge: Which revisions to look at: those that were known then; nil for all.
  /// - Complexity: O(files of the symbol + log blocks + rows of a block).
  public func lastRow<Row: MarketRow>(
    of symbol: String, until instant: Timestamp, asOf knowledge: Timestamp? = nil,
    as instrument: InstrumentID = InstrumentID(0)
  ) throws(MarketStoreFailure) -> Row? {
    let files = partitions(of: symbol, Row.rowKind, asOf: knowledge)
    guard let file = files.last(where: { $0.quality.first <= instant }) else { return nil }
    var reader: PartitionReader<Row> = try open(file)
    guard let block = reader.lastBlock(until: instant) else { return nil }
    var rows = MarketRows<Row>()
    try reader.read(block, into: &rows)
    let count = rows.count(until: instant)
    return count == 0 ? nil : rows.row(count - 1, of: instrument)
  }

  /// A scan of the rows of `symbol` from `from` to `to`, both included.
  ///
  /// - Parameter knowledge: Which revisions to look at: those that were known then; nil for all.
  public func scan<Row: MarketRow>(
    _ symbol: String, from: Timestamp = .distantPast, to: Timestamp = .distantFuture,
    asOf knowledge: Timestamp? = nil
  ) -> MarketScan<Row> {
    let files = partitions(of: symbol, Row.rowKind, asOf: knowledge).filter {
      $0.quality.last >= from && $0.quality.first <= to
    }
    return MarketScan(files.map { path + "/" + $0.file }, from: from, to: to)
  }

  // MARK: Files

  func folder(of instrument: StoredInstrument, _ rows: MarketRowKind) -> String {
    "\(instrument.folderName)/\(rows.word)"
  }

  static func name(_ span: PartitionSpan, revision: Int) -> String {
    let digits = String(revision)
    let padding = String(repeating: "0", count: max(0, 4 - digits.count))
    return "\(span.text).r\(padding)\(digits)\(suffix)"
  }

  /// Takes new files into the list.
  mutating func add(_ added: [StoredPartition]) throws(MarketStoreFailure) {
    try catalogue?.change(adding: added, removing: [])
    partitions += added
    partitions.sort(by: StoredPartition.isBefore)
  }

  private static func removeUnfinished(_ path: String) throws(MarketStoreFailure) {
    for file in try files(in: path, withSuffix: temporarySuffix) {
      try MarketStoreFailure.wrapping { () throws(FileError) in
        try FileSystem.remove(path + "/" + file)
      }
    }
  }

  /// The files two folders down whose names end in `suffix`.
  fileprivate static func files(
    in path: String, withSuffix suffix: String
  ) throws(MarketStoreFailure) -> [String] {
    try MarketStoreFailure.wrapping { () throws(FileError) in
      var files: [String] = []
      for instrument in try FileSystem.names(in: path)
      where FileSystem.isDirectory("\(path)/\(instrument)") {
        for kind in MarketRowKind.allCases.map(\.word)
        where FileSystem.isDirectory("\(path)/\(instrument)/\(kind)") {
          for name in try FileSystem.names(in: "\(path)/\(instrument)/\(kind)")
          where name.hasSuffix(suffix) {
            files.append("\(instrument)/\(kind)/\(name)")
          }
        }
      }
      return files
    }
  }
}

/// The files that are there, and what differs from those that are listed.
private struct Reconciled {
  var partitions: [StoredPartition] = []
  var added: [StoredPartition] = []
  var removed: [String] = []

  init(_ path: String, listed: [StoredPartition]) throws(MarketStoreFailure) {
    var known: [String: StoredPartition] = [:]
    for partition in listed { known[partition.file] = partition }
    for file in try MarketStore.files(in: path, withSuffix: MarketStore.suffix) {
      if let partition = known.removeValue(forKey: file) {
        partitions.append(partition)
      } else {
        let mapped = try MappedPartition(path + "/" + file)
        added.append(StoredPartition(mapped.facts, file: file))
      }
    }
    removed = Array(known.keys)
    partitions += added
    partitions.sort(by: StoredPartition.isBefore)
  }
}
