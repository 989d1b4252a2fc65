import Foundation
import OmniCircuitBreaker
import OmniClocks
import OmniPlatform
import OmniSQL
import OmniSQLite
import OmniTestKit
import OmniTime
import Testing

@Suite("SQLitePool")
struct SQLitePoolTests {
  /// A file with the table of the cases, and what writes it.
  private final class Place {
    let folder: String
    var file: String { folder + "/notes.sqlite" }
    private let database: SQLiteDatabase

    init(_ configuration: SQLiteDatabase.Configuration = .init()) throws {
      folder = try FileSystem.makeTemporaryDirectory("omni-sqlite-pool")
      database = try SQLiteDatabase(.file(folder + "/notes.sqlite"), configuration)
      for statement in SQLSourceCases.creation { try database.execute(statement) }
    }

    deinit { try? FileSystem.removeDirectory(folder) }
    func execute(_ sql: String) throws { try database.execute(sql) }
  }

  @Test func `it does what every source does`() async throws {
    let place = try Place()
    let pool = try SQLitePool(place.file)
    #expect(await SQLSourceCases.faults(of: pool) == [])
    #expect(pool.breaker.health.state == .closed)
    await pool.close()
  }

  @Test func `readers run beside the writer and see only what is committed`() async throws {
    let place = try Place()
    let pool = try SQLitePool(place.file)
    try place.execute("BEGIN IMMEDIATE; INSERT INTO notes VALUES (4, 'new', NULL)")

    let before = try await withThrowingTaskGroup(of: [[String?]].self) { group in
      for _ in 0..<40 {
        group.addTask { try await pool.rows(SQLQuery("SELECT COUNT(*) FROM notes")) }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    try place.execute("COMMIT")
    let after = try await pool.rows(SQLQuery("SELECT COUNT(*) FROM notes"))

    #expect(before == [[["3"]]])
    #expect(after == [["4"]])
    #expect(pool.connectedCount <= 4)
    await pool.close()
    #expect(pool.connectedCount == 0)
  }

  @Test func `a lock that is not given back is contended, and does not open the breaker`()
    async throws
  {
    let place = try Place(.init(journal: .delete))
    var configuration = SQLitePool.Configuration(busyTimeout: .milliseconds(5))
    configuration.pool.connectionCountMax = 1
    let pool = try SQLitePool(place.file, configuration)
    try place.execute("BEGIN EXCLUSIVE")
    for _ in 0..<30 {
      let failure = await #expect(throws: SQLFailure.self) {
        _ = try await pool.rows(SQLQuery("SELECT 1 FROM notes"))
      }
      guard case .contended(let cause) = failure else {
        Issue.record("\(String(describing: failure))")
        return
      }
      #expect(cause.code == "SQL-002")
    }
    #expect(pool.breaker.health.state == .closed)
    try place.execute("COMMIT")
    #expect(try await pool.rows(SQLQuery("SELECT COUNT(*) FROM notes")) == [["3"]])
    await pool.close()
  }

  @Test func `a file that is missing opens the breaker, and one that comes closes it`() async throws
  {
    let place = try Place()
    var configuration = SQLitePool.Configuration()
    configuration.pool.pauseMin = .milliseconds(1)
    configuration.pool.pauseMax = .milliseconds(2)
    let path = place.folder + "/later.sqlite"
    let pool = try SQLitePool(path, configuration)
    var codes: Set<String> = []
    for _ in 0..<40 {
      let failure = await #expect(throws: SQLFailure.self) {
        _ = try await pool.rows(SQLQuery("SELECT 1"))
      }
      codes.insert(failure?.cause?.code ?? failure?.code ?? "")
    }
    #expect(codes == ["SQL-001", "SQS-004"])

    let database = try SQLiteDatabase(.file(path))
    try database.execute("CREATE TABLE t (a)")
    let end = TimeSource.machine.now() + .seconds(60)
    var rows: [[String?]]?
    while rows == nil, TimeSource.machine.now() < end {
      rows = try? await pool.rows(SQLQuery("SELECT COUNT(*) FROM t"))
      try await TimeSource.machine.sleep(for: .milliseconds(2))
    }
    #expect(rows == [["0"]])
    await pool.close()
  }

  @Test func `a file that takes the place of another is opened anew`() async throws {
    let place = try Place()
    let pool = try SQLitePool(place.file)
    #expect(try await pool.rows(SQLQuery("SELECT COUNT(*) FROM notes")) == [["3"]])
    do {
      let database = try SQLiteDatabase(.file(place.folder + "/new.sqlite"))
      for statement in SQLSourceCases.creation { try database.execute(statement) }
      try database.execute("INSERT INTO notes VALUES (4, 'new', NULL)")
    }
    for end in ["", "-wal", "-shm"] {
      try FileManager.default.removeItem(atPath: place.file + end)
    }
    try FileManager.default.moveItem(
      atPath: place.folder + "/new.sqlite", toPath: place.file)
    #expect(try await pool.rows(SQLQuery("SELECT COUNT(*) FROM notes")) == [["4"]])
    await pool.close()
  }
}
