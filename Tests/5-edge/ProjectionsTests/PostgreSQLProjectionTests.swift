import OmniPostgreSQL
import OmniProjections
import OmniTestKit
import Testing

@Suite("PostgreSQLProjection")
struct PostgreSQLProjectionTests {
  @Test func `a build whose server is killed goes on as if nothing had happened`() throws {
    let server = try PostgreSQLServer()
    let address = try server.makeDatabase()
    let books = RandomBooks(seed: 91)

    for kill in [3, 8] {
      var target = try PostgreSQLProjection(try PostgreSQLConnection(address))
      let done = Int(try target.position()?.frame ?? 0)
      try target.apply(books.frames[done..<kill], each: 2)
      try target.begin()
      try target.put(books.frames[kill].accounts)
      try target.put(books.frames[kill].transactions)
      try server.kill()
      let failure = #expect(throws: ProjectionFailure.self) {
        try target.put(books.frames[kill].balances)
      }
      guard case .postgreSQL(let cause) = failure else {
        Issue.record("\(String(describing: failure))")
        return
      }
      #expect(cause.reason == .connectionLost)
      #expect(failure?.code == "PGC-004")
      try server.start()
    }

    var target = try PostgreSQLProjection(try PostgreSQLConnection(address))
    let position = try target.position()
    #expect(position == books.frames[7].position)
    try target.apply(books.frames.dropFirst(8))
    #expect(try target.tables() == books.tables)
  }

  @Test func `both places give the same rows for the same history`() throws {
    for seed in UInt64(95)..<98 {
      let books = RandomBooks(seed: seed)
      var sqlite = try SQLitePlace().open()
      var server = try PostgreSQLPlace().open()
      try sqlite.apply(books.frames, each: 2)
      try server.apply(books.frames, each: 5)

      #expect(try sqlite.tables() == (try server.tables()), "seed \(seed)")
      for (view, order) in [
        ("statement", "ordinal, place, account"), ("trial_balance", "asset"),
        ("account_balances", "number"),
      ] {
        let sql = "SELECT * FROM \(view) ORDER BY \(order)"
        #expect(try sqlite.rows(sql) == (try server.rows(sql)), "seed \(seed), \(view)")
      }
    }
  }
}
