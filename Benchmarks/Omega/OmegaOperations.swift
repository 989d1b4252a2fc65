import OmniCircuitBreaker
import OmniNumerics
import OmniPlatform
import OmniQueryCache
import OmniRateGate
import OmniShardRouter
import OmniSnapshotter
import OmniTelemetry
import OmniTime

/// One operation each of the resilience libraries, as `Benchmarks/peers/omega.py` does them with
/// what Python has: a decision of a limiter, a call through a closed breaker, a route, a hit in
/// memory, and the replay of ten thousand events.
public struct OmegaOperations {
  /// Creates the benchmark.
  public init() {}

  /// The figures: processor time of one operation, best of five runs.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    do {
      return [
        Figure("limiter_ns", try limiter(), "a decision of a gate with one key that is never full"),
        Figure("breaker_ns", try breaker(), "a call through a closed breaker, less the call"),
        Figure("route_ns", try route(.ring), "the node of a key of 16 bytes, ring of 16 nodes"),
        Figure("route_slots_ns", try route(.slots), "the same by the table of slots"),
        Figure("memory_hit_ns", try memoryHit(), "a hit among 10,000 texts of 16 bytes"),
        Figure("replay_10k_us", try replay(), "an aggregate of 10,000 events, without a snapshot"),
        Figure("scrape_us", try scrape(), "metrics of 50 limiters, breakers and caches as text"),
      ]
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
  }

  private func best(_ count: Int, _ work: () throws -> Void) rethrows -> Double {
    var least = Double.infinity
    for _ in 0..<6 {
      let measurement = try Measurement.of(work)
      least = min(least, Double(measurement.nanoseconds) / Double(count))
    }
    return least
  }

  private func limiter() throws -> Double {
    let gate = try RateGate(RateRule(count: 10_000_000, per: .seconds(1)))
    var allowed = 0
    let result = best(1_000_000) {
      for _ in 0..<1_000_000 where gate.decide("user:4711").isAllowed { allowed += 1 }
    }
    guard allowed == 6_000_000 else {
      throw BenchmarkFailure.wrongResult("\(allowed) decisions of 6,000,000 allowed")
    }
    return result
  }

  /// The whole price of the metrics: the parts count in any case, and are asked at a scrape alone.
  private func scrape() throws -> Double {
    let registry = MetricsRegistry()
    for number in 0..<50 {
      let gate = try RateGate(RateRule(count: 10, per: .seconds(1)))
      try gate.observe(in: registry, as: "part-\(number)")
      try CircuitBreaker("part-\(number)").observe(in: registry)
      try NeuroCache<String, Int>(capacity: 1_000).observe(in: registry, as: "part-\(number)")
    }
    var length = 0
    let result = best(20) { for _ in 0..<20 { length += registry.rendered().utf8.count } }
    guard length > 20 * 6 * 50 * 26 * 20 else {
      throw BenchmarkFailure.wrongResult("a text of \(length / 120) bytes")
    }
    return result / 1_000
  }

  private func breaker() throws -> Double {
    let breaker = try CircuitBreaker("bench")
    var sum: UInt64 = 0
    func work(_ number: UInt64) -> UInt64 {
      keep(number)
      return number
    }
    let plain = best(1_000_000) {
      for number in 0..<1_000_000 as Range<UInt64> { sum &+= work(number) }
    }
    let guarded = try best(1_000_000) {
      for number in 0..<1_000_000 as Range<UInt64> {
        sum &+= try breaker.callInPlace { work(number) }
      }
    }
    guard sum == 12 * 499_999_500_000, breaker.health.counts.successes == 6_000_000 else {
      throw BenchmarkFailure.wrongResult("a call that was not made or not counted")
    }
    return guarded - plain
  }

  private func route(_ strategy: ShardStrategy) throws -> Double {
    let nodes = try (0..<16).map { try ShardNode("node-\($0)") }
    let router = try ShardRouter(.init(strategy: strategy, nodes: nodes))
    let keys = (0..<10_000).map { key in
      let digits = String(key)
      return "account-" + String(repeating: "0", count: 8 - digits.count) + digits
    }
    var counts = [Int](repeating: 0, count: nodes.count)
    let result = best(1_000_000) {
      for _ in 0..<100 { for key in keys { counts[router.route(key)] += 1 } }
    }
    guard counts.reduce(0, +) == 6_000_000, counts.allSatisfy({ $0 > 0 }) else {
      throw BenchmarkFailure.wrongResult("a node without keys")
    }
    return result
  }

  private func memoryHit() throws -> Double {
    let cache = NeuroCache<String, UInt64>(configuration: .init(capacity: 10_000, seed: 0))
    let keys = (0..<10_000).map { key in
      let digits = String(key)
      return "account-" + String(repeating: "0", count: 8 - digits.count) + digits
    }
    for (number, key) in keys.enumerated() { cache.insert(UInt64(number), for: key) }
    var random = SplitMix64(seed: 1)
    let shuffled = keys.shuffled(using: &random)
    var sum: UInt64 = 0
    let result = best(1_000_000) {
      for _ in 0..<100 { for key in shuffled { sum &+= cache.value(for: key) ?? 1 << 40 } }
    }
    guard sum == 600 * 49_995_000 else {
      throw BenchmarkFailure.wrongResult("a value that was not found, or of another key")
    }
    return result
  }

  private func replay() throws -> Double {
    let stream = try StreamName("account-4711")
    var snapshotter = Snapshotter<Balance, MemorySnapshotStore, MemoryEventLog>(
      store: MemorySnapshotStore(), log: MemoryEventLog(),
      configuration: SnapshotterConfiguration(policy: SnapshotPolicy()))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    try snapshotter.append(
      (1...10_000).map { Int64($0) }, to: &aggregate, now: Timestamp(nanoseconds: 0))
    var least = Int64.max
    for _ in 0..<10 {
      var balance: Int64 = 0
      let measurement = try Measurement.of {
        balance = try snapshotter.rehydrate(stream).aggregate.state
      }
      guard balance == 50_005_000 else {
        throw BenchmarkFailure.wrongResult("a balance of \(balance)")
      }
      least = min(least, measurement.nanoseconds)
    }
    return Double(least) / 1_000
  }
}

/// A balance that deposits add to.
private enum Balance: EventSourced {
  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("balance 1")
  static let initialState: Int64 = 0

  static func apply(_ event: Int64, to state: inout Int64) { state += event }
  static func encode(_ state: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    encode(state, into: &bytes)
    return bytes
  }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> Int64 {
    try decodeEvent(bytes)
  }
  static func encode(_ event: Int64, into bytes: inout [UInt8]) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: event >> Int64(shift)))
    }
  }
  static func decodeEvent(_ bytes: Span<UInt8>) throws(CodecFailure) -> Int64 {
    guard bytes.count == 8 else { throw .truncated(at: bytes.count, wantedBytes: 8) }
    var word: UInt64 = 0
    for index in 0..<8 { word |= UInt64(bytes[index]) << UInt64(8 * index) }
    return Int64(bitPattern: word)
  }
}
