public import OmniClocks
import OmniNumerics
public import OmniTime
import Synchronization

/// Answers queries for fields of entities, each from where it is nearest: this node's memory, a tier
/// that nodes share, or the service that knows it.
///
///     let cache = try QueryCache([accounts, prices], tier: redis)
///     let result = try await cache.query("user:7", ["name", "balance", "last-price"])
///
/// All fields that the memory does not have are read from the shared tier in one trip; what it does
/// not have either is asked of the services, all fields of a service at once and the services side
/// by side. Each field has a limit of time and an answer of its own. However many ask for a field,
/// one call fetches it; what a service throws is never kept. Without the tier, as when it is away,
/// the memory does its work alone.
///
/// An entity's name may have colons: `desk:3:book:7` is invalidated by its own name, and by
/// `desk:` and `desk:3:` and `desk:3:book:`, for all that begin with these. After an invalidation
/// has returned, this node gives out nothing that was fetched before it; other nodes follow when
/// they are told, and at the latest when the freshness ends.
public final class QueryCache: Sendable {
  /// The settings.
  public struct Configuration: Sendable, Hashable {
    /// The most fields in memory, by partition; each partition has a memory of its own.
    public var partitions: [String: Int]
    /// The largest value that is kept, in bytes; larger ones are given out and not kept.
    public var valueBytesMax: Int
    /// How long a node may fetch alone for all; zero: each node fetches for itself.
    public var fetchAlone: Interval
    /// How long the shared tier may take.
    public var tierLimit: Interval
    /// How long a service may take; whoever waits for a field waits no longer than the field says,
    /// but what comes later is kept for the next.
    public var callLimit: Interval

    /// Creates settings with one partition, which is called `default`.
    public init(
      capacity: Int = 100_000, valueBytesMax: Int = 1 << 20, fetchAlone: Interval = .zero,
      tierLimit: Interval = .seconds(1), callLimit: Interval = .seconds(30)
    ) {
      partitions = ["default": capacity]
      self.valueBytesMax = valueBytesMax
      self.fetchAlone = fetchAlone
      self.tierLimit = tierLimit
      self.callLimit = callLimit
    }
  }

  /// What happened so far, in fields.
  public struct Counts: Sendable, Hashable {
    /// Found in memory.
    public internal(set) var memoryHits: UInt64 = 0
    /// Found in the shared tier.
    public internal(set) var tierHits: UInt64 = 0
    /// Fetched from services.
    public internal(set) var fetched: UInt64 = 0
    /// Given out stale.
    public internal(set) var stale: UInt64 = 0
    /// Known to have no value.
    public internal(set) var absent: UInt64 = 0
    /// Waited for what another query fetched.
    public internal(set) var joined: UInt64 = 0
    /// Calls of services.
    public internal(set) var calls: UInt64 = 0
    /// Calls of services that threw.
    public internal(set) var failedCalls: UInt64 = 0
    /// Limits of time that were passed.
    public internal(set) var timeLimits: UInt64 = 0
    /// Trips to the tier that failed.
    public internal(set) var tierFailures: UInt64 = 0
    /// Entries of the tier that were no records.
    public internal(set) var damaged: UInt64 = 0
    /// Stamps that were invalidated.
    public internal(set) var invalidations: UInt64 = 0
  }

  /// A field in memory.
  struct Kept: Sendable {
    let value: [UInt8]?
    let began: UInt64
    let freshUntil: MonotonicInstant
    let cost: Interval
  }

  struct Place: Hashable, Sendable {
    let partition: String
    let entity: String
    let field: String
    /// The key in memory and in the tier: the parts, with a character between that no name has.
    let key: String

    init(partition: String, entity: String, field: String) {
      self.partition = partition
      self.entity = entity
      self.field = field
      key = "\(partition)\u{1F}\(entity)\u{1F}\(field)"
    }

    static func == (left: Place, right: Place) -> Bool { left.key == right.key }

    func hash(into hasher: inout Hasher) { hasher.combine(key) }
  }

  struct Served: Sendable {
    let resolver: any FieldResolver
    let rule: FieldRule
  }

