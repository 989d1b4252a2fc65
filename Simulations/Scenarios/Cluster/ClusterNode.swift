import OmniCircuitBreaker
import OmniClocks
import OmniQueryCache
import OmniRateGate
import OmniTime

/// A value in a node's memory.
struct CachedValue: Sendable {
  let version: Int
  /// When the service read it, by the simulation's time.
  let readAt: Int64
  /// The count of the node's invalidations when its loading began.
  let began: UInt64
}

/// What was invalidated in a node's memory, counted in its own events.
struct InvalidationCount: Sendable {
  private(set) var present: UInt64 = 1
  private var raised: [UInt64: UInt64] = [:]
  private var floor: UInt64 = 0

  mutating func raise(_ key: UInt64) {
    present += 1
    raised[key] = present
  }

  mutating func raiseAll() {
    present += 1
    floor = present
    raised = [:]
  }

  /// Whether what began at `count` is valid.
  func isValid(_ count: UInt64, _ key: UInt64) -> Bool {
    count >= floor && (raised[key] ?? 0) <= count
  }
}

/// One node: its clock, and of each library what it holds.
struct ClusterNode: Sendable {
  let name: String
  /// By how many millionths its clock is fast.
  let drift: Int64
  let time: ManualTime
  var books: [LeaseBook]
  let local: [RateGate]
  /// The question for units that is out, by limit.
  var questions: [Int?]
  /// The visits that wait for units, by limit.
  var waiting: [[Int]]
  /// How many units each question is for.
  var wanted: [Int]
  var breaker: BreakerMachine
  let cache: NeuroCache<UInt64, CachedValue>
  var invalidations = InvalidationCount()
  /// The loads that may be joined.
  var loads: [UInt64: Int] = [:]
  /// What the store was not told, by key with the version.
  var untold: [UInt64: Int] = [:]
  var limit: AdaptiveLimit
  var inFlight = 0
  /// The number of its connection to the channel, and whether that holds.
  var connection = 0
  var isListening = true
  /// Whether it is cut off.
  var isCutFromStore = false
  var isCutFromClients = false

  /// What is watched for the checks.
  var watch: NodeWatch

  init(_ place: Int, _ plan: ClusterPlan, seed: UInt64, _ mutation: ClusterMutation?) throws {
    name = "node-\(place)"
    drift = plan.drifts[place]
    time = ManualTime(start: MonotonicInstant(nanoseconds: Int64(place + 1) * 1_000_000_000))
    let source = TimeSource.manual(time)
    books = zip(plan.leases, plan.rules).map { LeaseBook($0, $1) }
    let nodes = mutation == .wholeLimitAlone ? 1 : plan.nodeCountMax
    local = try plan.rules.map { try RateGate($0.share(of: nodes), keyCountMax: 64, time: source) }
    questions = plan.rules.map { _ in nil }
    waiting = plan.rules.map { _ in [] }
    wanted = plan.rules.map { _ in 0 }
    breaker = try BreakerMachine(ClusterPlan.breaker, seed: seed)
    cache = NeuroCache(
      configuration: .init(capacity: max(16, plan.keyCount / 2), seed: seed), time: source)
    limit = try AdaptiveLimit(ClusterPlan.limit(isDeaf: mutation == .adaptiveLimitIsDeaf))
    let shares = plan.rules.map { $0.share(of: plan.nodeCountMax) }
    watch = NodeWatch(shares)
    watch.clockStart = time.now.nanoseconds
  }

  /// Moves the node's clock to the simulation's time.
  func follow(_ now: Int64) {
    // Two minutes times a million fit well.
    let shown = watch.clockStart + now * (1_000_000 + drift) / 1_000_000
    let behind = shown - time.now.nanoseconds
    if behind > 0 { time.advance(by: Interval(nanoseconds: behind)) }
  }
}
