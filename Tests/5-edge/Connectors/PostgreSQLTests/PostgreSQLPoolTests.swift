import Glibc
import OmniCircuitBreaker
import OmniClocks
import OmniPostgreSQL
import OmniSQL
import OmniTestKit
import OmniTime
import Synchronization
import Testing

@Suite("PostgreSQLPool")
struct PostgreSQLPoolTests {
  // MARK: Statements

  @Test func `it does what every source does`() async throws {
    var configuration = Self.patient
    configuration.pool.connectionCountMax = 1
    let pool = try PostgreSQLPool(try notes(), configuration)
    #expect(await SQLSourceCases.faults(of: pool) == [])
    #expect(pool.breaker.health.state == .closed)
    #expect(pool.counts.connects == 1)
    await pool.close()
  }

  @Test func `what is refused tells the state, and what it says of the server`() async throws {
    let pool = try PostgreSQLPool(try notes(), Self.patient)
    let cases: [(String, String, String)] = [
      ("INSERT INTO notes VALUES (1, 'again', NULL)", "SQS-013", "23505"),
      ("SELECT 1 / 0", "SQS-013", "22012"),
      ("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", "SQS-014", "40001"),
      ("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", "SQS-015", "53100"),
    ]
    for (text, code, state) in cases {
      let failure = await failure {
        try await pool.rows(SQLQuery(text, isReadOnly: false))
      }
      #expect(failure?.code == code, "\(text): \(String(describing: failure))")
      #expect(failure?.cause?.state == state, "\(text)")
    }
    let wrong = await failure { try await pool.rows(SQLQuery("SELECT $1", ["a\u{0}b"])) }
    #expect(wrong?.code == "SQS-007")
    await pool.close()
  }

  @Test func `it never has more connections than allowed`() async throws {
    let address = try notes()
    var configuration = Self.patient
    configuration.pool.connectionCountMax = 3
    let pool = try PostgreSQLPool(address + " application_name=counted", configuration)

    let most = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<100 {
        group.addTask {
          let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'counted'"
          return try await pool.rows(SQLQuery(sql))[0][0].flatMap { Int($0) } ?? 99
        }
      }
      return try await group.reduce(0) { max($0, $1) }
    }

