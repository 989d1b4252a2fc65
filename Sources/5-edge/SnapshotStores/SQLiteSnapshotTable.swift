import OmniSQLite
import OmniSnapshotter

/// The table of snapshots in an open database, with its four statements.
struct SQLiteSnapshotTable: ~Copyable {
  /// Rows have numbers of their own, so that listing keys reads the index and no record.
  private static let layout = """
    CREATE TABLE IF NOT EXISTS snapshots (
      stream BLOB NOT NULL,
      version TEXT NOT NULL,
      schema INTEGER NOT NULL,
      reducer TEXT NOT NULL,
      record BLOB NOT NULL,
      PRIMARY KEY (stream, version, schema, reducer)
    ) STRICT
    """
  private static let place = "stream = ?1 AND version = ?2 AND schema = ?3 AND reducer = ?4"

  private let database: SQLiteDatabase
  private var list: SQLiteStatement
  private var select: SQLiteStatement
  private var insert: SQLiteStatement
  private var delete: SQLiteStatement

  /// Opens the database at `path`, and makes what is missing.
  init(_ path: String, _ configuration: SQLiteDatabase.Configuration) throws(SQLiteFailure) {
    let database = try SQLiteDatabase(.file(path), configuration)
    try database.execute(Self.layout)
    let list = try database.prepare(
      "SELECT version, schema, reducer FROM snapshots WHERE stream = ?1")
    let select = try database.prepare(
      "SELECT substr(record, 1, \(RecordLimit.bytesRead)) FROM snapshots WHERE \(Self.place)")
    let insert = try database.prepare(
      "INSERT INTO snapshots VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")
    let delete = try database.prepare("DELETE FROM snapshots WHERE \(Self.place)")
    self.database = database
    self.list = list
    self.select = select
    self.insert = insert
    self.delete = delete
  }

  /// The keys of `stream`, ascending.
  mutating func keys(of stream: StreamName) throws(SQLiteFailure) -> [SnapshotKey] {
    try list.bind(1, Array(stream.text.utf8))
    var keys: [SnapshotKey] = []
    while try list.step() {
      let version = list.text(at: 0) ?? ""
      let key = KeyText.key(
        of: stream, version: version, schema: list.integer(at: 1), reducer: list.text(at: 2) ?? "")
      // Other ways of writing the same number lead to no record.
      if let key, KeyText.version(key.version) == version { keys.append(key) }
    }
    return keys.sorted()
  }

  /// The record of `key`, or nil.
  mutating func load(_ key: SnapshotKey) throws(SQLiteFailure) -> [UInt8]? {
    try Self.bind(key, to: &select)
    guard try select.step() else { return nil }
    defer { select.reset() }
    return select.bytes(at: 0)
  }

  /// Adds `record` unless there is one; tells if it was added.
  mutating func put(_ record: [UInt8], for key: SnapshotKey) throws(SQLiteFailure) -> Bool {
    try Self.bind(key, to: &insert)
    try insert.bind(5, record)
    // Lets go of the copy of the record; if it stays until the next call, no harm is done.
    defer { try? insert.bindNull(5) }
    try insert.run()
    return database.changeCount > 0
  }

  /// Removes the record of `key`; tells if there was one.
  mutating func remove(_ key: SnapshotKey) throws(SQLiteFailure) -> Bool {
    try Self.bind(key, to: &delete)
    try delete.run()
    return database.changeCount > 0
  }

  private static func bind(
    _ key: SnapshotKey, to statement: inout SQLiteStatement
  ) throws(SQLiteFailure) {
    try statement.bind(1, Array(key.stream.text.utf8))
    try statement.bind(2, KeyText.version(key.version))
    try statement.bind(3, Int64(key.schemaVersion))
    try statement.bind(4, KeyText.reducer(key.reducerFingerprint))
  }
}
