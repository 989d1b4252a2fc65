import OmniPlatform
import OmniSQLite
import OmniTime
import Testing

@Suite("SQLiteDatabase")
struct SQLiteDatabaseTests {
  @Test func `what a transaction did is there after the file is opened again`() throws {
    let folder = try Folder()
    do {
      let database = try SQLiteDatabase(.file(folder.file))
      try database.execute("CREATE TABLE notes (text TEXT) STRICT")
      try database.transaction { () throws(SQLiteFailure) in
        try database.execute("INSERT INTO notes VALUES ('paid'); INSERT INTO notes VALUES ('due')")
      }
    }

    let again = try SQLiteDatabase(.readOnly(folder.file))
    #expect(try again.query("SELECT * FROM notes") == [[.text("paid")], [.text("due")]])
  }

  @Test func `a transaction that fails leaves nothing, and the next one can begin`() throws {
    let database = try SQLiteDatabase(.memory)
    try database.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")

    #expect(throws: SQLiteFailure.self) {
      try database.transaction { () throws(SQLiteFailure) in
        try database.execute("INSERT INTO numbers VALUES (1); INSERT INTO numbers VALUES (1)")
      }
    }
    let isOpen = database.isInTransaction
    #expect(!isOpen)
    try database.transaction { () throws(SQLiteFailure) in
      try database.execute("INSERT INTO numbers VALUES (2)")
    }
    #expect(try database.query("SELECT * FROM numbers") == [[.integer(2)]])
    let (count, row) = (database.changeCount, database.lastRowNumber)
    #expect(count == 1)
    #expect(row == 2)
  }

  @Test func `a transaction that is open when the value goes is undone`() throws {
    let folder = try Folder()
    do {
      let database = try SQLiteDatabase(.file(folder.file))
      try database.execute("CREATE TABLE numbers (number INTEGER)")
      try database.begin()
      try database.execute("INSERT INTO numbers VALUES (1)")
    }
    let again = try SQLiteDatabase(.file(folder.file))
    #expect(try again.query("SELECT * FROM numbers").isEmpty)
  }

  @Test func `journal, synchronisation and foreign keys are as the settings say`() throws {
    let folder = try Folder()
    let journals = [(SQLiteDatabase.Configuration.Journal.wal, "wal"), (.delete, "delete")]
    let levels = [(SQLiteDatabase.Configuration.Synchronous.normal, 1), (.full, 2)]
    for (journal, name) in journals {
      for (level, number) in levels {
        let database = try SQLiteDatabase(
          .file(folder.file), .init(journal: journal, synchronous: level))
        #expect(try database.query("PRAGMA journal_mode") == [[.text(name)]])
        #expect(try database.query("PRAGMA synchronous") == [[.integer(Int64(number))]])
        #expect(try database.query("PRAGMA foreign_keys") == [[.integer(1)]])
      }
    }
  }

  // MARK: Failures

  @Test func `a path that leads nowhere cannot be opened`() throws {
    let failure = #expect(throws: SQLiteFailure.self) {
      _ = try SQLiteDatabase(.readOnly("/nowhere/at/all"))
    }
    #expect(failure?.reason == .cannotOpen)
    #expect(failure?.code == "SQL-001")
    #expect(failure?.description.hasPrefix("SQL-001: could not open /nowhere/at/all: ") == true)
  }

  @Test func `a database that is read only refuses to change, with the statement`() throws {
    let folder = try Folder()
    do { try SQLiteDatabase(.file(folder.file)).execute("CREATE TABLE t (a)") }
    let database = try SQLiteDatabase(.readOnly(folder.file))
    let failure = #expect(throws: SQLiteFailure.self) {
      try database.execute("INSERT INTO t VALUES (1)")
    }
    #expect(failure?.reason == .readOnly)
    #expect(failure?.statement == "INSERT INTO t VALUES (1)")
  }

  @Test func `a lock that somebody else holds is busy when the time-out is over`() throws {
    let folder = try Folder()
    let holder = try SQLiteDatabase(.file(folder.file))
    try holder.execute("CREATE TABLE t (a)")
    try holder.begin()
    let other = try SQLiteDatabase(.file(folder.file), .init(busyTimeout: .milliseconds(20)))

    let failure = #expect(throws: SQLiteFailure.self) { try other.begin() }
    #expect(failure?.reason == .busy)

    try holder.rollback()
    try other.begin()
    let isOpen = other.isInTransaction
    #expect(isOpen)
  }

  @Test func `a file that is no database is damaged`() throws {
    let folder = try Folder()
    try FileSystem.replaceFile(folder.file, with: Array(repeating: 0x41, count: 4096))
    let failure = #expect(throws: SQLiteFailure.self) { _ = try SQLiteDatabase(.file(folder.file)) }
    #expect(failure?.reason == .damaged)
  }

  @Test func `constraints tell which of them by the extended code`() throws {
    let database = try SQLiteDatabase(.memory)
    try database.execute(
      """
      CREATE TABLE parents (number INTEGER PRIMARY KEY);
      CREATE TABLE children (parent INTEGER NOT NULL REFERENCES parents, name TEXT UNIQUE);
      INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 'a')
      """)
    // The numbers are of sqlite3.h: NOT NULL, UNIQUE and FOREIGN KEY.
    for (row, code) in [("(NULL, 'b')", 1299), ("(1, 'a')", 2067), ("(2, 'c')", 787)] {
      let failure = #expect(throws: SQLiteFailure.self) {
        try database.execute("INSERT INTO children VALUES \(row)")
      }
      #expect(failure?.reason == .constraint)
      #expect(failure?.extendedCode == Int32(code), "\(row)")
    }
  }

  @Test func `every reason has a code of its own`() throws {
    let database = try SQLiteDatabase(.memory)
    let failure = #expect(throws: SQLiteFailure.self) { try database.execute("SELEKT\n1") }
    #expect(failure?.reason == .failed)
    #expect(failure?.description.contains("\n") == false)
    #expect(SQLiteFailure.Reason.allCases.count == 8)
  }
}

/// A folder that goes with the value.
private final class Folder {
  let path: String
  var file: String { path + "/books.sqlite" }

  init() throws { path = try FileSystem.makeTemporaryDirectory("omni-sqlite") }
  deinit { try? FileSystem.removeDirectory(path) }
}
