import CSQLite
public import OmniTime

/// A connection to a database that is one file, or none.
///
///     let database = try SQLiteDatabase(.file("books.sqlite"))
///     try database.execute("CREATE TABLE notes (text TEXT) STRICT")
///     var insert = try database.prepare("INSERT INTO notes VALUES (?1)")
///     try insert.bind(1, "paid")
///     try insert.run()
///
/// It is used by one thread at a time, and calls wait for the disk. A transaction that is open when
/// the value goes is rolled back; statements may live longer than the value, the file is closed
/// with the last of them.
@safe public struct SQLiteDatabase: ~Copyable {
  /// Where the rows are.
  public enum Location: Sendable, Equatable {
    /// In the file at a path, which is made if it is missing.
    case file(String)
    /// In the file at a path, which is there and is not changed.
    case readOnly(String)
    /// In memory, until the value goes.
    case memory
  }

  /// How changes reach the file.
  public struct Configuration: Sendable, Equatable {
    /// Where a transaction is written before it is in the file.
    public enum Journal: String, Sendable, CaseIterable {
      /// In a log beside the file; readers and one writer do not wait for each other.
      case wal
      /// In a copy of the old pages that is deleted at each commit.
      case delete
    }

    /// When a commit is on the device.
    public enum Synchronous: String, Sendable, CaseIterable {
      /// Some time later; after a power loss the last commits may be gone, and the file is sound.
      case normal
      /// Before it returns.
      case full
    }

    /// Where a transaction is written first.
    public var journal: Journal
    /// When a commit is on the device.
    public var synchronous: Synchronous
    /// How long a call waits for another connection's lock.
    public var busyTimeout: Interval
    /// How many KiB of pages are kept in memory.
    public var cacheKibibytes: Int

    /// Creates settings.
    public init(
      journal: Journal = .wal, synchronous: Synchronous = .normal,
      busyTimeout: Interval = .seconds(5), cacheKibibytes: Int = 64 * 1024
    ) {
      self.journal = journal
      self.synchronous = synchronous
      self.busyTimeout = busyTimeout
      self.cacheKibibytes = cacheKibibytes
    }
  }

  let handle: OpaquePointer

  /// Opens the database at `location`; foreign keys are on.
  public init(
    _ location: Location, _ configuration: Configuration = Configuration()
  ) throws(SQLiteFailure) {
    let (path, flags) =
      switch location {
      case .file(let path): (path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      case .readOnly(let path): (path, SQLITE_OPEN_READONLY)
      case .memory: (":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      }
    var statements = [
      "PRAGMA foreign_keys = ON",
      "PRAGMA cache_size = -\(max(0, configuration.cacheKibibytes))",
    ]
    if case .file = location {
      statements += [
        "PRAGMA journal_mode = \(configuration.journal.rawValue)",
        "PRAGMA synchronous = \(configuration.synchronous.rawValue)",
      ]
    }
    let milliseconds = Int32(clamping: configuration.busyTimeout.nanoseconds / 1_000_000)
    unsafe handle = try Self.open(path, flags, busyMilliseconds: milliseconds, statements)
  }

  private static func open(
    _ path: String, _ flags: Int32, busyMilliseconds: Int32, _ statements: [String]
  ) throws(SQLiteFailure) -> OpaquePointer {
    var opened: OpaquePointer?
    // One thread at a time uses a value that cannot be copied, so SQLite need not lock.
    let result = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard result == SQLITE_OK, let handle = unsafe opened else {
      let failure = unsafe SQLiteFailure(opened, statement: path)
      unsafe sqlite3_close_v2(opened)
      throw failure
    }
    unsafe sqlite3_extended_result_codes(handle, 1)
    unsafe sqlite3_busy_timeout(handle, busyMilliseconds)
    for statement in statements {
      guard unsafe sqlite3_exec(handle, statement, nil, nil, nil) == SQLITE_OK else {
        let failure = unsafe SQLiteFailure(handle, statement: path)
        unsafe sqlite3_close_v2(handle)
        throw failure
      }
    }
    return unsafe handle
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// Runs statements that are parted by semicolons, and drops the rows that they return.
  public func execute(_ sql: String) throws(SQLiteFailure) {
    guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
      throw failure(in: sql)
    }
  }

  /// Compiles one statement.
  public func prepare(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement {
    var compiled: OpaquePointer?
    let result = unsafe sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
    guard result == SQLITE_OK else { throw failure(in: sql) }
    guard let statement = unsafe compiled else {
      throw SQLiteFailure(
        extendedCode: SQLITE_MISUSE, message: "there is no statement in it", statement: sql)
    }
    return unsafe SQLiteStatement(statement, sql: sql)
  }

  /// All rows that `sql` returns with `parameters` bound to its parameters in their order.
  ///
  /// - Complexity: O(rows), all of which are held in memory.
  public func query(
    _ sql: String, _ parameters: [SQLiteValue] = []
  ) throws(SQLiteFailure) -> [[SQLiteValue]] {
    var statement = try prepare(sql)
    for (index, value) in parameters.enumerated() { try statement.bind(index + 1, value) }
    var rows: [[SQLiteValue]] = []
    while try statement.step() {
      rows.append((0..<statement.columnCount).map { statement.value(at: $0) })
    }
    return rows
  }

  // MARK: Transactions

  /// Begins a transaction that may write, and takes the lock for it at once.
  public func begin() throws(SQLiteFailure) { try execute("BEGIN IMMEDIATE") }

  /// Makes what was done since ``begin()`` last.
  public func commit() throws(SQLiteFailure) { try execute("COMMIT") }

  /// Undoes what was done since ``begin()``; does nothing if SQLite did so already.
  public func rollback() throws(SQLiteFailure) {
    if isInTransaction { try execute("ROLLBACK") }
  }

  /// Whether a transaction is open.
  public var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Runs `body` in a transaction: all that it does lasts, or, if it throws, nothing.
  public func transaction<Result>(
    _ body: () throws(SQLiteFailure) -> Result
  ) throws(SQLiteFailure) -> Result {
    try begin()
    do throws(SQLiteFailure) {
      let result = try body()
      try commit()
      return result
    } catch {
      // The first failure is the one to tell of; without a rollback the next `begin` fails.
      try? rollback()
      throw error
    }
  }

  /// How many rows the last statement inserted, changed or deleted.
  public var changeCount: Int64 { unsafe sqlite3_changes64(handle) }

  /// The row number of the last row that was inserted.
  public var lastRowNumber: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

  /// Copies what the log holds into the file, and empties the log.
  public func checkpoint() throws(SQLiteFailure) { try execute("PRAGMA wal_checkpoint(TRUNCATE)") }

  /// The version of the SQLite that this process runs with.
  public static var libraryVersion: String { unsafe String(cString: sqlite3_libversion()) }

  private func failure(in sql: String) -> SQLiteFailure {
    unsafe SQLiteFailure(handle, statement: sql)
  }
}
