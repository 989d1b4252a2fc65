public import OmniTime

/// How much may go in which time.
public struct RateRule: Sendable, Hashable {
  /// How it is counted.
  public enum Algorithm: String, Sendable, Hashable, CaseIterable {
    /// One instant a key: when the next request would be on time if all had come evenly. In any
    /// window of t at most `burst` + `count` × t ÷ `period`. The usual choice, and the one that
    /// clusters use.
    ///
    /// Source: ATM Forum, Traffic Management Specification 4.0, generic cell rate algorithm.
    case gcra
    /// A bucket of `burst` that is filled at the rate; the same bound, with rates that are no whole
    /// number of nanoseconds kept exactly.
    case tokenBucket
    /// At most `count` in any window of `period`; no burst besides. Counted in sixteen slices of
    /// which the oldest counts as a whole, so it is never more and can be a sixteenth less.
    case slidingWindow
  }

  /// How it is counted.
  public let algorithm: Algorithm
  /// How much a period allows.
  public let count: Int
  /// The period.
  public let period: Interval
  /// How much may go at once after a pause.
  public let burst: Int
  /// The time between two requests that come evenly, in nanoseconds; rounded up, so that the rate
  /// is never exceeded.
  public let spacing: Int64

  /// Creates a rule; the burst is a period's count if nothing is given.
  public init(
    _ algorithm: Algorithm = .gcra, count: Int, per period: Interval, burst: Int? = nil
  ) throws(RateFault) {
    guard (1...1_000_000_000).contains(count) else {
      throw .range(key: "count", value: count, wanted: 1...1_000_000_000)
    }
    guard period.nanoseconds >= 1_000, period <= .days(31) else {
      throw .period(period)
    }
    let burst = burst ?? count
    guard (1...1_000_000_000).contains(burst) else {
      throw .range(key: "burst", value: burst, wanted: 1...1_000_000_000)
    }
    self.algorithm = algorithm
    self.count = count
    self.period = period
    self.burst = burst
    spacing = (period.nanoseconds + Int64(count) - 1) / Int64(count)
    // A whole burst lies within 2⁵³ nanoseconds, which scripts count in exactly.
    guard algorithm == .slidingWindow || Int128(spacing) * Int128(burst) < 1 << 53 else {
      throw .burstTooLong(burst: burst, spacingNanoseconds: spacing)
    }
  }

  /// The same rule for one of `nodes` that share it evenly; each gets at least one a period.
  public func share(of nodes: Int) -> RateRule {
    precondition(nodes > 0, "at least one node")
    return RateRule(part: self, nodes: nodes)
  }

  private init(part rule: RateRule, nodes: Int) {
    algorithm = rule.algorithm
    period = rule.period
    count = max(1, rule.count / nodes)
    burst = max(1, rule.burst / nodes)
    spacing = (period.nanoseconds + Int64(count) - 1) / Int64(count)
  }
}

/// What is wrong with a rule, or with a request to a gate.
public enum RateFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// A number is out of its range.
  case range(key: String, value: Int, wanted: ClosedRange<Int>)
  /// The period is too short or too long.
  case period(Interval)
  /// A burst would take longer than can be counted.
  case burstTooLong(burst: Int, spacingNanoseconds: Int64)
  /// No rule has this name.
  case unknownRule(String)
  /// Two rules have one name.
  case ruleTwice(String)
  /// A request names no key, or more than can be decided together.
  case keyCount(Int)
  /// The shared store gave no decision, and the policy is to refuse.
  case storeUnreachable(String)

  /// The stable code of the fault.
  public var code: String {
    switch self {
    case .range: "RTG-001"
    case .period: "RTG-002"
    case .burstTooLong: "RTG-003"
    case .unknownRule: "RTG-004"
    case .ruleTwice: "RTG-005"
    case .keyCount: "RTG-006"
    case .storeUnreachable: "RTG-007"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .range(let key, let value, let wanted):
      "\(code): \(key) is \(value); wanted \(wanted.lowerBound) to \(wanted.upperBound)"
    case .period(let period):
      "\(code): the period is \(period.nanoseconds) ns; wanted a microsecond to 31 days"
    case .burstTooLong(let burst, let spacing):
      "\(code): a burst of \(burst), \(spacing) ns each; wanted less than 104 days together"
    case .unknownRule(let name): "\(code): there is no rule \(name)"
    case .ruleTwice(let name): "\(code): two rules are called \(name)"
    case .keyCount(let count): "\(code): a request with \(count) keys; wanted 1 to 8"
    case .storeUnreachable(let reason): "\(code): the shared limits cannot be reached: \(reason)"
    }
  }
}
