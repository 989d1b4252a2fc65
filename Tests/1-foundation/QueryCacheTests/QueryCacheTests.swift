import OmniClocks
import OmniQueryCache
import OmniTestKit
import OmniTime
import Testing

@Suite("Queries of fields")
struct QueryCacheTests {
  struct Broken: Error {}

  /// A service that answers with what it is set to, after a time that it is set to.
  final class Service: FieldResolver {
    let name: String
    let fields: [FieldRule]
    let calls = Shared<[[String]]>([])
    let values = Shared<[String: String]>([:])
    let delay = Shared(Interval.zero)
    let isBroken = Shared(false)
    let time: ManualTime

    init(_ name: String, _ rules: [FieldRule], _ time: ManualTime) {
      self.name = name
      fields = rules
      self.time = time
    }

    func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]] {
      calls.change { $0.append(fields) }
      let answer = values.value
      if delay.value > .zero { try await TimeSource.manual(time).sleep(for: delay.value) }
      if isBroken.value { throw Broken() }
      return answer.filter { fields.contains($0.key) }.mapValues { Array("\(entity)=\($0)".utf8) }
    }
  }

  static let rule = Freshness(
    lasting: .seconds(10), jitterPercent: 0, staleFor: .zero, absentFor: .seconds(2),
    earlyPercent: 0)

  struct World {
    let time = ManualTime()
    let people: Service
    let prices: Service

    init(limit: Interval = .seconds(5)) {
      people = Service(
        "people",
        ["name", "city"].map { FieldRule($0, rule, timeLimit: limit, tags: ["people"]) }, time)
      prices = Service("prices", [FieldRule("price", rule, timeLimit: .seconds(1))], time)
      people.values.change { $0 = ["name": "Ann"] }
      prices.values.change { $0 = ["price": "5"] }
    }

    func cache(
      _ tier: (any QueryTier)? = nil,
      _ configuration: QueryCache.Configuration = .init(capacity: 100)
    ) throws -> QueryCache {
      try QueryCache(
        [people, prices], tier: tier, configuration: configuration, time: .manual(time), seed: 1)
    }
  }

  private func text(_ field: QueryResult.Field?) -> String? {
    field?.bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("fields come from their services, one call each, and the next time from memory")
  func federated() async throws {
    let world = World()
    let cache = try world.cache()
    let result = try await cache.query("u", ["name", "city", "price", "name"])
    #expect(text(result["name"]) == "u=Ann" && text(result["price"]) == "u=5")
    #expect(result["city"] == .absent && result.isComplete)
    #expect(result.value(.text("name")) == "u=Ann")
    #expect(world.people.calls.value == [["city", "name"]])
    let again = try await cache.query("u", ["name", "city", "price"])
    #expect(again["name"] == .value(Array("u=Ann".utf8), from: .memory, isStale: false))
    #expect(world.people.calls.value.count == 1 && world.prices.calls.value.count == 1)
    world.time.advance(by: .seconds(3))
    // That there is no city is forgotten sooner than the name.
    _ = try await cache.query("u", ["name", "city"])
    #expect(world.people.calls.value == [["city", "name"], ["city"]])
  }

  @Test("a query that cannot be answered says why, before anything is asked")
  func faults() async throws {
    let world = World()
    let cache = try world.cache()
    await #expect(throws: QueryFault.unknownField("age")) { try await cache.query("u", ["age"]) }
    await #expect(throws: QueryFault.name("")) { try await cache.query("", ["name"]) }
    await #expect(throws: QueryFault.name("a\u{1F}b")) {
      try await cache.query("a\u{1F}b", ["name"])
    }
    await #expect(throws: QueryFault.unknownPartition("x")) {
      try await cache.query("u", ["name"], partition: "x")
    }
    #expect(world.people.calls.value.isEmpty)
    #expect(throws: QueryFault.fieldTwice("name")) {
      try QueryCache([world.people, world.people])
    }
  }

  @Test("ten thousand concurrent misses make one call", arguments: [false, true])
  func stampede(hasTier: Bool) async throws {
    let world = World()
    world.people.delay.change { $0 = .seconds(1) }
    let cache = try world.cache(hasTier ? MemoryTier(time: .manual(world.time)) : nil)
    let found = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<10_000 {
        group.addTask { try await cache.query("u", ["name"])["name"]?.bytes == nil ? 0 : 1 }
      }
      while cache.counts.joined < 9_999 { await Task.yield() }
      while world.people.calls.value.isEmpty || world.time.sleeperCount < 10_001 {
        await Task.yield()
      }
      world.time.advance(by: .seconds(1))
      return try await group.reduce(0, +)
    }
    #expect(found == 10_000 && world.people.calls.value.count == 1)
  }

  @Test(
    "a field that is late is told so, the others have their answers, and it is kept when it comes")
  func partial() async throws {
    let world = World()
    world.prices.delay.change { $0 = .milliseconds(1_500) }
    world.people.isBroken.change { $0 = true }
    let cache = try world.cache()
    let query = Task { try await cache.query("u", ["name", "price"]) }
    while world.prices.calls.value.isEmpty || world.time.sleeperCount < 3 { await Task.yield() }
    world.time.advance(by: .seconds(1))
    let result = try await query.value
    #expect(result["price"] == .failed(.timeLimit(.seconds(1))) && !result.isComplete)
    #expect(
      result["name"] == .failed(.service(name: "people", reason: "Broken()")))
    #expect(cache.counts.timeLimits == 1 && cache.counts.failedCalls >= 1)
    // What comes late is kept for the next.
    world.time.advance(by: .milliseconds(500))
    await cache.settle()
    #expect(text(try await cache.query("u", ["price"])["price"]) == "u=5")
    #expect(world.prices.calls.value.count == 1)
    // What failed was not kept.
    world.people.isBroken.change { $0 = false }
    #expect(text(try await cache.query("u", ["name"])["name"]) == "u=Ann")
  }

  @Test("a deadline that has passed is told at once, each time")
  func passedDeadline() async {
    let source = TimeSource.manual(ManualTime())
    for _ in 0..<200 {
      let answer = await FieldPromise().answer(by: source.now(), .seconds(1), source)
      #expect(answer == .failed(.timeLimit(.seconds(1))))
    }
  }

  @Test("after an invalidation nothing older is given out: not from memory, not what is on its way")
  func invalidation() async throws {
    let world = World()
    let tier = MemoryTier(time: .manual(world.time))
    let cache = try world.cache(tier)
    _ = try await cache.query("desk:3:u", ["name"])
    world.people.values.change { $0 = ["name": "Bea"] }
    #expect(text(try await cache.query("desk:3:u", ["name"])["name"]) == "desk:3:u=Ann")
    for invalidated in ["desk:3:u", "desk:3:", "desk:"] {
      let name = "\(invalidated)!"
      world.people.values.change { $0 = ["name": name] }
      try await cache.invalidate(entities: [invalidated])
      #expect(text(try await cache.query("desk:3:u", ["name"])["name"]) == "desk:3:u=\(name)")
    }
    world.people.values.change { $0 = ["name": "Cid"] }
    try await cache.invalidate(tags: ["people"])
    #expect(text(try await cache.query("desk:3:u", ["name"])["name"]) == "desk:3:u=Cid")
    // Another entity of a like name is none of its business.
    _ = try await cache.query("desk:30:u", ["name"])
    let calls = world.people.calls.value.count
    try await cache.invalidate(entities: ["desk:3:"])
    _ = try await cache.query("desk:30:u", ["name"])
    #expect(world.people.calls.value.count == calls)
    // On its way with the old name when the invalidation comes.
    world.people.delay.change { $0 = .seconds(1) }
    let old = Task { try await cache.query("desk:3:u", ["name"]) }
    while world.people.calls.value.count == calls { await Task.yield() }
    while world.time.sleeperCount < 3 { await Task.yield() }
    world.people.delay.change { $0 = .zero }
    world.people.values.change { $0 = ["name": "Dan"] }
    try await cache.invalidateAll()
    #expect(text(try await cache.query("desk:3:u", ["name"])["name"]) == "desk:3:u=Dan")
    world.time.advance(by: .seconds(1))
    _ = try await old.value
    await cache.settle()
    #expect(text(try await cache.query("desk:3:u", ["name"])["name"]) == "desk:3:u=Dan")
  }

  @Test("nodes share the tier: one trip for all fields, and an invalidation reaches both")
  func sharedTier() async throws {
    let world = World()
    let tier = MemoryTier(time: .manual(world.time))
    let first = try world.cache(tier)
    let second = try world.cache(tier)
    for node in [first, second] { tier.listen { node.receive(stamps: $0) } }
    _ = try await first.query("u", ["name", "price"])
    await first.settle()
    let trips = tier.tripCount
    let result = try await second.query("u", ["name", "price"])
    #expect(tier.tripCount == trips + 1)
    #expect(result["price"] == .value(Array("u=5".utf8), from: .tier, isStale: false))
    #expect(second.counts.tierHits == 2 && second.counts.calls == 0)
    world.prices.values.change { $0 = ["price": "6"] }
    try await second.invalidate(entities: ["u"])
    #expect(text(try await first.query("u", ["price"])["price"]) == "u=6")
  }

  @Test("a version stamp outlives what was written late: an old value is not read from the tier")
  func lateWrite() async throws {
    let world = World()
    let tier = MemoryTier(time: .manual(world.time))
    let slow = try world.cache(tier)
    world.people.delay.change { $0 = .seconds(1) }
    let old = Task { try await slow.query("u", ["name"]) }
    while world.people.calls.value.isEmpty || world.time.sleeperCount < 3 { await Task.yield() }
    let other = try world.cache(tier)
    try await other.invalidate(entities: ["u"])
    world.time.advance(by: .seconds(1))
    _ = try await old.value
    await slow.settle()
    world.people.delay.change { $0 = .zero }
    world.people.values.change { $0 = ["name": "Bea"] }
    let result = try await other.query("u", ["name"])
    #expect(result["name"] == .value(Array("u=Bea".utf8), from: .service, isStale: false))
  }

  /// A tier that can go away.
  private final class Flaky: QueryTier {
    let tier: MemoryTier
    let isAway = Shared(false)
    let damages = Shared(false)
    init(_ tier: MemoryTier) { self.tier = tier }
    private func check() throws { if isAway.value { throw Broken() } }
    func read(keys: [String], stamps: [String]) async throws -> TierAnswer {
      try check()
      let answer = await tier.read(keys: keys, stamps: stamps)
      guard damages.value else { return answer }
      let entries = answer.entries.map { entry in
        entry.map { TierAnswer.Found(bytes: Array($0.bytes.dropLast()), rest: $0.rest) }
      }
      return TierAnswer(entries: entries, stamps: answer.stamps)
    }
    func write(_ entries: [TierEntry]) async throws {
      try check()
      await tier.write(entries)
    }
    func raise(_ stamps: [String]) async throws {
      try check()
      await tier.raise(stamps)
    }
    func lock(_ key: String, lasting: Interval) async throws -> UInt64? {
      try check()
      return await tier.lock(key, lasting: lasting)
    }
    func unlock(_ key: String, _ token: UInt64) async throws {
      try check()
      await tier.unlock(key, token)
    }
  }

  @Test("the tier away is memory only, and what was invalidated meanwhile stays invalid")
  func tierAway() async throws {
    let world = World()
    let tier = Flaky(MemoryTier(time: .manual(world.time)))
    let cache = try world.cache(tier)
    _ = try await cache.query("u", ["name"])
    await cache.settle()
    tier.isAway.change { $0 = true }
    #expect(text(try await cache.query("u", ["name"])["name"]) == "u=Ann")
    world.people.values.change { $0 = ["name": "Bea"] }
    try await cache.invalidate(entities: ["u"])
    #expect(text(try await cache.query("u", ["name"])["name"]) == "u=Bea")
    #expect(cache.counts.tierFailures > 0)
    tier.isAway.change { $0 = false }
    // Another node reads nothing old: the first thing that the tier hears is the invalidation.
    _ = try await cache.query("v", ["name"])
    await cache.settle()
    let other = try world.cache(tier)
    let result = try await other.query("u", ["name"])
    #expect(text(result["name"]) == "u=Bea")
  }

  /// A tier whose first telling is slow and whose second fails.
  private final class Hesitant: QueryTier {
    let tier: MemoryTier
    let time: ManualTime
    let raises = Shared(0)
    init(_ tier: MemoryTier, _ time: ManualTime) {
      self.tier = tier
      self.time = time
    }
    func read(keys: [String], stamps: [String]) async throws -> TierAnswer {
      await tier.read(keys: keys, stamps: stamps)
    }
    func write(_ entries: [TierEntry]) async throws { await tier.write(entries) }
    func raise(_ stamps: [String]) async throws {
      let number = raises.change {
        $0 += 1; return $0
      }
      if number == 1 { try await TimeSource.manual(time).sleep(for: .milliseconds(10)) }
      if number == 2 { throw Broken() }
      await tier.raise(stamps)
    }
    func lock(_ key: String, lasting: Interval) async throws -> UInt64? {
      await tier.lock(key, lasting: lasting)
    }
    func unlock(_ key: String, _ token: UInt64) async throws { await tier.unlock(key, token) }
  }

  @Test("the late answer to an older telling does not make a newer invalidation forgotten")
  func lateTelling() async throws {
    let world = World()
    let tier = Hesitant(MemoryTier(time: .manual(world.time)), world.time)
    let cache = try world.cache(tier)
    let first = Task { try await cache.invalidate(entities: ["u"]) }
    while tier.raises.value < 1 || world.time.sleeperCount < 2 { await Task.yield() }
    try await cache.invalidate(entities: ["u"])
    world.time.advance(by: .milliseconds(10))
    try await first.value
    _ = try await cache.query("u", ["name"])
    await cache.settle()
    // The second invalidation was told after all, before anything was read.
    #expect(tier.raises.value == 3)
  }

  @Test("an invalidation leaves the loads of other entities alone")
  func otherLoads() async throws {
    let world = World()
    world.people.delay.change { $0 = .seconds(1) }
    let cache = try world.cache()
    let first = Task { try await cache.query("a", ["name"]) }
    while world.people.calls.value.isEmpty || world.time.sleeperCount < 3 { await Task.yield() }
    try await cache.invalidate(entities: ["b"])
    let second = Task { try await cache.query("a", ["name"]) }
    while cache.counts.joined < 1 { await Task.yield() }
    world.time.advance(by: .seconds(1))
    _ = try await (first.value, second.value)
    #expect(world.people.calls.value.count == 1)
  }

  @Test("an entry that was damaged is fetched anew, and counted")
  func damaged() async throws {
    let world = World()
    let tier = Flaky(MemoryTier(time: .manual(world.time)))
    let first = try world.cache(tier)
    _ = try await first.query("u", ["name"])
    await first.settle()
    tier.damages.change { $0 = true }
    let cache = try world.cache(tier)
    #expect(text(try await cache.query("u", ["name"])["name"]) == "u=Ann")
    #expect(cache.counts.damaged == 1 && cache.counts.calls == 1)
  }

  @Test("with fetching alone, two nodes make one call")
  func fetchAlone() async throws {
    let world = World()
    world.people.delay.change { $0 = .milliseconds(30) }
    let tier = MemoryTier(time: .manual(world.time))
    var configuration = QueryCache.Configuration(capacity: 100)
    configuration.fetchAlone = .seconds(1)
    let nodes = [try world.cache(tier, configuration), try world.cache(tier, configuration)]
    let answers = try await withThrowingTaskGroup(of: String?.self) { group in
      for node in nodes {
        group.addTask {
          let bytes = try await node.query("u", ["name"])["name"]?.bytes
          return bytes.map { String(decoding: $0, as: UTF8.self) }
        }
      }
      group.addTask {
        for _ in 0..<200 {
          for _ in 0..<50 { await Task.yield() }
          world.time.advance(by: .milliseconds(5))
        }
        return nil
      }
      return try await group.reduce(into: [String]()) { if let text = $1 { $0.append(text) } }
    }
    #expect(answers == ["u=Ann", "u=Ann"])
    #expect(world.people.calls.value.count == 1)
  }

  @Test("a stale field is given out at once and fetched once")
  func stale() async throws {
    let world = World()
    var rule = Self.rule
    rule.staleFor = .seconds(30)
    let service = Service("s", [FieldRule("name", rule)], world.time)
    service.values.change { $0 = ["name": "Ann"] }
    let cache = try QueryCache([service], time: .manual(world.time), seed: 1)
    _ = try await cache.query("u", ["name"])
    world.time.advance(by: .seconds(11))
    service.values.change { $0 = ["name": "Bea"] }
    let result = try await cache.query("u", ["name"])
    #expect(result["name"] == .value(Array("u=Ann".utf8), from: .memory, isStale: true))
    await cache.settle()
    #expect(text(try await cache.query("u", ["name"])["name"]) == "u=Bea")
    #expect(service.calls.value.count == 2 && cache.counts.stale == 1)
  }
}
