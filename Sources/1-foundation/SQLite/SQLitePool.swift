public import OmniCircuitBreaker
import OmniClocks
public import OmniRateGate
public import OmniSQL
public import OmniTime

/// Readers of one SQLite file for any number of tasks.
///
///     let pool = try SQLitePool("books.sqlite")
///     let rows = try await pool.rows(SQLQuery("SELECT name FROM accounts WHERE number = $1", ["7"]))
///     await pool.close()
///
/// With the journal `wal` they run beside each other and beside the one who writes, who has a
/// ``SQLiteDatabase`` of its own, and each statement sees the file as it was at one commit. SQLite
/// waits for the disk, so each reader has a thread. Nothing can be written: a query that says it
/// writes is refused by SQLite, as `SQL-003`.
///
/// A file that is another one than was opened, or none, is opened anew at the next call.
///
/// - Invariant: there are never more readers than the settings say. Each call ends at its limit of
///   time at the latest.
public final class SQLitePool: SQLSource {
  /// The settings of a pool.
  public struct Configuration: Sendable, Hashable {
    /// How many readers there are, how long is waited, and when the breaker opens.
    public var pool: SQLPoolConfiguration
    /// How long a reader waits for another connection's lock, which one in `wal` hardly ever does.
    public var busyTimeout: Interval
    /// How many KiB of pages each reader keeps in memory.
    public var cacheKibibytes: Int

    /// Creates settings.
    public init(
      pool: SQLPoolConfiguration = .readers, busyTimeout: Interval = .seconds(1),
      cacheKibibytes: Int = 8 * 1024
    ) {
      self.pool = pool
      self.busyTimeout = busyTimeout
      self.cacheKibibytes = cacheKibibytes
    }
  }

  /// The path of the file.
  public let path: String
  /// The settings.
  public let configuration: Configuration
  private let pool: SQLPool<SQLiteDatabase>

  /// Creates a pool, which opens the file when it is first used.
  ///
  /// - Parameters:
  ///   - path: The path of the file, which is there and is not changed.
  ///   - configuration: The settings.
  ///   - breaker: What calls pass; one with the configuration's settings is made if there is none.
  ///   - gate: What limits their rate, under the key `sqlite`; nil for no limit.
  ///   - metrics: Where to show what ``counts`` says.
  /// - Throws: ``SQLFailure/notMade(_:)`` if a setting is out of its range, or the system gives no
  ///   thread.
  public init(
    _ path: String, _ configuration: Configuration = Configuration(),
    breaker: CircuitBreaker? = nil, gate: RateGate? = nil, metrics: SQLPoolMetrics? = nil
  ) throws(SQLFailure) {
    self.path = path
    self.configuration = configuration
    let limit = configuration.pool.callLimit
    let settings = SQLiteDatabase.Configuration(
      busyTimeout: configuration.busyTimeout, cacheKibibytes: configuration.cacheKibibytes)
    let driver = SQLPool<SQLiteDatabase>.Driver(
      connect: { () throws(SQLFailure) in
        do throws(SQLiteFailure) {
          return try SQLiteDatabase(.readOnly(path), settings)
        } catch {
          throw SQLFailure(error, limit: limit)
        }
      }, isThere: { !$0.hasMoved },
      tidy: { database in
        do throws(SQLiteFailure) {
          try database.rollback()
          return true
        } catch {
          // Without it the next call would see the file as it is no longer.
          return false
        }
      })
    pool = try SQLPool(
      "sqlite", configuration.pool, driver, guards: (breaker, gate), metrics: metrics)
  }

  /// SQLite's words.
  public var dialect: SQLDialect { .sqlite }
  /// What keeps calls away from a file that cannot be read.
  public var breaker: CircuitBreaker { pool.breaker }
  /// What was done so far.
  public var counts: SQLPoolCounts { pool.counts }
  /// How many readers have the file open.
  public var connectedCount: Int { pool.connectedCount }
  /// How many calls wait for a reader.
  public var waitingCount: Int { pool.waitingCount }

  /// Runs one statement, and gives all its rows as text; NULL is nil.
  ///
  /// - Complexity: O(rows), all of which are held in memory.
  public func rows(_ query: SQLQuery) async throws(SQLFailure) -> [[String?]] {
    // A reader changes nothing, whatever the query says.
    let call = SQLCall(timeLimit: query.timeLimit, isReadOnly: true)
    return try await pool.run(call) { (database, turn) throws(SQLFailure) in
      let end = TimeSource.machine.now() + turn.limit
      do throws(SQLiteFailure) {
        return try database.whileWanted({ turn.isWanted() && TimeSource.machine.now() < end }) {
          () throws(SQLiteFailure) in try database.rows(query.text, query.parameters)
        }
      } catch {
        throw SQLFailure(error, limit: turn.limit)
      }
    }
  }

  /// Refuses what comes from now on, lets what waits and runs end within `limit`, gives up what has
  /// not, and returns when the file is closed.
  public func close(within limit: Interval = .seconds(5)) async { await pool.close(within: limit) }
}

extension SQLPoolConfiguration {
  /// The usual settings for readers of a file: four of them.
  public static var readers: Self {
    var configuration = Self()
    configuration.connectionCountMax = 4
    return configuration
  }
}

extension SQLFailure {
  /// What a failure of SQLite means to whoever asked a pool, whose readers change nothing.
  init(_ failure: SQLiteFailure, limit: Interval) {
    let cause = SQLCause(
      code: failure.code, state: "\(failure.extendedCode)", description: failure.description)
    switch failure.reason {
    case .cannotOpen: self = .unreachable(cause)
    case .busy: self = .contended(cause)
    case .readOnly, .constraint: self = .statementRefused(cause)
    case .damaged, .full, .device: self = .storeFailed(cause)
    case .failed where failure.extendedCode == SQLiteDatabase.interruptedCode:
      self = .timedOut(after: limit, .nothingDone)
    case .failed: self = .statementRefused(cause)
    }
  }
}
