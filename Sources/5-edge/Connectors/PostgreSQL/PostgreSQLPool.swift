public import OmniCircuitBreaker
public import OmniRateGate
public import OmniSQL
public import OmniTime

/// PostgreSQL for any number of tasks, over few connections.
///
///     let pool = try PostgreSQLPool("postgresql://omni@localhost/books")
///     let rows = try await pool.rows(SQLQuery("SELECT name FROM accounts WHERE number = $1", ["7"]))
///     try await pool.transaction { connection throws(PostgreSQLFailure) in
///       try connection.execute("INSERT INTO notes VALUES (1)")
///     }
///     await pool.close()
///
/// libpq waits for the server, so each connection has a thread of its own. Calls wait in a bounded
/// queue and pass a circuit breaker: while the server is down they fail at once and without it. A
/// statement that the server refuses does not count against the server.
///
/// A read is one that the server holds to it, and is done once more, on a new connection, if its
/// connection was lost. What writes is never repeated: its failure says whether it may have been
/// done. What is set on a connection with SET stays there for whoever has it next.
///
/// - Invariant: there are never more connections than the settings say. Each call ends at its limit
///   of time at the latest, also when the server hangs; the server ends what was given up within a
///   second (from PostgreSQL 14 on).
public final class PostgreSQLPool: SQLSource {
  /// The settings of a pool.
  public struct Configuration: Sendable, Hashable {
    /// How many connections there are, how long is waited, and when the breaker opens.
    public var pool: SQLPoolConfiguration
    /// How long connecting may take.
    public var connectTimeout: Interval

    /// Creates settings.
    public init(
      pool: SQLPoolConfiguration = SQLPoolConfiguration(),
      connectTimeout: Interval = .seconds(10)
    ) {
      self.pool = pool
      self.connectTimeout = connectTimeout
    }
  }

  /// The settings.
  public let configuration: Configuration
  private let pool: SQLPool<PostgreSQLConnection>

  /// Creates a pool, which connects when it is first used.
  ///
  /// - Parameters:
  ///   - address: A URL or a line of keywords and values, as libpq reads them.
  ///   - configuration: The settings.
  ///   - breaker: What calls pass; one with the configuration's settings is made if there is none.
  ///   - gate: What limits their rate, under the key `postgresql`; nil for no limit.
  ///   - metrics: Where to show what ``counts`` says.
  /// - Throws: ``SQLFailure/notMade(_:)`` if the address cannot be read, a setting is out of its
  ///   range, or the system gives no thread.
  public init(
    _ address: String, _ configuration: Configuration = Configuration(),
    breaker: CircuitBreaker? = nil, gate: RateGate? = nil, metrics: SQLPoolMetrics? = nil
  ) throws(SQLFailure) {
    self.configuration = configuration
    let limit = configuration.pool.callLimit
    do throws(PostgreSQLFailure) {
      _ = try ConnectionAddress(address)
    } catch {
      throw SQLFailure(error, limit: limit, fate: .nothingDone)
    }
    let settings = PostgreSQLConnection.Configuration(
      connectTimeout: configuration.connectTimeout, statementTimeout: limit)
    let driver = SQLPool<PostgreSQLConnection>.Driver(
      connect: { () throws(SQLFailure) in
        do throws(PostgreSQLFailure) {
          let connection = try PostgreSQLConnection(address, settings)
          try connection.enterPool()
          return connection
        } catch {
          throw SQLFailure(error, limit: limit, fate: .nothingDone)
        }
      }, isThere: { $0.isThere() }, tidy: { $0.tidy() })
    pool = try SQLPool(
      "postgresql", configuration.pool, driver, guards: (breaker, gate), metrics: metrics)
  }

  /// PostgreSQL's words.
  public var dialect: SQLDialect { .postgreSQL }
  /// What keeps calls away from a server that is down.
  public var breaker: CircuitBreaker { pool.breaker }
  /// What was done so far.
  public var counts: SQLPoolCounts { pool.counts }
  /// How many connections there are.
  public var connectedCount: Int { pool.connectedCount }
  /// How many calls wait for a connection.
  public var waitingCount: Int { pool.waitingCount }

  /// Runs one statement, and gives all its rows as text; NULL is nil.
  ///
  /// - Complexity: O(rows), all of which are held in memory.
  public func rows(_ query: SQLQuery) async throws(SQLFailure) -> [[String?]] {
    let call = SQLCall(timeLimit: query.timeLimit, isReadOnly: query.isReadOnly)
    return try await pool.run(call) { (connection, turn) throws(SQLFailure) in
      try Self.told(turn, .nothingDone) { () throws(PostgreSQLFailure) in
        try connection.begin(turn, isReadOnly: query.isReadOnly)
      }
      return try Self.told(turn, .mayHaveBeenDone) { () throws(PostgreSQLFailure) in
        try connection.query(query.text, query.parameters)
      }
    }
  }

  /// Runs `body` in a transaction, on the connection's thread: all that it does lasts, or nothing.
  ///
  /// It is run once at most. If it throws, or its task is cancelled, or its time is over before the
  /// commit was sent, the server undoes all of it.
  ///
  /// - Parameters:
  ///   - timeLimit: How long it may take with its waiting; the pool's own limit if it is nil.
  ///   - isReadOnly: Whether the server is to refuse what writes.
  ///   - body: What to do; it neither begins nor ends transactions, and keeps no task waiting.
  ///     ``PostgreSQLFailure/aborted(_:)`` gives up.
  public func transaction<Value: Sendable>(
    timeLimit: Interval? = nil, isReadOnly: Bool = false,
    _ body: @escaping @Sendable (borrowing PostgreSQLConnection) throws(PostgreSQLFailure) -> Value
  ) async throws(SQLFailure) -> Value {
    var call = SQLCall(timeLimit: timeLimit, isReadOnly: isReadOnly)
    // Not even if it only reads: what the body does outside is not known.
    call.isRepeatable = false
    return try await pool.run(call) { (connection, turn) throws(SQLFailure) in
      let value = try Self.told(turn, .nothingDone) { () throws(PostgreSQLFailure) in
        try connection.begin(turn, isReadOnly: isReadOnly)
        try connection.begin()
        return try body(connection)
      }
      try Self.told(turn, isReadOnly ? .nothingDone : .mayHaveBeenDone) {
        () throws(PostgreSQLFailure) in try connection.commit()
      }
      return value
    }
  }

  /// Refuses what comes from now on, lets what waits and runs end within `limit`, gives up what has
  /// not, and returns when the connections are closed.
  public func close(within limit: Interval = .seconds(5)) async { await pool.close(within: limit) }

  /// Does something, and tells a failure in the words of the role.
  private static func told<Value>(
    _ turn: SQLTurn, _ fate: SQLFailure.Fate, _ body: () throws(PostgreSQLFailure) -> Value
  ) throws(SQLFailure) -> Value {
    do throws(PostgreSQLFailure) {
      return try body()
    } catch {
      throw SQLFailure(error, limit: turn.limit, fate: fate)
    }
  }
}
