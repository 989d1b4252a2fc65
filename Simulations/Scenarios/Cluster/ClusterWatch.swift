import OmniCircuitBreaker
import OmniClocks
import OmniRateGate

/// By how much a history of requests exceeds a rate, over all windows at once.
///
/// Let N be the requests in a window of t, and c what was granted besides within it. The greatest
/// N − c − rate × t over all windows that end now follows from that of a moment ago: time lowers
/// it, a request raises it, what is granted lowers it, and a new window begins with zero. So one
/// number stands for all windows, exactly, in nanoseconds of the rate's spacing.
struct RateWatch: Sendable {
  private let spacing: Int64
  private var level: Int64 = 0
  private var last: Int64 = 0

  init(_ rule: RateRule) { spacing = rule.spacing }

  /// Counts a request.
  ///
  /// - Returns: The excess of the worst window that ends with it, in whole requests, rounded up.
  mutating func admit(at time: Int64) -> Int {
    level = max(0, level - max(0, time - last)) + spacing
    last = max(last, time)
    return Int((level + spacing - 1) / spacing)
  }

  /// Grants so many requests more to all windows that contain `time`.
  mutating func grant(_ units: Int, at time: Int64) {
    level = max(0, level - max(0, time - last) - Int64(units) * spacing)
    last = max(last, time)
  }
}

/// What the checks remember of a node.
struct NodeWatch: Sendable {
  /// A probe that is out.
  struct Probe: Sendable {
    let visit: Int
    let start: Int64
  }

  /// What the node's clock showed at the start.
  var clockStart: Int64 = 0
  /// The histories of what it decided alone.
  var alone: [RateWatch]
  /// When the last lease of each limit ends, by the node's clock.
  var leaseEnds: [Int64]
  /// The probes that are out, and the breaker's epoch that they are of.
  var probes: [Probe] = []
  var probeEpoch: UInt64 = 0
  /// When the breaker opened, how often in a row, and when it said that it tries again.
  var openedAt: Int64 = 0
  var openEpoch: UInt64 = 0
  var openings = 0
  var openEnd: Int64?
  /// The least version that the node may give out, by key.
  var required: [UInt64: Int] = [:]
  /// The last version of each key that the node itself invalidated.
  var invalidated: [UInt64: Int] = [:]
  /// The counts with which the loads that run have begun, by key.
  var running: [UInt64: [UInt64]] = [:]

  init(_ shares: [RateRule]) {
    alone = shares.map { RateWatch($0) }
    leaseEnds = shares.map { _ in 0 }
  }

  mutating func require(_ key: UInt64, _ version: Int) {
    required[key] = max(required[key] ?? 0, version)
  }
}
