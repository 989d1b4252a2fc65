import OmniClocks
import OmniQueryCache
import OmniTestKit
import OmniTime
import Testing

/// Queries that begin to read from their tier on their own thread.
@Suite("Queries with a prompt tier", .timeLimit(.minutes(2)))
struct QueryTierTests {
  private struct Service: FieldResolver {
    let name = "people"
    var fields = ["name", "city", "age"].map {
      FieldRule($0, Freshness(lasting: .seconds(60), earlyPercent: 0))
    }
    let calls = Shared(0)

    func resolve(_ entity: String, _ fields: [String]) async throws -> [String: [UInt8]] {
      calls.change { $0 += 1 }
      return Dictionary(uniqueKeysWithValues: fields.map { ($0, Array("\(entity) \($0)".utf8)) })
    }
  }

  /// A tier that answers at once until it is shut, and when it is opened again.
  private final class Gate: QueryTier {
    private struct State {
      var isShut = false
      var waiting: [CheckedContinuation<Void, Never>] = []
      var cancelledCount = 0
    }

    let tier: MemoryTier
    let isPrompt: Bool
    private let state = Shared(State())

    init(_ tier: MemoryTier, isPrompt: Bool = true) {
      self.tier = tier
      self.isPrompt = isPrompt
    }

    var waitingCount: Int { state.value.waiting.count }
    var cancelledCount: Int { state.value.cancelledCount }

    func shut() { state.change { $0.isShut = true } }

    func open() {
      let waiting = state.change { state in
        state.isShut = false
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }

    func read(keys: [String], stamps: [String]) async throws -> TierAnswer {
      if state.value.isShut {
        await withTaskCancellationHandler {
          await withCheckedContinuation { continuation in
            state.change { $0.waiting.append(continuation) }
          }
        } onCancel: {
          state.change { $0.cancelledCount += 1 }
          open()
        }
        try Task.checkCancellation()
      }
      return await tier.read(keys: keys, stamps: stamps)
    }
    func write(_ entries: [TierEntry]) async throws { await tier.write(entries) }
    func raise(_ stamps: [String]) async throws { await tier.raise(stamps) }
    func lock(_ key: String, lasting: Interval) async throws -> UInt64? {
      await tier.lock(key, lasting: lasting)
    }
    func unlock(_ key: String, _ token: UInt64) async throws { await tier.unlock(key, token) }
  }

  private static let fields = ["name", "city", "age"]

  /// A cache whose tier has the fields of `u`, and whose memory does not.
  private func prepared(
    _ tier: Gate, _ service: Service, _ time: ManualTime,
    _ configuration: QueryCache.Configuration = .init(capacity: 100)
  ) async throws -> QueryCache {
    let other = try QueryCache([service], tier: tier, time: .manual(time), seed: 1)
    _ = try await other.query("u", Self.fields)
    await other.settle()
    return try QueryCache(
      [service], tier: tier, configuration: configuration, time: .manual(time), seed: 2)
  }

  @Test(
    "what a prompt tier has is answered without suspending who asks, any other is not waited for")
  func inPlace() async throws {
    let time = ManualTime()
    for isPrompt in [true, false] {
      let tier = Gate(MemoryTier(time: .manual(time)), isPrompt: isPrompt)
      let service = Service()
      let cache = try await prepared(tier, service, time)
      if !isPrompt { tier.shut() }
      let found = Shared<QueryResult?>(nil)
      let query = Task.immediate {
        let result = try await cache.query("u", Self.fields)
        found.change { $0 = result }
      }
      let known = found.value
      if isPrompt {
        #expect(
          known?["age"] == .value(Array("u age".utf8), from: .tier, isStale: false))
        #expect(time.sleeperCount == 0 && cache.counts.tierHits == 3)
      } else {
        #expect(known == nil)
        tier.open()
      }
      try await query.value
      #expect(service.calls.value == 1)
      await cache.settle()
    }
  }

  @Test("who is cancelled while it reads in place takes nobody along")
  func cancelled() async throws {
    let time = ManualTime()
    let tier = Gate(MemoryTier(time: .manual(time)))
    let service = Service()
    let cache = try await prepared(tier, service, time)
    tier.shut()
    let first = Task.immediate { try await cache.query("u", Self.fields) }
    #expect(tier.waitingCount == 1)
    let second = Task { try await cache.query("u", Self.fields) }
    while cache.counts.joined < 3 { await Task.yield() }
    first.cancel()
    for _ in 0..<100 { await Task.yield() }
    #expect(tier.cancelledCount == 0 && tier.waitingCount == 1)
    tier.open()
    let wanted = QueryResult.Field.value(Array("u city".utf8), from: .tier, isStale: false)
    #expect(try await second.value["city"] == wanted)
    _ = try await first.value
    #expect(service.calls.value == 1 && cache.counts.tierHits == 3)
    await cache.settle()
  }

  @Test("limits of time hold while a tier that was begun in place does not answer")
  func limits() async throws {
    let time = ManualTime()
    let tier = Gate(MemoryTier(time: .manual(time)))
    var service = Service()
    service.fields[0].timeLimit = .milliseconds(100)
    let cache = try await prepared(tier, service, time)
    tier.shut()
    let query = Task.immediate { try await cache.query("u", ["name"]) }
    // The limit of the field, and that of the tier.
    while time.sleeperCount < 2 { await Task.yield() }
    time.advance(by: .milliseconds(100))
    #expect(try await query.value["name"] == .failed(.timeLimit(.milliseconds(100))))
    #expect(service.calls.value == 1 && tier.cancelledCount == 0)
    time.advance(by: .milliseconds(900))
    await cache.settle()
    // The tier was given up, and the service asked.
    #expect(tier.cancelledCount == 1 && cache.counts.tierFailures == 1)
    #expect(service.calls.value == 2)
  }

  @Test("what was invalidated while it was read in place is given out to nobody who comes later")
  func invalidated() async throws {
    let time = ManualTime()
    let tier = Gate(MemoryTier(time: .manual(time)))
    let service = Service()
    let cache = try await prepared(tier, service, time)
    tier.shut()
    let old = Task.immediate { try await cache.query("u", ["name"]) }
    #expect(tier.waitingCount == 1)
    try await cache.invalidate(entities: ["u"])
    let new = Task.immediate { try await cache.query("u", ["name"]) }
    #expect(tier.waitingCount == 2)
    tier.open()
    _ = try await old.value
    let wanted = QueryResult.Field.value(Array("u name".utf8), from: .service, isStale: false)
    #expect(try await new.value["name"] == wanted)
    await cache.settle()
    let again = try await cache.query("u", ["name"])
    #expect(again["name"] == .value(Array("u name".utf8), from: .memory, isStale: false))
  }

  @Test("settling waits for what was begun in place")
  func settling() async throws {
    let time = ManualTime()
    let tier = Gate(MemoryTier(time: .manual(time)))
    let cache = try await prepared(tier, Service(), time)
    await cache.settle()
    tier.shut()
    let query = Task.immediate { try await cache.query("u", ["name"]) }
    let isSettled = Shared(false)
    let settling = Task {
      await cache.settle()
      isSettled.change { $0 = true }
    }
    for _ in 0..<100 { await Task.yield() }
    #expect(!isSettled.value)
    tier.open()
    await settling.value
    _ = try await query.value
  }
}
