public import OmniCircuitBreaker
public import OmniPostgreSQL
public import OmniSnapshotter
import OmniTime

/// Keeps snapshots as the rows of a table in a PostgreSQL database.
///
///     let store = try PostgreSQLSnapshotStore.open("postgresql://omni@localhost/omni")
///     var snapshotter = Snapshotter<Account, _, _>(store: store, log: log)
///
/// The table is called `snapshots` and lies in a schema of its own:
///
/// | column | type | holds |
/// | --- | --- | --- |
/// | stream | BYTEA | the name's bytes, since a text may not hold a zero |
/// | version | NUMERIC(20) | the version; a BIGINT ends at 2^63 − 1, this holds 2^64 − 1 in order |
/// | schema | BIGINT | the number of the state's layout |
/// | reducer | TEXT | 16 hexadecimal digits |
/// | record | BYTEA | the record, as it was put |
///
/// Processes may share the schema. Threads share the reference and wait for each other, and for the
/// server, for at most the time-outs: calls belong on a thread of the caller's own. The server ends
/// what takes too long; that it is cut off altogether only the system notices, after the address's
/// `tcp_user_timeout` and `keepalives_idle`. Records travel as hexadecimal digits, twice as long.
///
/// A connection that was lost is made anew, once for each call, and the call is repeated. Where
/// connecting fails only after a tenth of a second or more, the next calls do not try it and fail
/// with `BRK-003`, for a second at first. If the
/// reply to a `put` or `remove` was lost, so that it had been done already, the answer is false:
/// nobody is then told that he was the one.
public final class PostgreSQLSnapshotStore: SnapshotStore, Sendable {
  /// How the store works.
  public struct Configuration: Sendable, Equatable {
    /// The largest record that is taken, in bytes; never more than
    /// ``SnapshotRecord/encodedBytesMax``.
    public var recordBytesMax: Int
    /// The name of the schema that holds the table: any characters but a zero, 1 to 63 bytes.
    public var schema: String
    /// How long the server is waited for.
    public var connection: PostgreSQLConnection.Configuration
    /// When the breaker opens that keeps calls from waiting for a server to which connecting takes
    /// long and fails.
    public var breaker: BreakerConfiguration

    /// Creates settings.
    public init(
      recordBytesMax: Int = SnapshotRecord.encodedBytesMax, schema: String = "omni_snapshots",
      connection: PostgreSQLConnection.Configuration = PostgreSQLConnection.Configuration(),
      breaker: BreakerConfiguration = Configuration.usualBreaker
    ) {
      self.recordBytesMax = recordBytesMax
      self.schema = schema
      self.connection = connection
      self.breaker = breaker
    }

    /// A breaker that opens after one slow failure, for a second, and twice as long each time up to
    /// half a minute.
    public static var usualBreaker: BreakerConfiguration {
      var breaker = BreakerConfiguration()
      breaker.window = .count(1)
      breaker.callsMin = 1
      breaker.probeCount = 1
      breaker.backoff = .seconds(1)
      breaker.backoffMax = .seconds(30)
      breaker.ramp = .zero
      return breaker
    }
  }

  private let table: PostgreSQLSnapshotTable
  private let limit: RecordLimit
  private let link: Link<PostgreSQLConnection>

  private init(
    _ address: String, _ table: PostgreSQLSnapshotTable, _ configuration: Configuration
  ) throws(SnapshotStoreFailure) {
    self.table = table
    limit = RecordLimit(configuration.recordBytesMax)
    let breaker: CircuitBreaker
    do throws(BreakerFault) {
      breaker = try CircuitBreaker("postgresql-snapshots", configuration.breaker)
    } catch {
      throw LinkFailure(code: error.code, description: error.description, isLost: false).failure
    }
    link = Link(breaker: breaker) { () throws(LinkFailure) in
      do throws(PostgreSQLFailure) {
        let connection = try PostgreSQLConnection(address, configuration.connection)
        try table.makeIfMissing(connection)
        return connection
      } catch {
        throw LinkFailure(error)
      }
    }
  }

  /// Connects to the server that a URL or a line of keywords and values names, as libpq reads them,
  /// and makes schema and table if the table is missing.
  ///
  /// - Precondition: the limit of a record is not negative.
  /// - Throws: ``SnapshotStoreFailure/backend(code:reason:)`` with a code `PGC-…`; the password is
  ///   in none.
  public static func open(
    _ address: String, _ configuration: Configuration = Configuration()
  ) throws(SnapshotStoreFailure) -> PostgreSQLSnapshotStore {
    let table = try PostgreSQLSnapshotTable(schema: configuration.schema)
    let store = try PostgreSQLSnapshotStore(address, table, configuration)
    try store.link.connect()
    return store
  }

  /// The keys of all snapshots of `stream`, ascending.
  ///
  /// - Complexity: O(n log n) in the snapshots of the stream; reads no record.
  public func keys(of stream: StreamName) throws(SnapshotStoreFailure) -> [SnapshotKey] {
    try run { table, connection throws(PostgreSQLFailure) in
      try table.keys(of: stream, connection)
    }
  }

  /// The bytes that are kept under `key`, or nil if there are none.
  public func load(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> [UInt8]? {
    try run { table, connection throws(PostgreSQLFailure) in try table.load(key, connection) }
  }

  /// Keeps `record` under `key` unless something is kept there already.
  public func put(
    _ record: [UInt8], for key: SnapshotKey
  ) throws(SnapshotStoreFailure) -> Bool {
    try limit.check(record)
    return try run { table, connection throws(PostgreSQLFailure) in
      try table.put(record, for: key, connection)
    }
  }

  /// Removes what is kept under `key`.
  public func remove(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    try run { table, connection throws(PostgreSQLFailure) in try table.remove(key, connection) }
  }

  private func run<Result: Sendable>(
    _ body:
      @Sendable (PostgreSQLSnapshotTable, borrowing PostgreSQLConnection)
      throws(PostgreSQLFailure) -> Result
  ) throws(SnapshotStoreFailure) -> Result {
    let table = table
    return try link.run { connection throws(LinkFailure) in
      do throws(PostgreSQLFailure) {
        return try body(table, connection)
      } catch {
        throw LinkFailure(error)
      }
    }
  }
}

extension LinkFailure {
  fileprivate init(_ failure: PostgreSQLFailure) {
    self.init(
      code: failure.code, description: failure.description,
      isLost: failure.reason == .connectionLost)
  }
}
