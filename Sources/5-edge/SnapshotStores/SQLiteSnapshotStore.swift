public import OmniSQLite
public import OmniSnapshotter

/// Keeps snapshots as the rows of a table in a SQLite file.
///
///     let store = try SQLiteSnapshotStore.open("snapshots.sqlite")
///     var snapshotter = Snapshotter<Account, _, _>(store: store, log: log)
///
/// | column | type | holds |
/// | --- | --- | --- |
/// | stream | BLOB | the name's bytes, since a text may not hold a zero |
/// | version | TEXT | 20 decimal digits, so that 2^64 − 1 fits and texts order as numbers |
/// | schema | INTEGER | the number of the state's layout |
/// | reducer | TEXT | 16 hexadecimal digits |
/// | record | BLOB | the record, as it was put |
///
/// Processes may share the file; whoever waits for another's lock longer than the settings allow is
/// refused with `SQL-002`. Threads share the reference and wait for each other. With the usual
/// settings a power loss may cost the last records, and never the file.
///
/// The file is opened anew, once for each call, when the device failed, or when a write with the
/// journal `delete` finds that the file is no longer at its path. With the journal `wal` SQLite
/// does not look: whoever takes the file away from under a store loses what is put from then on.
public final class SQLiteSnapshotStore: SnapshotStore, Sendable {
  /// How the store works.
  public struct Configuration: Sendable, Equatable {
    /// The largest record that is taken, in bytes; never more than
    /// ``SnapshotRecord/encodedBytesMax``.
    public var recordBytesMax: Int
    /// How the file is written, and how long another's lock is waited for.
    public var database: SQLiteDatabase.Configuration

    /// Creates settings.
    public init(
      recordBytesMax: Int = SnapshotRecord.encodedBytesMax,
      database: SQLiteDatabase.Configuration = SQLiteDatabase.Configuration()
    ) {
      self.recordBytesMax = recordBytesMax
      self.database = database
    }
  }

  /// The path of the file.
  public let path: String
  private let limit: RecordLimit
  private let link: Link<SQLiteSnapshotTable>

  private init(_ path: String, _ configuration: Configuration) {
    self.path = path
    limit = RecordLimit(configuration.recordBytesMax)
    link = Link { () throws(LinkFailure) in
      do throws(SQLiteFailure) {
        return try SQLiteSnapshotTable(path, configuration.database)
      } catch {
        throw LinkFailure(error)
      }
    }
  }

  /// Opens the file at `path`, and makes file and table if they are missing.
  ///
  /// - Precondition: the limit of a record is not negative.
  /// - Throws: ``SnapshotStoreFailure/backend(code:reason:)`` with a code `SQL-…`.
  public static func open(
    _ path: String, _ configuration: Configuration = Configuration()
  ) throws(SnapshotStoreFailure) -> SQLiteSnapshotStore {
    let store = SQLiteSnapshotStore(path, configuration)
    try store.link.connect()
    return store
  }

  /// The keys of all snapshots of `stream`, ascending.
  ///
  /// - Complexity: O(n log n) in the snapshots of the stream; reads no record.
  public func keys(of stream: StreamName) throws(SnapshotStoreFailure) -> [SnapshotKey] {
    try run { table throws(SQLiteFailure) in try table.keys(of: stream) }
  }

  /// The bytes that are kept under `key`, or nil if there are none.
  public func load(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> [UInt8]? {
    try run { table throws(SQLiteFailure) in try table.load(key) }
  }

  /// Keeps `record` under `key` unless something is kept there already.
  public func put(
    _ record: [UInt8], for key: SnapshotKey
  ) throws(SnapshotStoreFailure) -> Bool {
    try limit.check(record)
    return try run { table throws(SQLiteFailure) in try table.put(record, for: key) }
  }

  /// Removes what is kept under `key`.
  public func remove(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    try run { table throws(SQLiteFailure) in try table.remove(key) }
  }

  private func run<Result: Sendable>(
    _ body: @Sendable (inout SQLiteSnapshotTable) throws(SQLiteFailure) -> Result
  ) throws(SnapshotStoreFailure) -> Result {
    try link.run { table throws(LinkFailure) in
      do throws(SQLiteFailure) { return try body(&table) } catch { throw LinkFailure(error) }
    }
  }
}

extension LinkFailure {
  /// SQLite's code for a file that is no longer where it was opened (SQLITE_READONLY_DBMOVED).
  private static let movedCode: Int32 = 1032

  fileprivate init(_ failure: SQLiteFailure) {
    let isLost =
      [.device, .cannotOpen].contains(failure.reason) || failure.extendedCode == Self.movedCode
    self.init(code: failure.code, description: failure.description, isLost: isLost)
  }
}
