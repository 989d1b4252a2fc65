import OmniCircuitBreaker
import OmniConfiguration
import OmniRateGate
import OmniShardRouter

/// Every key of a plan: its form, its default, its unit and its meaning.
enum ResilienceKeys {
  static let schema = ConfigurationSchema([
    limiters.entry, gates.entry, breakers.entry, caches.entry, snapshots.entry, routers.entry,
  ])

  static let limiters = ConfigurationKey(
    "limiters", .list(of: .section(Limiter.schema)), default: [],
    "How many requests may go in which time.")
  static let gates = ConfigurationKey(
    "self_tuning_gates", .list(of: .section(Gate.schema)), default: [],
    "Gates that find by themselves how many requests may run at a time.")
  static let breakers = ConfigurationKey(
    "breakers", .list(of: .section(Breaker.schema)), default: [],
    "When a service is left alone, and how calls come back.")
  static let caches = ConfigurationKey(
    "caches", .list(of: .section(Cache.schema)), default: [], "How long values are good for.")
  static let snapshots = ConfigurationKey(
    "snapshots", .list(of: .section(Snapshot.schema)), default: [],
    "When aggregates are snapshotted.")
  static let routers = ConfigurationKey(
    "routers", .list(of: .section(Router.schema)), default: [], "Which node keys belong to.")

  private static let longest = 366 * 86_400 * 1_000
  private static let milliseconds = ConfigurationKind<Int>.integer(in: 0...longest)

  static let name = ConfigurationKey(
    "name", .text(length: 1...256), "What it is called in the program and in metrics.")

  enum Limiter {
    static let algorithm = ConfigurationKey(
      "algorithm", ConfigurationKind<RateRule.Algorithm>.choice, default: .gcra,
      "How it is counted.")
    static let count = ConfigurationKey(
      "count", .integer(in: 1...1_000_000_000), unit: "requests", "How much a period allows.")
    static let period = ConfigurationKey(
      "period_milliseconds", milliseconds, default: 1_000, unit: "milliseconds", "The period.")
    static let burst = ConfigurationKey(
      "burst", .optional(.integer(in: 1...1_000_000_000)), default: Int?.none, unit: "requests",
      "How much may go at once after a pause; a period's count if nothing is set.")
    static let schema = ConfigurationSchema([
      name.entry, algorithm.entry, count.entry, period.entry, burst.entry,
    ])
  }

  enum Gate {
    static let algorithm = ConfigurationKey(
      "algorithm", ConfigurationKind<AdaptiveLimit.Algorithm>.choice, default: .gradient,
      "How the limit follows.")
    static let initial = ConfigurationKey(
      "initial", .integer(in: 1...1_000_000), default: 20, unit: "requests",
      "The limit at the start.")
    static let least = ConfigurationKey(
      "least", .integer(in: 1...1_000_000), default: 1, unit: "requests", "The least limit.")
    static let most = ConfigurationKey(
      "most", .integer(in: 1...1_000_000), default: 10_000, unit: "requests",
      "The greatest limit.")
    static let schema = ConfigurationSchema([
      name.entry, algorithm.entry, initial.entry, least.entry, most.entry,
    ])
  }

  enum Breaker {
    private static let usual = BreakerConfiguration()
    private static let percent = ConfigurationKind<Int>.integer(in: 0...100)

    static let windowCalls = ConfigurationKey(
      "window_calls", .integer(in: 1...1_000_000), default: 100, unit: "calls",
      "Over how many calls the rates are taken; not read if window_milliseconds is set.")
    static let windowTime = ConfigurationKey(
      "window_milliseconds", .optional(milliseconds), default: Int?.none, unit: "milliseconds",
      "Over which while the rates are taken.")
    static let windowBuckets = ConfigurationKey(
      "window_buckets", .integer(in: 1...3_600), default: 10,
      "In how many parts that while falls out.")
    static let callsMin = ConfigurationKey(
      "calls_min", .integer(in: 1...1_000_000), default: usual.callsMin, unit: "calls",
      "The least calls before a rate says anything.")
    static let errorPercent = ConfigurationKey(
      "error_percent", percent, default: usual.errorPercent, unit: "percent",
      "The rate of errors at which it opens.")
    static let slowAfter = ConfigurationKey(
      "slow_after_milliseconds", .optional(milliseconds), default: Int?.none,
      unit: "milliseconds", "From when on a call is slow.")
    static let slowPercent = ConfigurationKey(
      "slow_percent", percent, default: usual.slowPercent, unit: "percent",
      "The rate of slow calls at which it opens.")
    static let adaptiveFloor = ConfigurationKey(
      "adaptive_floor_percent", .optional(percent), default: Int?.none, unit: "percent",
      "Makes the rate of errors follow what is usual, never below this.")
    static let adaptiveDeviations = ConfigurationKey(
      "adaptive_deviations", .integer(in: 0...100), default: 4,
      "How many standard deviations above the usual rate it opens.")
    static let probes = ConfigurationKey(
      "probes", .integer(in: 1...10_000), default: usual.probeCount, unit: "calls",
      "How many calls try the service after the back-off.")
    static let probeLimit = ConfigurationKey(
      "probe_limit_milliseconds", milliseconds, default: 60_000, unit: "milliseconds",
      "How long a probe may go without a result.")
    static let ramp = ConfigurationKey(
      "ramp_milliseconds", milliseconds, default: 10_000, unit: "milliseconds",
      "How long the share of calls let through grows to all.")
    static let backoff = ConfigurationKey(
      "backoff_milliseconds", milliseconds, default: 5_000, unit: "milliseconds",
      "The first time that it stays open.")
    static let backoffMax = ConfigurationKey(
      "backoff_max_milliseconds", milliseconds, default: 300_000, unit: "milliseconds",
      "The longest time that it stays open.")
    static let jitter = ConfigurationKey(
      "jitter_percent", percent, default: usual.jitterPercent, unit: "percent",
      "By how much the time open varies.")
    static let schema = ConfigurationSchema([
      name.entry, windowCalls.entry, windowTime.entry, windowBuckets.entry, callsMin.entry,
      errorPercent.entry, slowAfter.entry, slowPercent.entry, adaptiveFloor.entry,
      adaptiveDeviations.entry, probes.entry, probeLimit.entry, ramp.entry, backoff.entry,
      backoffMax.entry, jitter.entry,
    ])
  }

