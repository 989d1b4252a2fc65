import OmniMarketColumns
import OmniPlatform
import OmniSQLite
import OmniTime

/// The list of a store's files in SQLite, for this and for other programs.
///
/// The files are the truth. What is listed and is not there is dropped, what is there and is not
/// listed is read; if the list is lost or damaged, it is made anew from the files.
struct MarketCatalogue: ~Copyable {
  static let fileName = "catalogue.sqlite"
  private static let version: Int64 = 1
  private static let layout = """
    CREATE TABLE IF NOT EXISTS partitions (
      file TEXT NOT NULL PRIMARY KEY,
      instrument TEXT NOT NULL,
      kind TEXT NOT NULL,
      day TEXT NOT NULL,
      first_day INTEGER NOT NULL,
      day_count INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      known_at_ns INTEGER NOT NULL,
      rows INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      first_ns INTEGER NOT NULL,
      last_ns INTEGER NOT NULL,
      gaps INTEGER NOT NULL,
      doubled INTEGER NOT NULL,
      silence_ns INTEGER NOT NULL,
      verdict TEXT NOT NULL,
      source TEXT NOT NULL,
      UNIQUE (instrument, kind, first_day, revision)
    ) STRICT;
    PRAGMA user_version = 1;
    """
  private static let columns = """
    file, instrument, kind, first_day, day_count, revision, known_at_ns, rows, bytes, first_ns,
    last_ns, gaps, doubled, silence_ns, source
    """
  private static let settings = SQLiteDatabase.Configuration(
    journal: .delete, synchronous: .full, cacheKibibytes: 2_048)

  private let database: SQLiteDatabase

  /// Opens the list in the folder at `path` for writing; one that is damaged is made anew.
  init(writing path: String) throws(MarketStoreFailure) {
    let file = path + "/" + Self.fileName
    do throws(SQLiteFailure) {
      database = try Self.open(file)
    } catch  where error.reason == .damaged {
      try MarketStoreFailure.wrapping { () throws(FileError) in try FileSystem.remove(file) }
      database = try MarketStoreFailure.cataloguing { () throws(SQLiteFailure) in
        try Self.open(file)
      }
    } catch {
      throw .catalogue(error)
    }
  }

  private static func open(_ file: String) throws(SQLiteFailure) -> SQLiteDatabase {
    let database = try SQLiteDatabase(.file(file), settings)
    let found = try database.query("PRAGMA user_version")
    if found != [[.integer(version)]] {
      try database.execute("DROP TABLE IF EXISTS partitions")
      try database.execute(layout)
    }
    // A damaged page shows when it is read.
    _ = try list(database)
    return database
  }

  /// What the list in the folder at `path` says; nothing if there is none or it cannot be read.
  static func read(_ path: String) -> [StoredPartition] {
    let file = path + "/" + fileName
    guard FileSystem.exists(file), let database = try? SQLiteDatabase(.readOnly(file), settings),
      let found = try? database.query("PRAGMA user_version"), found == [[.integer(version)]],
      let partitions = try? list(database)
    else { return [] }
    return partitions
  }

  /// All that is listed.
  func list() throws(MarketStoreFailure) -> [StoredPartition] {
    try MarketStoreFailure.cataloguing { () throws(SQLiteFailure) in try Self.list(database) }
  }

  private static func list(
    _ database: borrowing SQLiteDatabase
  ) throws(SQLiteFailure) -> [StoredPartition] {
    var select = try database.prepare("SELECT \(columns) FROM partitions")
    var partitions: [StoredPartition] = []
    while try select.step() {
      if let partition = partition(select) { partitions.append(partition) }
    }
    return partitions
  }

  /// The row as a partition; nil if it makes none, so that its file is read anew.
  private static func partition(_ row: borrowing SQLiteStatement) -> StoredPartition? {
    guard let file = row.text(at: 0), let symbol = row.text(at: 1),
      let kind = row.text(at: 2).flatMap(MarketRowKind.init(word:)),
      let span = PartitionSpan(
        firstDay: Int(row.integer(at: 3)), dayCount: Int(row.integer(at: 4))),
      let source = row.text(at: 14)
    else { return nil }
    var quality = PartitionQuality()
    quality.rows = Int(row.integer(at: 7))
    quality.first = Timestamp(nanoseconds: row.integer(at: 9))
    quality.last = Timestamp(nanoseconds: row.integer(at: 10))
    quality.gaps = Int(row.integer(at: 11))
    quality.doubled = Int(row.integer(at: 12))
    quality.silence = Interval(nanoseconds: row.integer(at: 13))
    return StoredPartition(
      symbol: symbol, rows: kind, span: span,
      version: (Int(row.integer(at: 5)), Timestamp(nanoseconds: row.integer(at: 6))),
      byteCount: Int(row.integer(at: 8)), quality: quality, source: source, file: file)
  }

  /// Lists `added` and no longer lists the files `removed`, all or nothing.
  func change(
    adding added: [StoredPartition], removing removed: [String]
  ) throws(MarketStoreFailure) {
    if added.isEmpty && removed.isEmpty { return }
    try MarketStoreFailure.cataloguing { () throws(SQLiteFailure) in
      var delete = try database.prepare("DELETE FROM partitions WHERE file = ?1")
      var insert = try database.prepare(
        """
        INSERT OR REPLACE INTO partitions
          (\(Self.columns), day, verdict)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
        """)
      try database.transaction { () throws(SQLiteFailure) in
        for file in removed {
          try delete.bind(1, file)
          try delete.run()
        }
        for partition in added {
          for (index, value) in Self.values(partition).enumerated() {
            try insert.bind(index + 1, value)
          }
          try insert.run()
        }
      }
    }
  }

  private static func values(_ partition: StoredPartition) -> [SQLiteValue] {
    let quality = partition.quality
    return [
      .text(partition.file), .text(partition.symbol), .text(partition.rows.word),
      .integer(Int64(partition.span.firstDay)), .integer(Int64(partition.span.dayCount)),
      .integer(Int64(partition.revision)), .integer(partition.knownAt.nanoseconds),
      .integer(Int64(quality.rows)), .integer(Int64(partition.byteCount)),
      .integer(quality.first.nanoseconds), .integer(quality.last.nanoseconds),
      .integer(Int64(quality.gaps)), .integer(Int64(quality.doubled)),
      .integer(quality.silence.nanoseconds), .text(partition.source),
      .text(partition.span.text), .text(quality.verdict.rawValue),
    ]
  }
}
