import OmniSQLite
import Testing

@Suite("SQLiteStatement")
struct SQLiteStatementTests {
  @Test func `every type comes back as it was bound`() throws {
    let database = try SQLiteDatabase(.memory)
    try database.execute("CREATE TABLE cells (place INTEGER PRIMARY KEY, cell ANY) STRICT")
    let cells: [SQLiteValue] = [
      .null, .integer(.min), .integer(0), .integer(.max), .text(""), .text("ein Café, 猫\u{0}!"),
      .text("170141183460469231731687303715884105727"), .blob([]), .blob([0, 255, 0]), .real(0.5),
    ]
    var insert = try database.prepare("INSERT INTO cells VALUES (?1, ?2)")

    for (place, cell) in cells.enumerated() {
      try insert.bind(1, Int64(place))
      try insert.bind(2, cell)
      try insert.run()
    }

    let rows = try database.query("SELECT cell FROM cells ORDER BY place")
    #expect(rows == cells.map { [$0] })
  }

  @Test func `a statement is run again with what is bound anew`() throws {
    let database = try SQLiteDatabase(.memory)
    var sum = try database.prepare("SELECT ?1 + ?2 AS total, ?3, ?4")
    for (left, right) in [(1, 2), (40, 2)] as [(Int64, Int64)] {
      try sum.bind(1, left)
      try sum.bind(2, right)
      try sum.bind(3, "text")
      try sum.bindNull(4)

      #expect(try sum.step())
      let (total, text, bytes) = (sum.integer(at: 0), sum.text(at: 1), sum.bytes(at: 1))
      let (nothing, null) = (sum.text(at: 2), sum.value(at: 2))
      #expect(total == left + right)
      #expect(text == "text")
      #expect(bytes == Array("text".utf8))
      #expect(nothing == nil)
      #expect(null == .null)
      #expect(try !sum.step())
    }
    let (count, name) = (sum.columnCount, sum.columnName(at: 0))
    #expect(count == 3)
    #expect(name == "total")
  }

  @Test func `a parameter that is not there is refused`() throws {
    let database = try SQLiteDatabase(.memory)
    var statement = try database.prepare("SELECT ?1")
    #expect(throws: SQLiteFailure.self) { try statement.bind(2, 1) }
    #expect(throws: SQLiteFailure.self) { try statement.bind(0, "text") }
    #expect(throws: SQLiteFailure.self) { try statement.bind(-1, [1]) }
  }

  @Test func `text without a statement is refused`() throws {
    let database = try SQLiteDatabase(.memory)
    #expect(throws: SQLiteFailure.self) { _ = try database.prepare("  -- nothing") }
    #expect(throws: SQLiteFailure.self) { _ = try database.prepare("SELECT nothing") }
  }

  @Test func `a statement that failed can be run again`() throws {
    let database = try SQLiteDatabase(.memory)
    try database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
    var insert = try database.prepare("INSERT INTO t VALUES (?1)")

    try insert.bind(1, 1)
    let failure = #expect(throws: SQLiteFailure.self) { try insert.run() }
    try insert.bind(1, 2)
    try insert.run()

    #expect(failure?.reason == .constraint)
    #expect(try database.query("SELECT count(*) FROM t") == [[.integer(2)]])
  }

  @Test func `a statement outlives its database`() throws {
    var statement = try made()
    #expect(try statement.step())
    let number = statement.integer(at: 0)
    #expect(number == 7)
  }

  private func made() throws -> SQLiteStatement {
    try SQLiteDatabase(.memory).prepare("SELECT 7")
  }
}
