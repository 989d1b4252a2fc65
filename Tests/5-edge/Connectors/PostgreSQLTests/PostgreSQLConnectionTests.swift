import OmniPostgreSQL
import OmniTestKit
import OmniTime
import Testing

@Suite("PostgreSQLConnection")
struct PostgreSQLConnectionTests {
  // MARK: Statements

  @Test func `a query gives its rows as text, and NULL as nothing`() throws {
    let connection = try connected()
    try connection.execute("CREATE TABLE t (a INT, b TEXT); INSERT INTO t VALUES (1, 'Café, 猫')")

    let rows = try connection.query("SELECT a, b, NULL, '' FROM t")

    #expect(rows == [["1", "Café, 猫", nil, ""]])
    let version = connection.serverVersion
    #expect(version >= 130_000)
  }

  @Test func `parameters are values, whatever is in them`() throws {
    let connection = try connected()
    let texts = ["'; DROP TABLE t; --", "\\", "$1", "", "猫"]
    for text in texts {
      #expect(try connection.query("SELECT $1::TEXT, $2::INT", [text, nil]) == [[text, nil]])
    }
  }

  @Test func `a statement that is refused tells the state, and the connection goes on`() throws {
    let connection = try connected()
    try connection.execute("CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (7)")

    let failure = #expect(throws: PostgreSQLFailure.self) {
      try connection.execute("INSERT INTO t VALUES (7)")
    }