  struct State {
    var counts = Counts()
    var promises: [Place: FieldPromise] = [:]
    /// What is being fetched.
    var flights: Set<UInt64> = []
    /// Who waits until nothing is.
    var settling: [CheckedContinuation<Void, Never>] = []
    var lastFlight: UInt64 = 0
    /// Stamps that the tier has not been told of, each with the number of its last invalidation: an
    /// answer to an earlier telling says nothing of a later invalidation.
    var untold: [String: UInt64] = [:]
    var lastInvalidation: UInt64 = 0
    var random: SplitMix64
  }

  /// The longest name.
  static let nameBytesMax = 256
  /// The most parts of an entity's name that are stamps of their own.
  static let prefixCountMax = 8

  let configuration: Configuration
  let served: [String: Served]
  let memories: [String: NeuroCache<String, Kept>]
  let generations = Generations()
  let tier: (any QueryTier)?
  let time: TimeSource
  let state: Mutex<State>

  /// Creates a cache.
  ///
  /// - Parameters:
  ///   - resolvers: The services; no two serve one field.
  ///   - tier: The store that nodes share.
  ///   - seed: What hashes and variations are drawn from.
  public init(
    _ resolvers: [any FieldResolver], tier: (any QueryTier)? = nil,
    configuration: Configuration = Configuration(), time: TimeSource = .machine,
    seed: UInt64 = .random(in: 0 ... .max)
  ) throws(QueryFault) {
    var served: [String: Served] = [:]
    for resolver in resolvers {
      for rule in resolver.fields {
        if let fault = rule.freshness.fault { throw fault }
        try Self.check(rule.name)
        for tag in rule.tags { try Self.check(tag) }
        guard rule.timeLimit > .zero else { throw .interval(key: "timeLimit", rule.timeLimit) }
        guard served.updateValue(Served(resolver: resolver, rule: rule), forKey: rule.name) == nil
        else { throw .fieldTwice(rule.name) }
      }
    }
    self.served = served
    self.configuration = configuration
    self.tier = tier
    self.time = time
    var memories: [String: NeuroCache<String, Kept>] = [:]
    for (name, capacity) in configuration.partitions {
      try Self.check(name)
      guard (1...1 << 30).contains(capacity) else {
        throw .range(key: "partitions.\(name)", capacity, wanted: 1...1 << 30)
      }
      memories[name] = NeuroCache(
        configuration: .init(capacity: capacity, seed: seed), time: time)
    }
    self.memories = memories
    state = Mutex(State(random: SplitMix64(seed: seed)))
  }

  /// Answers a query for fields of an entity.
  ///
  /// - Throws: What is wrong with the query; what goes wrong with a field is its answer.
  public func query(
    _ entity: String, _ fields: [String], partition: String = "default"
  ) async throws(QueryFault) -> QueryResult {
    try Self.check(entity)
    guard let memory = memories[partition] else { throw .unknownPartition(partition) }
    for field in fields where served[field] == nil { throw .unknownField(field) }
    var result = QueryResult(fields: [:])
    var missing: [Place] = []
    var refreshing: [Place] = []
    for field in fields where result.fields[field] == nil {
      let place = Place(partition: partition, entity: entity, field: field)
      if let (answer, isDue) = look(place, memory) {
        result.fields[field] = answer
        if isDue { refreshing.append(place) }
      } else {
        missing.append(place)
      }
    }
    if !refreshing.isEmpty { _ = promises(for: refreshing, isRefreshing: true) }
    guard !missing.isEmpty else { return result }
    let start = time.now()
    for (place, promise) in promises(for: missing) {
      guard let limit = served[place.field]?.rule.timeLimit else { continue }
      let answer = await promise.answer(by: start + limit, limit, time)
      if case .failed(.timeLimit) = answer { state.withLock { $0.counts.timeLimits += 1 } }
      result.fields[place.field] = answer
    }
    return result
  }

  /// Invalidates entities, all whose names begin with a part that ends in a colon, or tags.
  ///
  /// When it returns, this node gives out nothing older. The tier is told before; if it is away, it
  /// is told as soon as it is back, and nothing is read from it before that.
  public func invalidate(
    entities: [String] = [], tags: [String] = [], partition: String = "default"
  ) async throws(QueryFault) {
    for name in entities + tags { try Self.check(name) }
    let stamps =
      entities.map { "e\(partition)\u{1F}\($0)" } + tags.map { "t\(partition)\u{1F}\($0)" }
    await raise(stamps)
  }

