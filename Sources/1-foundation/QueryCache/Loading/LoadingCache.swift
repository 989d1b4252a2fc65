public import OmniClocks
import OmniNumerics
import OmniTime
import Synchronization

/// A cache in front of one function: what is not there is loaded, once for all who wait.
///
///     let quotes = LoadingCache<String, Quote>(capacity: 10_000, Freshness(lasting: .seconds(5)))
///     let quote = try await quotes.value(for: "BTC") { try await fetchQuote("BTC") }
///
/// However many ask for a key at once, one load runs. What a load throws is told to those who
/// waited for it and is never kept. A load is not cancelled when one of those who wait is; it is
/// nobody's alone.
public final class LoadingCache<Key: CacheKey & Hashable, Value: Sendable>: Sendable {
  /// What is kept of a key.
  struct Kept: Sendable {
    /// The value; nil: it is known that there is none.
    let value: Value?
    let freshUntil: MonotonicInstant
    let cost: Interval
  }

  private struct Flight {
    let number: UInt64
    let task: Task<Value?, any Error>
  }

  private struct State {
    var freshness: Freshness
    var flights: [Key: Flight] = [:]
    var lastFlight: UInt64 = 0
    var random: SplitMix64
    var loads: UInt64 = 0
    var failures: UInt64 = 0
    var joined: UInt64 = 0
    var stale: UInt64 = 0
    var early: UInt64 = 0
  }

  /// What happened so far.
  public struct Counts: Sendable, Hashable {
    /// What the memory did.
    public let hits: UInt64
    /// Requests that found nothing.
    public let misses: UInt64
    /// Loads that were begun.
    public let loads: UInt64
    /// Loads that threw.
    public let failures: UInt64
    /// Requests that waited for a load that was under way.
    public let joined: UInt64
    /// Requests that were given a stale value.
    public let stale: UInt64
    /// Loads that were begun before the value was stale.
    public let early: UInt64
  }

  /// How long a value is good for.
  public var freshness: Freshness { state.withLock { $0.freshness } }

  private let memory: NeuroCache<Key, Kept>
  private let time: TimeSource
  private let state: Mutex<State>

  /// Creates an empty cache.
  ///
  /// - Parameter seed: What hashes and variations are drawn from.
  public init(
    capacity: Int, _ freshness: Freshness, time: TimeSource = .machine,
    seed: UInt64 = .random(in: 0 ... .max)
  ) throws(QueryFault) {
    if let fault = freshness.fault { throw fault }
    guard (1...1 << 30).contains(capacity) else {
      throw .range(key: "capacity", capacity, wanted: 1...1 << 30)
    }
    self.time = time
    memory = NeuroCache(configuration: .init(capacity: capacity, seed: seed), time: time)
    state = Mutex(State(freshness: freshness, random: SplitMix64(seed: seed)))
  }

  /// The value of a key; loaded if it is not there.
  ///
  /// - Throws: What the load throws.
  public func value(
    for key: Key, load: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    // A load that gives a value gives one to all who wait, unless theirs is of the kind that can
    // find none.
    while true {
      if let value = try await optionalValue(for: key, load: { try await load() }) { return value }
      memory.remove(key)
    }
  }

  /// The value of a key, or nil if the load finds that there is none; which is remembered as well,
  /// for as long as `absentFor` says.
  ///
  /// - Throws: What the load throws.
  public func optionalValue(
    for key: Key, load: @escaping @Sendable () async throws -> Value?
  ) async throws -> Value? {
    if let kept = memory.value(for: key) {
      let now = time.now()
      if now >= kept.freshUntil {
        begin(key, load, isStale: true)
      } else if isEarly(kept, at: now) {
        begin(key, load, isStale: false)
      }
      return kept.value
    }
    return try await join(key, load).value
  }

  /// The value of a key, if it is there; nothing is loaded.
  public func peek(_ key: Key) -> Value? { memory.peek(key)?.value.value }

  /// Changes how long values are good for, from the next one that is loaded on.
  public func reconfigure(_ freshness: Freshness) throws(QueryFault) {
    if let fault = freshness.fault { throw fault }
    state.withLock { $0.freshness = freshness }
  }

  /// Takes a key out; a load that is under way gives its value to those who wait, and to nobody
  /// after.
  public func invalidate(_ key: Key) {
    state.withLock { _ = $0.flights.removeValue(forKey: key) }
    memory.remove(key)
  }

  /// What happened so far.
  public var counts: Counts {
    let kept = memory.counts
    return state.withLock { state in
      Counts(
        hits: kept.hits, misses: kept.misses, loads: state.loads, failures: state.failures,
        joined: state.joined, stale: state.stale, early: state.early)
    }
  }

  /// How many entries there are.
  public var count: Int { memory.count }

  private func isEarly(_ kept: Kept, at now: MonotonicInstant) -> Bool {
    guard kept.cost > .zero else { return false }
    return state.withLock { state in
      let draw = state.random.next()
      return state.freshness.isEarly(rest: kept.freshUntil - now, cost: kept.cost, draw: draw)
    }
  }

  /// Begins a load that nobody waits for, unless one is under way.
  private func begin(
    _ key: Key, _ load: @escaping @Sendable () async throws -> Value?, isStale: Bool
  ) {
    state.withLock { state in
      if isStale { state.stale += 1 }
      guard state.flights[key] == nil else { return }
      if !isStale { state.early += 1 }
      start(key, load, &state)
    }
  }

  private func join(
    _ key: Key, _ load: @escaping @Sendable () async throws -> Value?
  ) -> Task<Value?, any Error> {
    state.withLock { state in
      if let flight = state.flights[key] {
        state.joined += 1
        return flight.task
      }
      // It may have landed between the look and the lock.
      if let kept = memory.peek(key)?.value, time.now() < kept.freshUntil {
        // Ends at once.
        return Task { kept.value }
      }
      return start(key, load, &state)
    }
  }

  @discardableResult
  private func start(
    _ key: Key, _ load: @escaping @Sendable () async throws -> Value?, _ state: inout State
  ) -> Task<Value?, any Error> {
    state.lastFlight += 1
    state.loads += 1
    let number = state.lastFlight
    // Owned by the table of flights until it has landed.
    let task = Task {
      let begun = time.now()
      do {
        let value = try await load()
        land(key, number, value, cost: time.now() - begun)
        return value
      } catch {
        fail(key, number)
        throw error
      }
    }
    state.flights[key] = Flight(number: number, task: task)
    return task
  }

  private func land(_ key: Key, _ number: UInt64, _ value: Value?, cost: Interval) {
    let now = time.now()
    state.withLock { state in
      // Whoever was invalidated while it was loaded is not put in.
      guard state.flights[key]?.number == number else { return }
      state.flights[key] = nil
      let freshness = state.freshness
      let base = value == nil ? freshness.absentFor : freshness.lasting
      guard base > .zero else { return }
      let fresh = freshness.varied(base, draw: state.random.next())
      let kept = Kept(value: value, freshUntil: now + fresh, cost: cost)
      let lasting = value == nil ? fresh : fresh + freshness.staleFor
      memory.insert(kept, for: key, lasting: lasting)
    }
  }

  private func fail(_ key: Key, _ number: UInt64) {
    state.withLock { state in
      state.failures += 1
      if state.flights[key]?.number == number { state.flights[key] = nil }
    }
  }
}
