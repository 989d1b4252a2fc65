import OmniClocks
import OmniRateGate
import OmniRedis
import OmniSharedStores
import OmniTestKit
import OmniTime
import Testing

@Suite("Limits that a cluster shares in Redis", .serialized)
struct RedisLimitsTests {
  /// The script, told the time by its last two arguments instead of by Redis.
  private static let toldTime = RedisScript(
    SharedScript.text.replacing(
      "redis.call('TIME')", with: "{ARGV[#ARGV - 1], ARGV[#ARGV]}"))

  @Test("the script decides as the limits in memory do", arguments: 0..<5)
  func model(seed: UInt64) throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisAddress(server.address))
    var random = SeededRandom(seed: seed)
    let time = ManualTime(start: .init(nanoseconds: 1_800_000_000_000_000_000))
    let memory = MemorySharedLimits(time: .manual(time))
    let rules = try (0..<3).map { _ in
      try RateRule(
        count: 1 + Int(random.below(2_000)),
        per: Interval(nanoseconds: 1_000_000 + Int64(random.below(3_000_000_000))),
        burst: 1 + Int(random.below(40)))
    }
    var granted = 0
    for _ in 0..<600 {
      time.advance(by: Interval(nanoseconds: Int64(random.below(40_000)) * 1_000))
      let count = 1 + Int(random.below(3))
      let cells = (0..<count).map { SharedRequest.Cell(key: "k\($0)", rule: rules[$0]) }
      let wanted = Int(random.below(6))
      let request = SharedRequest(
        cells, wanted: wanted, least: Int(random.below(UInt64(wanted) + 1)))
      let now = time.now.nanoseconds
      let reply = try connection.evaluate(
        Self.toldTime, keys: cells.map(\.key),
        arguments: (SharedScript.arguments(of: request)
          + [String(now / 1_000_000_000), String(now % 1_000_000_000 / 1_000)])
          .map { Array($0.utf8) })
      let numbers = try reply.array().map { try $0.integer() }
      let grant = SharedScript.grant(from: numbers, for: request)
      #expect(grant == memory.takeNow(request))
      granted += grant?.granted ?? 0
    }
    #expect(granted > 100)
  }

  @Test("a clock that goes back locks nobody out for longer than a burst takes")
  func clockWentBack() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisAddress(server.address))
    let rule = try RateRule(count: 10, per: .seconds(1), burst: 5)
    let request = SharedRequest([.init(key: "k", rule: rule)], wanted: 1)
    func ask(_ seconds: Int) throws -> [Int64] {
      let arguments = SharedScript.arguments(of: request) + [String(seconds), "0"]
      return try connection.evaluate(
        Self.toldTime, keys: ["k"], arguments: arguments.map { Array($0.utf8) }
      ).array().map { try $0.integer() }
    }
    #expect(try ask(2_000_000_000)[0] == 1)
    // An hour back: as if the burst were used up now, and no more than that.
    #expect(try ask(1_999_996_400) == [0, 0, 100_000_000, 500_000_000])
    #expect(try ask(1_999_996_401)[0] == 1)
  }

  @Test("five nodes at once get the rate and the burst, through a script that is flushed")
  func cluster() async throws {
    let server = try RedisServer()
    let address = try RedisAddress(server.address)
    let rule = try RateRule(count: 500, per: .seconds(1), burst: 50)
    let clients = try (0..<5).map { _ in try RedisClient(address) }
    let gates = try clients.map { client in
      try SharedGate("api", .init(rule, fallback: .closed), store: RedisLimits(client))
    }
    _ = try await gates[0].decide("other")
    let start = TimeSource.machine.now()
    let allowed = try await withThrowingTaskGroup(of: Int.self) { group in
      for gate in gates {
        group.addTask {
          var allowed = 0
          for _ in 0..<400 where try await gate.decide("a").isAllowed { allowed += 1 }
          return allowed
        }
      }
      group.addTask {
        for _ in 0..<20 {
          try await clients[0].run(RedisCommand("SCRIPT", "FLUSH"))
          try await TimeSource.machine.sleep(for: .milliseconds(5))
        }
        return 0
      }
      return try await group.reduce(0, +)
    }
    let elapsed = TimeSource.machine.now() - start
    let bound = 50 + Int(elapsed.nanoseconds / 2_000_000) + 1
    #expect(allowed <= bound && allowed >= 50, "\(allowed) of at most \(bound)")
    for client in clients { await client.close() }
  }

  @Test("Redis killed under load: the policy decides, and afterwards Redis does again")
  func killed() async throws {
    let server = try RedisServer(appendonly: true)
    let client = try RedisClient(RedisAddress(server.address))
    let rule = try RateRule(count: 100, per: .seconds(1), burst: 10)
    let gate = try SharedGate(
      "api", .init(rule, fallback: .localShare(nodes: 2)), store: RedisLimits(client))
    let closed = try SharedGate(
      "api", .init(rule, fallback: .closed), store: RedisLimits(client))
    for _ in 0..<10 { #expect(try await gate.decide("a").isAllowed) }
    try server.kill()
    var allowed = 0
    for _ in 0..<50 where try await gate.decide("a").isAllowed { allowed += 1 }
    #expect(allowed >= 5 && gate.counts.fallbacks == 50, "\(allowed)")
    await #expect(throws: RateFault.self) { try await closed.decide("a") }
    try server.start()
    var isBack = false
    for _ in 0..<200 where !isBack {
      try await TimeSource.machine.sleep(for: .milliseconds(50))
      isBack = (try? await closed.decide("b")) != nil
    }
    #expect(isBack)
    await client.close()
  }

  @Test("a key that holds something else is an error, and not a limit that never limits")
  func foreignValue() async throws {
    let server = try RedisServer()
    let client = try RedisClient(RedisAddress(server.address))
    try await client.run(RedisCommand("SET", "omni:limit:api:a", "prose"))
    let gate = try SharedGate(
      "api", .init(RateRule(count: 1, per: .seconds(1)), fallback: .closed),
      store: RedisLimits(client))
    let fault = await #expect(throws: RateFault.self) { try await gate.decide("a") }
    #expect(fault?.description.contains("RTGVALUE") == true, "\(String(describing: fault))")
    await client.close()
  }
}