    #expect(failure?.reason == .statementFailed)
    #expect(failure?.code == "PGC-005")
    #expect(failure?.sqlState == "23505")
    #expect(failure?.severity == "ERROR")
    #expect(failure?.detail == "Key (a)=(7) already exists.")
    #expect(failure?.statement == "INSERT INTO t VALUES (7)")
    #expect(try connection.query("SELECT * FROM t") == [["7"]])
  }

  @Test func `text with a zero byte is refused before it is cut off`() throws {
    let connection = try connected()
    for call in 0..<2 {
      let failure = #expect(throws: PostgreSQLFailure.self) {
        if call == 0 { _ = try connection.query("SELECT $1::TEXT", ["a\u{0}b"]) }
        if call == 1 { try connection.execute("SELECT 'a\u{0}b'") }
      }
      #expect(failure?.reason == .callInvalid)
    }
  }

  @Test func `notices are kept and are no failure`() throws {
    let connection = try connected()
    try connection.execute("DROP TABLE IF EXISTS nothing")
    let notices = connection.notices
    #expect(notices == ["NOTICE:  table \"nothing\" does not exist, skipping"])
  }

  @Test func `a statement is stopped when its time is over`() throws {
    let address = try server().makeDatabase()
    let connection = try PostgreSQLConnection(
      address, .init(statementTimeout: .milliseconds(50)))

    let failure = #expect(throws: PostgreSQLFailure.self) {
      try connection.execute("SELECT pg_sleep(60)")
    }

    #expect(failure?.reason == .timedOut)
    #expect(failure?.sqlState == "57014")
    #expect(try connection.query("SELECT 1") == [["1"]])
  }

  @Test func `a transaction that fails leaves nothing`() throws {
    let connection = try connected()
    try connection.execute("CREATE TABLE t (a INT PRIMARY KEY)")

    #expect(throws: PostgreSQLFailure.self) {
      try connection.transaction { () throws(PostgreSQLFailure) in
        try connection.execute("INSERT INTO t VALUES (1)")
        try connection.execute("INSERT INTO t VALUES (1)")
      }
    }
    try connection.transaction { () throws(PostgreSQLFailure) in
      try connection.execute("INSERT INTO t VALUES (2)")
    }

    #expect(try connection.query("SELECT * FROM t") == [["2"]])
    let isOpen = connection.isInTransaction
    #expect(!isOpen)
  }

  @Test func `a commit after a refused statement says that all was undone`() throws {
    let connection = try connected()
    try connection.begin()
    #expect(throws: PostgreSQLFailure.self) { try connection.execute("SELECT 1 / 0") }
    let failure = #expect(throws: PostgreSQLFailure.self) { try connection.commit() }
    #expect(failure?.sqlState == "25P02")
  }

  // MARK: Connecting

  @Test func `who has a wrong password, user or database is rejected, with the state`() throws {
    let server = try server()
    let addresses = [
      (server.address(database: "postgres", password: "hunter2"), "28P01"),
      (server.address(database: "postgres", user: "nobody"), "28P01"),
      (server.address(database: "nowhere"), "3D000"),
    ]
    for (address, state) in addresses {
      let failure = #expect(throws: PostgreSQLFailure.self) {
        _ = try PostgreSQLConnection(address)
      }
      #expect(failure?.reason == .rejected, "\(state)")
      #expect(failure?.sqlState == state)
      #expect(failure?.severity == "FATAL")
    }
  }

  @Test func `where nobody listens it is unreachable`() {
    // Port 1 of the loopback is reserved for a service that is not run any more.
    for address in ["postgresql://omni@127.0.0.1:1/books", "host=/nowhere dbname=books"] {
      let failure = #expect(throws: PostgreSQLFailure.self) {
        _ = try PostgreSQLConnection(address)
      }
      #expect(failure?.reason == .unreachable)
      #expect(failure?.code == "PGC-002")
      #expect(failure?.statement.contains("dbname=books") == true)
    }
  }

  @Test func `no error holds the password, wherever it stood`() throws {
    let secret = "hunter2hunter2"
    let folder = try server().address(database: "postgres", password: secret)
    let addresses = [
      folder, "postgresql://omni:\(secret)@127.0.0.1:1/books", "\(secret)",
      "postgresql://omni@127.0.0.1:1/books?password=\(secret)", "postgresql://omni:\(secret)@[::1",
      "host=127.0.0.1 port=1 password=\(secret) \(secret)", "postgresql://a?\(secret)=b",
      "host=/\(secret) dbname=books password=\(secret)",
    ]
    for address in addresses {
      let failure = #expect(throws: PostgreSQLFailure.self) {
        _ = try PostgreSQLConnection(address)
      }
      let told =
        "\(failure.map { "\($0)" } ?? "") \(failure?.message ?? "") "
        + "\(failure?.statement ?? "") \(failure?.detail ?? "")"
      #expect(!told.contains(secret), "\(address)")
    }
  }

  @Test func `every reason has a code of its own`() {
    #expect(PostgreSQLFailure.Reason.allCases.count == 8)
    #expect(PostgreSQLFailure.aborted("enough").code == "PGC-008")
    #expect("\(PostgreSQLFailure.aborted("enough"))" == "PGC-008: the caller gave up: enough")
  }

  // MARK: A server that dies

  @Test func `a server that is killed is a lost connection, and what was open is undone`() throws {
    let server = try PostgreSQLServer()
    let address = try server.makeDatabase()
    let connection = try PostgreSQLConnection(address)
    try connection.execute("CREATE TABLE t (a INT)")
    try connection.begin()
    try connection.execute("INSERT INTO t VALUES (1)")

    try server.kill()

    let failure = #expect(throws: PostgreSQLFailure.self) {
      try connection.execute("INSERT INTO t VALUES (2)")
    }
    #expect(failure?.reason == .connectionLost)
    #expect(failure?.code == "PGC-004")
    let isConnected = connection.isConnected
    #expect(!isConnected)

    try server.start()
    let again = try PostgreSQLConnection(address)
    #expect(try again.query("SELECT * FROM t").isEmpty)
  }

  @Test func `a server that is killed in the middle of a COPY is a lost connection`() throws {
    let server = try PostgreSQLServer()
    let address = try server.makeDatabase()
    let connection = try PostgreSQLConnection(address)
    try connection.execute("CREATE TABLE t (a BIGINT)")

    let failure = #expect(throws: PostgreSQLFailure.self) {
      var isKilled = false
      try connection.copy(into: "COPY t FROM STDIN") { writer throws(PostgreSQLFailure) in
        for number in 0..<1_000_000 as Range<Int64> {
          writer.put(number)
          try writer.endRow()
          if number == 300_000 { isKilled = (try? server.kill()) != nil }
        }
      }
      #expect(isKilled)
    }

    #expect(failure?.reason == .connectionLost)
    try server.start()
    #expect(try PostgreSQLConnection(address).query("SELECT * FROM t").isEmpty)
  }

  // MARK: Words

  private func server() throws -> PostgreSQLServer { try PostgreSQLServer.shared.get() }

  private func connected() throws -> PostgreSQLConnection {
    try PostgreSQLConnection(try server().makeDatabase())
  }
}