    #expect(most == 3)
    await pool.close()
    #expect(pool.connectedCount == 0)
  }

  @Test func `what is given up is ended by the server too`() async throws {
    let address = try notes()
    var configuration = Self.patient
    configuration.pool.callLimit = .seconds(3_600)
    let pool = try PostgreSQLPool(address + " application_name=endless", configuration)
    // Owned by this test, which cancels it and waits for it.
    let task = Task { await failure { try await pool.rows(SQLQuery(SQLSourceCases.endless)) } }
    let connection = try PostgreSQLConnection(address)
    func runningCount() throws -> String? {
      try connection.query(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'endless' "
          + "AND state = 'active'")[0][0]
    }
    try await until { try runningCount() == "1" }
    task.cancel()
    #expect(await task.value == .cancelled(.nothingDone))
    try await until { try runningCount() == "0" }
    #expect(try await pool.rows(SQLQuery("SELECT 1")) == [["1"]])
    await pool.close()
  }

  // MARK: Transactions

  @Test func `a transaction is all or nothing, and is not begun twice`() async throws {
    let pool = try PostgreSQLPool(try notes(), Self.patient)
    let number = try await pool.transaction { connection throws(PostgreSQLFailure) in
      try connection.execute("INSERT INTO notes VALUES (4, 'x', NULL)")
      return try connection.query("SELECT COUNT(*) FROM notes")[0][0]
    }
    #expect(number == "4")
    let runs = Atomic(0)
    let failures: [(SQLFailure?, String)] = [
      (
        await failure {
          try await pool.transaction { connection throws(PostgreSQLFailure) in
            runs.wrappingAdd(1, ordering: .relaxed)
            try connection.execute("INSERT INTO notes VALUES (5, 'x', NULL)")
            try connection.execute("INSERT INTO notes VALUES (5, 'x', NULL)")
          }
        }, "SQS-013"
      ),
      (
        await failure {
          try await pool.transaction { connection throws(PostgreSQLFailure) in
            try connection.execute("INSERT INTO notes VALUES (6, 'x', NULL)")
            throw .aborted("changed my mind")
          }
        }, "SQS-013"
      ),
      (
        await failure {
          try await pool.transaction { connection throws(PostgreSQLFailure) in
            runs.wrappingAdd(1, ordering: .relaxed)
            try connection.execute("INSERT INTO notes VALUES (7, 'x', NULL)")
            try connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
          }
        }, "SQS-010"
      ),
      (
        await failure {
          try await pool.transaction(isReadOnly: true) { connection throws(PostgreSQLFailure) in
            try connection.execute("INSERT INTO notes VALUES (8, 'x', NULL)")
          }
        }, "SQS-013"
      ),
    ]
    for (failure, code) in failures {
      #expect(failure?.code == code)
      #expect(failure?.fate == .nothingDone)
    }
    #expect(runs.load(ordering: .relaxed) == 2)
    let rows = try await pool.rows(SQLQuery("SELECT COUNT(*) FROM notes"))
    #expect(rows == [["4"]])
    await pool.close()
  }

  @Test func `a transaction whose task is cancelled leaves nothing`() async throws {
    let pool = try PostgreSQLPool(try notes(), Self.patient)
    let isIn = Atomic(false)
    // Owned by this test, which cancels it and waits for it.
    let task = Task {
      await failure {
        try await pool.transaction { connection throws(PostgreSQLFailure) in
          try connection.execute("INSERT INTO notes VALUES (5, 'x', NULL)")
          isIn.store(true, ordering: .releasing)
          try connection.execute("SELECT pg_sleep(60)")
        }
      }
    }
    try await until { isIn.load(ordering: .acquiring) }
    task.cancel()
    #expect(await task.value == .cancelled(.mayHaveBeenDone))
    // The server sees that the connection is gone, and gives the row free.
    try await pool.transaction { connection throws(PostgreSQLFailure) in
      try connection.execute("INSERT INTO notes VALUES (5, 'mine', NULL)")
    }
    #expect(try await pool.rows(SQLQuery("SELECT text FROM notes WHERE number = 5")) == [["mine"]])
    await pool.close()
  }

  @Test func `a transaction that is left open is nobody else's`() async throws {
    var configuration = Self.patient
    configuration.pool.connectionCountMax = 1
    let address = try notes()
    let pool = try PostgreSQLPool(address, configuration)
    _ = try await pool.rows(SQLQuery("BEGIN", isReadOnly: false))
    _ = try await pool.rows(SQLQuery("INSERT INTO notes VALUES (4, 'x', NULL)", isReadOnly: false))
    let other = try PostgreSQLPool(address, configuration)
    #expect(try await other.rows(SQLQuery("SELECT COUNT(*) FROM notes")) == [["4"]])
    await pool.close()
    await other.close()
  }

  // MARK: A server that goes

  @Test func `a server that ends its sessions is noticed before anything is sent`() async throws {
    let address = try notes()
    let pool = try PostgreSQLPool(address + " application_name=ended", Self.patient)
    _ = try await pool.rows(SQLQuery("SELECT 1"))
    let connection = try PostgreSQLConnection(address)
    try connection.execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ended'")
    try await until {
      try connection.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'ended'"
      ).isEmpty
    }
    _ = try await pool.rows(
      SQLQuery("INSERT INTO notes VALUES (4, 'x', NULL)", isReadOnly: false))
    #expect(pool.counts.failures == 0)
    #expect(pool.counts.connects == 2)
    await pool.close()
  }

  @Test func `a read whose session is ended is tried once more, and a write is not`() async throws {
    let pool = try PostgreSQLPool(try notes(), Self.patient)
    let read = SQLQuery("SELECT pg_terminate_backend(pg_backend_pid()), 'never'")
    let failure = await failure { try await pool.rows(read) }
    #expect(failure?.code == "SQS-010")
    #expect(failure?.fate == .nothingDone)
    #expect(pool.counts.repeats == 1)
    let write = SQLQuery("SELECT pg_terminate_backend(pg_backend_pid())", isReadOnly: false)
    let other = await self.failure { try await pool.rows(write) }
    #expect(other?.fate == .mayHaveBeenDone)
    #expect(pool.counts.repeats == 1)
    await pool.close()
  }

  @Test func `who cannot connect is told at once while the breaker is open`() async throws {
    let pool = try PostgreSQLPool("postgresql://127.0.0.1:1/none")
    var codes: [String?] = []
    for _ in 0..<30 {
      codes.append(await failure { try await pool.rows(SQLQuery("SELECT 1")) }?.code)
    }
    #expect(codes.prefix(10).allSatisfy { $0 == "SQS-009" })
    #expect(codes.contains("SQS-004"))
    #expect(Set(codes).isSubset(of: ["SQS-009", "SQS-004"]))
    await pool.close()
    let after = await failure { try await pool.rows(SQLQuery("SELECT 1")) }
    #expect(after == .notMade(.closed))
  }

  @Test func `an address that cannot be read is refused without its password`() {
    let failure = #expect(throws: SQLFailure.self) {
      _ = try PostgreSQLPool("postgresql://omni:hunter2@localhost/x?odd=1")
    }
    #expect(failure?.code == "SQS-007")
    #expect(failure?.description.contains("hunter2") == false)
  }

  @Test func `a server that hangs holds nobody longer than the limit`() async throws {
    var configuration = Self.patient
    configuration.pool.connectionCountMax = 1
    let pool = try PostgreSQLPool(try notes(), configuration)
    let rows = try await pool.rows(SQLQuery("SELECT pg_backend_pid()"))
    let backend = try #require(rows[0][0].flatMap { Int32($0) })
    #expect(kill(backend, SIGSTOP) == 0)
    defer { kill(backend, SIGCONT) }

    let failure = await failure {
      try await pool.rows(SQLQuery("SELECT 2", timeLimit: .milliseconds(200)))
    }
    #expect(failure == .timedOut(after: .milliseconds(200), .nothingDone))
    // The thread gives its connection up a second later, and has another one then.
    #expect(try await pool.rows(SQLQuery("SELECT 3")) == [["3"]])
    #expect(pool.counts.connects == 2)
    await pool.close()
  }

  @Test func `a server that is killed under load costs no half transaction and hangs nobody`()
    async throws
  {
    let server = try PostgreSQLServer()
    let address = try server.makeDatabase()
    let setup = try PostgreSQLConnection(address)
    try setup.execute(
      "CREATE TABLE halves (id BIGINT, half INT, PRIMARY KEY (id, half))")
    var configuration = Self.patient
    configuration.pool.connectionCountMax = 6
    let pool = try PostgreSQLPool(address, configuration)
    let load = Load(pool)
    let states = pool.breaker.transitions()

    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<60 { group.addTask { try await load.run(number) } }
      for _ in 0..<2 {
        let done = load.doneCount
        try await until { load.doneCount > done + 200 }
        try server.kill()
        try await until { pool.breaker.health.state == .open }
        try server.start()
        try await until { pool.breaker.health.state == .closed }
      }
      let (done, read) = (load.doneCount, load.readCount)
      try await until { load.doneCount > done + 200 && load.readCount > read + 200 }
      load.stop()
      try await group.waitForAll()
    }

    let rows = try await pool.rows(
      SQLQuery("SELECT id, COUNT(*) FROM halves GROUP BY id ORDER BY id"))
    let found = Set(rows.compactMap { $0[0] })
    #expect(rows.allSatisfy { $0[1] == "2" })
    #expect(load.done.subtracting(found) == [])
    #expect(load.undone.intersection(found) == [])
    #expect(load.halvesSeen == 0)
    #expect(pool.connectedCount <= 6)
    await pool.close()
    var opened = 0
    for await state in states.prefix(2) where state.to == .open { opened += 1 }
    #expect(opened >= 1)
  }

  // MARK: Helpers

  /// Tasks that write pairs and look whether there are halves, and what became of each pair.
  private final class Load: Sendable {
    private struct State {
      var done: Set<String> = []
      var undone: Set<String> = []
      var readCount = 0
      var halvesSeen = 0
      var isStopped = false
    }

    private let pool: PostgreSQLPool
    private let state = Mutex(State())

    init(_ pool: PostgreSQLPool) { self.pool = pool }

    var done: Set<String> { state.withLock { $0.done } }
    var undone: Set<String> { state.withLock { $0.undone } }
    var doneCount: Int { state.withLock { $0.done.count } }
    var readCount: Int { state.withLock { $0.readCount } }
    var halvesSeen: Int { state.withLock { $0.halvesSeen } }
    func stop() { state.withLock { $0.isStopped = true } }

    func run(_ number: Int) async throws {
      var turn = 0
      while !state.withLock({ $0.isStopped }) {
        turn += 1
        do throws(SQLFailure) {
          if number % 2 == 0 {
            try await write("\(number * 1_000_000 + turn)")
          } else {
            try await read()
          }
        } catch {
          try await TimeSource.machine.sleep(for: .milliseconds(3))
        }
      }
    }

    private func write(_ id: String) async throws(SQLFailure) {
      do throws(SQLFailure) {
        try await pool.transaction { connection throws(PostgreSQLFailure) in
          _ = try connection.query("INSERT INTO halves VALUES ($1, 1)", [id])
          _ = try connection.query("INSERT INTO halves VALUES ($1, 2)", [id])
        }
        state.withLock { _ = $0.done.insert(id) }
      } catch {
        if error.fate == .nothingDone { state.withLock { _ = $0.undone.insert(id) } }
        throw error
      }
    }

    private func read() async throws(SQLFailure) {
      let rows = try await pool.rows(
        SQLQuery(
          "SELECT COUNT(*) FROM (SELECT id FROM halves ORDER BY id DESC LIMIT 40) a "
            + "WHERE (SELECT COUNT(*) FROM halves b WHERE b.id = a.id) <> 2"))
      state.withLock { state in
        state.readCount += 1
        if rows != [["0"]] { state.halvesSeen += 1 }
      }
    }
  }

  /// Settings for a machine that is busy.
  private static var patient: PostgreSQLPool.Configuration {
    var configuration = PostgreSQLPool.Configuration()
    configuration.pool.waitMax = .seconds(300)
    configuration.pool.callLimit = .seconds(300)
    configuration.connectTimeout = .seconds(60)
    return configuration
  }

  private func notes() throws -> String {
    let address = try PostgreSQLServer.shared.get().makeDatabase()
    let connection = try PostgreSQLConnection(address)
    for statement in SQLSourceCases.creation { try connection.execute(statement) }
    return address
  }

  private func failure<Value>(_ body: () async throws -> Value) async -> SQLFailure? {
    do {
      _ = try await body()
    } catch let failure as SQLFailure {
      return failure
    } catch {
      Issue.record("\(error)")
    }
    return nil
  }

  private func until(_ holds: () async throws -> Bool) async throws {
    let end = TimeSource.machine.now() + .seconds(60)
    while TimeSource.machine.now() < end {
      if try await holds() { return }
      try await TimeSource.machine.sleep(for: .milliseconds(5))
    }
    Issue.record("it does not come to hold")
  }
}
