public import OmniQueryCache
public import OmniRedis
public import OmniTime

/// The second tier of queries in Redis.
///
/// Entries are read by one MGET with their remaining times and the stamps, in one trip; an
/// invalidation raises its stamps and publishes them in one script. A stamp is its count and a number
/// that Redis has had since it last was empty, so that nothing of an earlier life is taken for valid.
public struct RedisTier: QueryTier {
  private static let raising = RedisScript(
    """
    for i = 1, #KEYS do redis.call('INCR', KEYS[i]) end
    redis.call('PUBLISH', ARGV[1], ARGV[2])
    return #KEYS
    """)
  private static let unlocking = RedisScript(
    """
    if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
    return 0
    """)

  /// Divides the stamps of one message; no name has it.
  static let divider: UInt8 = 0x1E

  private let client: RedisClient
  private let prefix: String

  /// Creates a tier whose keys begin with `prefix`.
  public init(_ client: RedisClient, prefix: String = "omni:query:") {
    self.client = client
    self.prefix = prefix
  }

  /// The channel on which invalidations are published.
  public var channel: String { prefix + "raised" }

  /// True: the client waits for a server only if it is near, and shortly.
  public var isPrompt: Bool { true }

  /// Reads entries and stamps, in one trip.
  public func read(keys: [String], stamps: [String]) async throws -> TierAnswer {
    guard !keys.isEmpty || !stamps.isEmpty else { return TierAnswer(entries: [], stamps: []) }
    let names = keys.map { prefix + "v" + $0 }
    let all = names + stamps.map { prefix + "s" + $0 } + [prefix + "life"]
    var pipeline = [RedisCommand("MGET", all)]
    for name in names { pipeline.append(RedisCommand("PTTL", name)) }
    let replies = try await client.run(pipeline: pipeline)
    guard replies.count == pipeline.count else { throw Self.wrong(replies.count, pipeline.count) }
    let values = try replies[0].array()
    guard values.count == all.count else { throw Self.wrong(values.count, all.count) }
    let life: UInt64
    if let text = try values[all.count - 1].textIfAny() {
      life = try Self.number(text)
    } else {
      life = try await begin()
    }
    var entries: [TierAnswer.Found?] = []
    for index in keys.indices {
      let rest = try replies[index + 1].integer()
      guard let bytes = try values[index].bytesIfAny(), rest > 0 else {
        entries.append(nil)
        continue
      }
      entries.append(.init(bytes: bytes, rest: .milliseconds(rest)))
    }
    var counts: [UInt64] = []
    for index in stamps.indices {
      let text = try values[keys.count + index].textIfAny()
      // Wrapping only makes another number.
      counts.append(life &+ (try Self.number(text ?? "0")))
    }
    return TierAnswer(entries: entries, stamps: counts)
  }

  /// Writes entries, each for its time.
  public func write(_ entries: [TierEntry]) async throws {
    guard !entries.isEmpty else { return }
    let pipeline = entries.map { entry in
      var command = RedisCommand("SET", prefix + "v" + entry.key)
      command.append(entry.bytes)
      command.append("PX")
      command.append(max(1, entry.lasting.nanoseconds / 1_000_000))
      return command
    }
    for reply in try await client.run(pipeline: pipeline) { try reply.expectOK() }
  }

  /// Raises stamps by one each, and tells all nodes which.
  public func raise(_ stamps: [String]) async throws {
    guard !stamps.isEmpty else { return }
    let message = Array(stamps.map { Array($0.utf8) }.joined(separator: [Self.divider]))
    _ = try await client.evaluate(
      Self.raising, keys: stamps.map { prefix + "s" + $0 },
      arguments: [Array(channel.utf8), message])
  }

  /// Takes a lock for a time, unless somebody holds it.
  public func lock(_ key: String, lasting: Interval) async throws -> UInt64? {
    // Nobody else has this number while the lock lasts.
    let token = UInt64.random(in: 1...UInt64.max)
    let milliseconds = max(1, lasting.nanoseconds / 1_000_000)
    let reply = try await client.run(
      RedisCommand("SET", prefix + "l" + key, String(token), "NX", "PX", String(milliseconds)))
    return reply.isNull ? nil : token
  }

  /// Gives a lock back, if it is still the one that was taken.
  public func unlock(_ key: String, _ token: UInt64) async throws {
    _ = try await client.evaluate(
      Self.unlocking, keys: [prefix + "l" + key], arguments: [Array(String(token).utf8)])
  }

  /// Gives an empty Redis the number of its life, unless another node has.
  private func begin() async throws -> UInt64 {
    let drawn = String(UInt64.random(in: 1...UInt64.max))
    let replies = try await client.run(pipeline: [
      RedisCommand("SET", prefix + "life", drawn, "NX"), RedisCommand("GET", prefix + "life"),
    ])
    guard replies.count == 2 else { throw Self.wrong(replies.count, 2) }
    return try Self.number(try replies[1].text())
  }

  private static func number(_ text: String) throws -> UInt64 {
    guard let number = UInt64(text) else {
      throw SharedStoreFailure.answer(
        of: "queries", was: "a stamp that is no number", wanted: "a whole number")
    }
    return number
  }

  private static func wrong(_ count: Int, _ wanted: Int) -> SharedStoreFailure {
    .answer(of: "queries", was: "\(count) parts", wanted: "\(wanted)")
  }
}