  /// Invalidates a partition.
  public func invalidateAll(partition: String = "default") async throws(QueryFault) {
    guard memories[partition] != nil else { throw .unknownPartition(partition) }
    await raise(["p\(partition)"])
  }

  /// Takes note of what another node invalidated.
  public func receive(stamps: [String]) {
    generations.raise(stamps)
    dropPromises(of: Set(stamps))
  }

  /// Takes note that messages of other nodes may have been lost: nothing in memory is trusted.
  public func receiveLoss() {
    generations.raiseAll()
    state.withLock { $0.promises = [:] }
  }

  /// What happened so far.
  public var counts: Counts { state.withLock { $0.counts } }

  /// Waits for everything that is being fetched; for tests and an orderly end.
  public func settle() async {
    await withCheckedContinuation { continuation in
      let isSettled = state.withLock { state in
        if !state.flights.isEmpty { state.settling.append(continuation) }
        return state.flights.isEmpty
      }
      if isSettled { continuation.resume() }
    }
  }

  /// The memory's answer, and whether it is to be fetched again.
  private func look(
    _ place: Place, _ memory: NeuroCache<String, Kept>
  ) -> (QueryResult.Field, isDue: Bool)? {
    guard let kept = memory.value(for: place.key), let served = served[place.field],
      generations.isValid(kept.began, stamps: { stamps(of: place) })
    else { return nil }
    let now = time.now()
    let isStale = now >= kept.freshUntil
    let isDue =
      isStale
      || served.rule.freshness.isEarly(rest: kept.freshUntil - now, cost: kept.cost, draw: draw())
    state.withLock { state in
      state.counts.memoryHits += 1
      if isStale { state.counts.stale += 1 }
      if kept.value == nil { state.counts.absent += 1 }
    }
    guard let value = kept.value else { return (.absent, isDue) }
    return (.value(value, from: .memory, isStale: isStale), isDue)
  }

  /// The stamps of a field: its partition, its entity and what that begins with, and its tags.
  func stamps(of place: Place) -> [String] {
    var stamps = ["p\(place.partition)", "e\(place.partition)\u{1F}\(place.entity)"]
    var prefix = ""
    for part in place.entity.split(separator: ":", omittingEmptySubsequences: false).dropLast()
      .prefix(Self.prefixCountMax)
    {
      prefix += "\(part):"
      stamps.append("e\(place.partition)\u{1F}\(prefix)")
    }
    for tag in served[place.field]?.rule.tags ?? [] {
      stamps.append("t\(place.partition)\u{1F}\(tag)")
    }
    return stamps
  }

  func draw() -> UInt64 { state.withLock { $0.random.next() } }

  private func raise(_ stamps: [String]) async {
    state.withLock { state in
      state.counts.invalidations += UInt64(stamps.count)
      guard tier != nil else { return }
      for stamp in stamps {
        state.lastInvalidation += 1
        state.untold[stamp] = state.lastInvalidation
      }
      guard state.untold.count > Generations.stampCountMax else { return }
      // More than can be remembered: everything is invalidated.
      state.untold = Dictionary(
        uniqueKeysWithValues: memories.keys.map { ("p\($0)", state.lastInvalidation) })
    }
    generations.raise(stamps)
    dropPromises(of: Set(stamps))
    guard let tier else { return }
    _ = await tell(tier)
  }

  /// Who asks from now on for what was invalidated does not wait for what was being fetched before.
  private func dropPromises(of raised: Set<String>) {
    state.withLock { state in
      let dropped = state.promises.keys.filter { place in
        stamps(of: place).contains { raised.contains($0) }
      }
      for place in dropped { state.promises[place] = nil }
    }
  }

  private static func check(_ name: String) throws(QueryFault) {
    guard !name.isEmpty, name.utf8.count <= nameBytesMax, name.utf8.allSatisfy({ $0 >= 0x20 })
    else { throw .name(name) }
  }
}
