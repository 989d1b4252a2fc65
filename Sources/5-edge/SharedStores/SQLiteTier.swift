public import OmniQueryCache
public import OmniSQLite
public import OmniTime
import Synchronization

/// The second tier of queries in a file, for one program that is to find its cache again after a
/// restart.
///
/// Times of the day are stored, since a monotonic clock begins anew with the machine: a clock that
/// is set forward ends entries early, and one that is set back lets them last at most as long as
/// they were meant to from then on.
public final class SQLiteTier: QueryTier {
  private struct Held: ~Copyable {
    var database: SQLiteDatabase
    var writes = 0
  }

  private static let schema = """
    CREATE TABLE IF NOT EXISTS entries(
      key TEXT PRIMARY KEY, bytes BLOB NOT NULL, ends INTEGER NOT NULL, lasting INTEGER NOT NULL)
      WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS stamps(name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS locks(
      key TEXT PRIMARY KEY, token INTEGER NOT NULL, ends INTEGER NOT NULL) WITHOUT ROWID;
    """

  private let clock: any Clock
  private let held: Mutex<Held>

  /// Opens the tier, and creates its tables if they are missing.
  public init(
    _ database: consuming sending SQLiteDatabase, clock: any Clock
  ) throws(SQLiteFailure) {
    try database.execute(Self.schema)
    self.clock = clock
    held = Mutex(Held(database: database))
  }

  /// Reads entries and stamps, in one trip.
  public func read(keys: [String], stamps: [String]) async throws -> TierAnswer {
    let now = clock.now().nanoseconds
    return try held.withLock { held in
      var entries: [TierAnswer.Found?] = []
      var find = try held.database.prepare("SELECT bytes, ends, lasting FROM entries WHERE key = ?")
      for key in keys {
        try find.bind(1, key)
        if try find.step() {
          let rest = min(find.integer(at: 1) - now, find.integer(at: 2))
          entries.append(
            rest > 0 ? .init(bytes: find.bytes(at: 0), rest: Interval(nanoseconds: rest)) : nil)
        } else {
          entries.append(nil)
        }
        find.reset()
      }
      var counts: [UInt64] = []
      var count = try held.database.prepare("SELECT count FROM stamps WHERE name = ?")
      for stamp in stamps {
        try count.bind(1, stamp)
        counts.append(try count.step() ? UInt64(bitPattern: count.integer(at: 0)) : 0)
        count.reset()
      }
      return TierAnswer(entries: entries, stamps: counts)
    }
  }

  /// Writes entries, each for its time.
  public func write(_ entries: [TierEntry]) async throws {
    let now = clock.now().nanoseconds
    try held.withLock { held in
      try held.database.begin()
      do {
        var put = try held.database.prepare("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)")
        for entry in entries {
          let ends = now.addingReportingOverflow(entry.lasting.nanoseconds)
          try put.bind(1, entry.key)
          try put.bind(2, entry.bytes)
          try put.bind(3, ends.overflow ? .max : ends.partialValue)
          try put.bind(4, entry.lasting.nanoseconds)
          try put.run()
          put.reset()
        }
        held.writes += 1
        if held.writes % 256 == 0 {
          for table in ["entries", "locks"] {
            var sweep = try held.database.prepare("DELETE FROM \(table) WHERE ends <= ?")
            try sweep.bind(1, now)
            try sweep.run()
          }
        }
        try held.database.commit()
      } catch {
        try held.database.rollback()
        throw error
      }
    }
  }

  /// Raises stamps by one each; there is no other node to tell.
  public func raise(_ stamps: [String]) async throws {
    try held.withLock { held in
      try held.database.begin()
      do {
        var raise = try held.database.prepare(
          "INSERT INTO stamps VALUES (?, 1) ON CONFLICT(name) DO UPDATE SET count = count + 1")
        for stamp in stamps {
          try raise.bind(1, stamp)
          try raise.run()
          raise.reset()
        }
        try held.database.commit()
      } catch {
        try held.database.rollback()
        throw error
      }
    }
  }

  /// Takes a lock for a time, unless somebody holds it.
  public func lock(_ key: String, lasting: Interval) async throws -> UInt64? {
    let now = clock.now().nanoseconds
    let token = Int64.random(in: 1...Int64.max)
    return try held.withLock { held in
      var take = try held.database.prepare(
        """
        INSERT INTO locks VALUES (?1, ?2, ?3) ON CONFLICT(key)
        DO UPDATE SET token = ?2, ends = ?3 WHERE ends <= ?4
        """)
      try take.bind(1, key)
      try take.bind(2, token)
      try take.bind(3, now + lasting.nanoseconds)
      try take.bind(4, now)
      try take.run()
      return held.database.changeCount == 1 ? UInt64(token) : nil
    }
  }

  /// Gives a lock back, if it is still the one that was taken.
  public func unlock(_ key: String, _ token: UInt64) async throws {
    try held.withLock { held in
      var give = try held.database.prepare("DELETE FROM locks WHERE key = ? AND token = ?")
      try give.bind(1, key)
      try give.bind(2, Int64(bitPattern: token))
      try give.run()
    }
  }
}