  enum Cache {
    static let lasting = ConfigurationKey(
      "lasting_milliseconds", milliseconds, unit: "milliseconds", "How long a value is fresh.")
    static let jitter = ConfigurationKey(
      "jitter_percent", .integer(in: 0...90), default: 10, unit: "percent",
      "By how much that varies.")
    static let staleFor = ConfigurationKey(
      "stale_for_milliseconds", milliseconds, default: 0, unit: "milliseconds",
      "How long after that it is given out while a new one is fetched.")
    static let absentFor = ConfigurationKey(
      "absent_for_milliseconds", milliseconds, default: 0, unit: "milliseconds",
      "How long it is remembered that there is no value.")
    static let early = ConfigurationKey(
      "early_percent", .integer(in: 0...10_000), default: 100, unit: "percent",
      "How eagerly a value is fetched again before it is stale.")
    static let schema = ConfigurationSchema([
      name.entry, lasting.entry, jitter.entry, staleFor.entry, absentFor.entry, early.entry,
    ])
  }

  enum Snapshot {
    static let events = ConfigurationKey(
      "events", .optional(.integer(in: 1...1_000_000_000)), default: Int?.none, unit: "events",
      "After how many events.")
    static let interval = ConfigurationKey(
      "interval_milliseconds", .optional(milliseconds), default: Int?.none,
      unit: "milliseconds", "After which time.")
    static let bytes = ConfigurationKey(
      "bytes", .optional(.integer(in: 1...1 << 40)), default: Int?.none, unit: "bytes",
      "After how many bytes of events.")
    static let replay = ConfigurationKey(
      "replay_milliseconds", .optional(milliseconds), default: Int?.none, unit: "milliseconds",
      "When the events since would take so long to replay.")
    static let schema = ConfigurationSchema([
      name.entry, events.entry, interval.entry, bytes.entry, replay.entry,
    ])
  }

  /// The strategies by the names that a plan has for them.
  enum Strategy: String, Sendable, CaseIterable {
    case slots, anchor, maglev, ring, jump, rendezvous

    var value: ShardStrategy {
      switch self {
      case .slots: .slots
      case .anchor: .anchor
      case .maglev: .maglev
      case .ring: .ring
      case .jump: .jump
      case .rendezvous: .rendezvous
      }
    }
  }

  enum Router {
    static let strategy = ConfigurationKey(
      "strategy", ConfigurationKind<Strategy>.choice, default: .slots,
      "How keys find their nodes.")
    static let seed = ConfigurationKey(
      "seed", .integer(in: 0...Int.max), default: 0, "What hashes begin with, on all hosts alike.")
    static let replicas = ConfigurationKey(
      "replicas", .integer(in: 1...255), default: 1, unit: "nodes", "How many nodes hold a key.")
    static let nodes = ConfigurationKey(
      "nodes", .list(of: .section(Node.schema), count: 1...4_096), "The nodes.")
    static let schema = ConfigurationSchema([
      name.entry, strategy.entry, seed.entry, replicas.entry, nodes.entry,
    ])
  }

  enum Node {
    static let weight = ConfigurationKey(
      "weight", .integer(in: 1...1_000_000), default: 1, "Its share among the weights of all.")
    static let zone = ConfigurationKey(
      "zone", .optional(.text(length: 1...256)), default: String?.none,
      "What fails together with it.")
    static let schema = ConfigurationSchema([name.entry, weight.entry, zone.entry])
  }
}
