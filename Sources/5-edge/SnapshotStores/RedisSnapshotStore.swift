public import OmniRedis
public import OmniSnapshotter

/// Keeps snapshots in a Redis server: a value for each record, and the keys of a stream in a set.
///
///     let store = try RedisSnapshotStore.open("redis://localhost")
///     var snapshotter = Snapshotter<Account, _, _>(store: store, log: log)
///
/// What the server holds, for the prefix `omni:snapshots:` and the stream `orders.7`:
///
///     omni:snapshots:{orders%2e7}          the set of the last parts of the names below
///     omni:snapshots:{orders%2e7}:v00000000000000000042-s00000003-r0123456789abcdef
///
/// The set is a sorted one with the score 0 throughout, so that its members stand in the order of
/// their bytes: a score would be exact up to version 2^53, and these digits are up to 2^64 − 1. The
/// braces keep a stream in one place of a cluster. A script writes record and set in one step.
///
/// A server that throws keys away when its memory is full may throw away a record, which then is
/// listed and cannot be loaded, or a set, which costs the snapshots in it until they are put again.
/// Neither costs more than a replay.
///
/// Threads share the reference and wait for each other, and for the server, for at most the
/// time-outs: calls belong on a thread of the caller's own.
///
/// A connection that was lost is made anew, once for each call, and the call is repeated. If the
/// reply to a `put` or `remove` was lost, so that it had been done already, the answer is false:
/// nobody is then told that he was the one. After a time-out a call is not repeated.
public final class RedisSnapshotStore: SnapshotStore, Sendable {
  /// How the store works.
  public struct Configuration: Sendable, Equatable {
    /// The largest record that is usually taken, in bytes, so that it passes well within the
    /// time-out.
    public static let usualRecordBytesMax = 1 << 26

    /// The largest record that is taken, in bytes; never more than
    /// ``SnapshotRecord/encodedBytesMax``.
    ///
    /// Whoever raises it gives the connection more time.
    public var recordBytesMax: Int
    /// What the names of all keys begin with.
    public var prefix: String
    /// How long the server is waited for.
    public var connection: RedisConnection.Configuration

    /// Creates settings.
    public init(
      recordBytesMax: Int = Self.usualRecordBytesMax, prefix: String = "omni:snapshots:",
      connection: RedisConnection.Configuration = RedisConnection.Configuration()
    ) {
      self.recordBytesMax = recordBytesMax
      self.prefix = prefix
      self.connection = connection
    }
  }

  // The set is written first in both: if another kind of value is in its place, the script ends
  // there, and nothing has changed. It is written also when the record is there already, in case it
  // was lost.
  private static let putting = RedisScript(
    """
    redis.call('ZADD', KEYS[1], 0, ARGV[1])
    if redis.call('SET', KEYS[2], ARGV[2], 'NX') then return 1 end
    return 0
    """)
  private static let removing = RedisScript(
    """
    redis.call('ZREM', KEYS[1], ARGV[1])
    return redis.call('DEL', KEYS[2])
    """)

  /// What the names of all keys begin with.
  public let prefix: String
  private let limit: RecordLimit
  private let link: Link<RedisConnection>

  private init(_ address: RedisAddress, _ configuration: Configuration) {
    prefix = configuration.prefix
    limit = RecordLimit(configuration.recordBytesMax)
    link = Link { () throws(LinkFailure) in
      do throws(RedisFailure) {
        return try RedisConnection(address, configuration.connection)
      } catch {
        throw LinkFailure(error)
      }
    }
  }

  /// Connects to the server at `address`, which is read as by ``RedisAddress``.
  ///
  /// - Precondition: the limit of a record is not negative.
  /// - Throws: ``SnapshotStoreFailure/backend(code:reason:)`` with a code `RED-…`; the password is
  ///   in none.
  public static func open(
    _ address: String, _ configuration: Configuration = Configuration()
  ) throws(SnapshotStoreFailure) -> RedisSnapshotStore {
    let place: RedisAddress
    do throws(RedisFailure) {
      place = try RedisAddress(address)
    } catch {
      throw LinkFailure(error).failure
    }
    let store = RedisSnapshotStore(place, configuration)
    try store.link.connect()
    return store
  }

  /// The keys of all snapshots of `stream`, ascending.
  ///
  /// - Complexity: O(n log n) in the snapshots of the stream; reads no record.
  public func keys(of stream: StreamName) throws(SnapshotStoreFailure) -> [SnapshotKey] {
    let command = RedisCommand("ZRANGE", indexName(of: stream), "0", "-1")
    return try run { connection throws(RedisFailure) in
      let members = try connection.run(command).array()
      var keys: [SnapshotKey] = []
      for member in members {
        if let key = KeyText.key(try member.text(), of: stream) { keys.append(key) }
      }
      return keys.sorted()
    }
  }

  /// The bytes that are kept under `key`, or nil if there are none.
  public func load(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> [UInt8]? {
    let command = RedisCommand("GET", recordName(of: key))
    return try run { connection throws(RedisFailure) in
      let bytes = try connection.run(command).bytesIfAny()
      guard let bytes, bytes.count > RecordLimit.bytesRead else { return bytes }
      return Array(bytes.prefix(RecordLimit.bytesRead))
    }
  }

  /// Keeps `record` under `key` unless something is kept there already.
  public func put(
    _ record: [UInt8], for key: SnapshotKey
  ) throws(SnapshotStoreFailure) -> Bool {
    try limit.check(record)
    return try change(key, Self.putting, [Array(KeyText.member(key).utf8), record])
  }

  /// Removes what is kept under `key`.
  public func remove(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    try change(key, Self.removing, [Array(KeyText.member(key).utf8)])
  }

  private func change(
    _ key: SnapshotKey, _ script: RedisScript, _ arguments: [[UInt8]]
  ) throws(SnapshotStoreFailure) -> Bool {
    let names = [indexName(of: key.stream), recordName(of: key)]
    return try run { connection throws(RedisFailure) in
      try connection.evaluate(script, keys: names, arguments: arguments).integer() > 0
    }
  }

  private func indexName(of stream: StreamName) -> String {
    "\(prefix){\(KeyText.escaped(stream))}"
  }

  private func recordName(of key: SnapshotKey) -> String {
    "\(indexName(of: key.stream)):\(KeyText.member(key))"
  }

  private func run<Result: Sendable>(
    _ body: @Sendable (RedisConnection) throws(RedisFailure) -> Result
  ) throws(SnapshotStoreFailure) -> Result {
    try link.run { connection throws(LinkFailure) in
      do throws(RedisFailure) { return try body(connection) } catch { throw LinkFailure(error) }
    }
  }
}

extension LinkFailure {
  fileprivate init(_ failure: RedisFailure) {
    // A time-out closes the connection: the call fails, and the next one finds it lost.
    let isLost =
      switch failure {
      case .connectionLost, .closed: true
      default: false
      }
    self.init(code: failure.code, description: failure.description, isLost: isLost)
  }
}
