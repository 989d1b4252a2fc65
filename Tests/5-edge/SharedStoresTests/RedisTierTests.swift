import OmniClocks
import OmniQueryCache
import OmniRedis
import OmniSharedStores
import OmniTestKit
import OmniTime
import Testing

/// What every second tier has to do.
func checkTier(_ tier: any QueryTier) async throws {
  let nothing = try await tier.read(keys: ["a", "b"], stamps: ["s", "t"])
  #expect(nothing.entries == [nil, nil] && nothing.stamps.count == 2)
  let bytes: [UInt8] = [0, 1, 0x1F, 255]
  try await tier.write([
    TierEntry(key: "a\u{1F}x", bytes: bytes, lasting: .minutes(60)),
    TierEntry(key: "b", bytes: [], lasting: .minutes(60)),
    TierEntry(key: "c", bytes: [1], lasting: .milliseconds(30)),
  ])
  try await tier.raise(["s"])
  try await tier.raise(["s", "u"])
  let answer = try await tier.read(keys: ["b", "a\u{1F}x", "d"], stamps: ["t", "s", "u"])
  // Raised twice, once and never.
  #expect(answer.stamps[0] == nothing.stamps[1] && answer.stamps[1] == nothing.stamps[0] &+ 2)
  #expect(answer.stamps[2] != answer.stamps[0])
  #expect(answer.entries.map { $0?.bytes } == [[], bytes, nil])
  let rest = try #require(answer.entries[0]?.rest)
  #expect(rest > .minutes(30) && rest <= .minutes(60))
  try await TimeSource.machine.sleep(for: .milliseconds(60))
  #expect(try await tier.read(keys: ["c"], stamps: []).entries == [nil])
  let token = try #require(try await tier.lock("l", lasting: .seconds(60)))
  #expect(try await tier.lock("l", lasting: .seconds(1)) == nil)
  try await tier.unlock("l", token &+ 1)
  #expect(try await tier.lock("l", lasting: .seconds(1)) == nil)
  try await tier.unlock("l", token)
  let second = try #require(try await tier.lock("l", lasting: .milliseconds(40)))
  try await TimeSource.machine.sleep(for: .milliseconds(80))
  // Its time is over; whoever held it cannot take it from the next.
  #expect(try await tier.lock("l", lasting: .seconds(5)) != nil)
  try await tier.unlock("l", second)
  #expect(try await tier.lock("l", lasting: .seconds(5)) == nil)
}

@Suite("Queries with a second tier in Redis", .serialized)
struct RedisTierTests {
  private final class Service: FieldResolver {
    let name = "people"
    let fields = ["name", "city", "age"].map {
      FieldRule($0, Freshness(lasting: .seconds(60), earlyPercent: 0))
    }
    let calls = Shared(0)
    let value = Shared("Ann")

    func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]] {
      calls.change { $0 += 1 }
      return Dictionary(uniqueKeysWithValues: fields.map { ($0, Array(value.value.utf8)) })
    }
  }

  @Test("it does what every second tier has to")
  func conformance() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address))
    let tier = RedisTier(client)
    try await checkTier(tier)
    // What it counted before it lost everything says nothing any more.
    let before = try await tier.read(keys: [], stamps: ["never"])
    try await client.run(RedisCommand("FLUSHALL"))
    #expect(try await tier.read(keys: [], stamps: ["never"]) != before)
    await client.close()
  }

  @Test("three fields cost one trip, and an invalidation reaches the other node")
  func nodes() async throws {
    let server = try RedisServer()
    let address = try RedisAddress(server.address)
    let client = try RedisClient(address)
    let tier = RedisTier(client)
    let service = Service()
    let nodes = try (0..<2).map { _ in try QueryCache([service], tier: tier) }
    let isConnected = Shared(0)
    let listeners = try nodes.map { _ in
      try RedisInvalidations(address, channel: tier.channel)
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (node, listener) in zip(nodes, listeners) {
        group.addTask { await listener.run(for: node) { isConnected.change { $0 += 1 } } }
      }
      while isConnected.value < 2 { try await TimeSource.machine.sleep(for: .milliseconds(5)) }
      _ = try await nodes[0].query("u", ["name", "city", "age"])
      await nodes[0].settle()
      let commands = client.counts.commands
      let result = try await nodes[1].query("u", ["name", "city", "age"])
      #expect(result["age"] == .value(Array("Ann".utf8), from: .tier, isStale: false))
      // One MGET and three questions for what is left of their time, in one pipeline.
      #expect(client.counts.commands == commands + 4)
      #expect(service.calls.value == 1)
      service.value.change { $0 = "Bea" }
      try await nodes[1].invalidate(entities: ["u"])
      var bytes: [UInt8]?
      for _ in 0..<200 where bytes != Array("Bea".utf8) {
        bytes = try await nodes[0].query("u", ["name"])["name"]?.bytes
        try await TimeSource.machine.sleep(for: .milliseconds(5))
      }
      #expect(bytes == Array("Bea".utf8))
      for listener in listeners { listener.close() }
      group.cancelAll()
    }
    await client.close()
  }

  @Test("Redis killed: the memory alone, and what was invalidated meanwhile is not read afterwards")
  func killed() async throws {
    let server = try RedisServer(appendonly: true)
    let client = try RedisClient(RedisAddress(server.address))
    let service = Service()
    var configuration = QueryCache.Configuration()
    configuration.tierLimit = .milliseconds(200)
    let cache = try QueryCache([service], tier: RedisTier(client), configuration: configuration)
    _ = try await cache.query("u", ["name"])
    await cache.settle()
    try server.kill()
    service.value.change { $0 = "Bea" }
    try await cache.invalidate(entities: ["u"])
    let away = try await cache.query("u", ["name"])
    #expect(away["name"] == .value(Array("Bea".utf8), from: .service, isStale: false))
    try server.start()
    let other = try QueryCache([service], tier: RedisTier(client), configuration: configuration)
    var isTold = false
    for number in 0..<200 where !isTold {
      try await TimeSource.machine.sleep(for: .milliseconds(50))
      // Any query tells the tier first what it does not know.
      _ = try await cache.query("v\(number)", ["name"])
      await cache.settle()
      isTold =
        (try? await client.run(RedisCommand("GET", "omni:query:sedefault\u{1F}u")))
        .flatMap { try? $0.textIfAny() } == "1"
    }
    #expect(isTold)
    let result = try await other.query("u", ["name"])
    #expect(result["name"]?.bytes == Array("Bea".utf8))
    await client.close()
  }
}
