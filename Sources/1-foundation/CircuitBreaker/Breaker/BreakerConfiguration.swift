public import OmniTime

/// When a breaker opens, and how it closes again.
public struct BreakerConfiguration: Sendable, Hashable {
  /// Over which calls the rates are taken.
  public enum Window: Sendable, Hashable {
    /// The last calls.
    case count(Int)
    /// The calls of the last while, in `buckets` parts of which the oldest falls out as a whole.
    case time(Interval, buckets: Int)
  }

  /// A threshold that follows what is usual: the mean rate of past windows and so many deviations
  /// above it, within the two bounds.
  public struct Adaptive: Sendable, Hashable {
    /// Never below this rate, in percent.
    public var floorPercent: Int
    /// How many standard deviations above the mean.
    public var deviations: Int

    /// Creates the settings of a threshold that follows what is usual.
    public init(floorPercent: Int = 10, deviations: Int = 4) {
      self.floorPercent = floorPercent
      self.deviations = deviations
    }
  }

  /// Over which calls the rates are taken.
  public var window = Window.count(100)
  /// The least calls in the window before a rate says anything.
  public var callsMin = 20
  /// Opens when at least so many calls in a hundred fail.
  public var errorPercent = 50
  /// Makes the threshold of errors follow what is usual; `errorPercent` is then its upper bound.
  public var adaptive: Adaptive?
  /// A call that takes at least so long is slow; nil: none is.
  public var slowAfter: Interval?
  /// Opens when at least so many calls in a hundred are slow.
  public var slowPercent = 100
  /// How many calls try the service after the back-off.
  public var probeCount = 3
  /// How long a probe may go without a result before it counts as failed.
  public var probeLimit = Interval.seconds(60)
  /// How long the share of calls let through grows from a tenth to all, once the probes are good.
  public var ramp = Interval.seconds(10)
  /// The first time that the breaker stays open.
  public var backoff = Interval.seconds(5)
  /// The longest time that it stays open; each time in a row takes twice as long as the one before.
  public var backoffMax = Interval.seconds(300)
  /// By how much the time open varies, in percent to both sides, so that nodes do not try together.
  public var jitterPercent = 10

  /// The usual settings.
  public init() {}

  /// What is wrong with the settings, or nil.
  public var fault: BreakerFault? {
    switch window {
    case .count(let count):
      if !(1...1_000_000).contains(count) {
        return .range(key: "window.count", value: count, wanted: 1...1_000_000)
      }
      if !(1...count).contains(callsMin) {
        return .range(key: "callsMin", value: callsMin, wanted: 1...count)
      }
    case .time(let span, let buckets):
      if !(1...3_600).contains(buckets) {
        return .range(key: "window.buckets", value: buckets, wanted: 1...3_600)
      }
      if span.nanoseconds < Int64(buckets) || span > .days(7) {
        return .interval(key: "window.time", value: span, wanted: "a nanosecond a bucket to 7 days")
      }
      if callsMin < 1 { return .range(key: "callsMin", value: callsMin, wanted: 1...Int.max) }
    }
    let percents = [
      ("errorPercent", errorPercent, 1), ("slowPercent", slowPercent, 1),
      ("jitterPercent", jitterPercent, 0),
      ("adaptive.floorPercent", adaptive?.floorPercent ?? 1, 1),
    ]
    for (key, value, least) in percents where !(least...100).contains(value) {
      return .range(key: key, value: value, wanted: least...100)
    }
    if !(0...100).contains(adaptive?.deviations ?? 0) {
      return .range(key: "adaptive.deviations", value: adaptive?.deviations ?? 0, wanted: 0...100)
    }
    if !(1...10_000).contains(probeCount) {
      return .range(key: "probeCount", value: probeCount, wanted: 1...10_000)
    }
    return intervalFault
  }

  private var intervalFault: BreakerFault? {
    let year = Interval.days(365)
    let spans: [(String, Interval, Int64)] = [
      ("slowAfter", slowAfter ?? .milliseconds(1), 1), ("probeLimit", probeLimit, 1),
      ("ramp", ramp, 0), ("backoff", backoff, 1), ("backoffMax", backoffMax, backoff.nanoseconds),
    ]
    for (key, value, least) in spans where value.nanoseconds < least || value > year {
      return .interval(key: key, value: value, wanted: "\(least) nanoseconds to 365 days")
    }
    return nil
  }
}

/// What is wrong with the settings of a breaker.
public enum BreakerFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// A number is out of its range.
  case range(key: String, value: Int, wanted: ClosedRange<Int>)
  /// A span of time is out of its range.
  case interval(key: String, value: Interval, wanted: String)

  /// The stable code of the fault.
  public var code: String {
    switch self {
    case .range: "BRK-001"
    case .interval: "BRK-002"
    }
  }

  /// One line: what is set, and what was wanted.
  public var description: String {
    switch self {
    case .range(let key, let value, let wanted):
      "\(code): \(key) is \(value); wanted \(wanted.lowerBound) to \(wanted.upperBound)"
    case .interval(let key, let value, let wanted):
      "\(code): \(key) is \(value.nanoseconds) ns; wanted \(wanted)"
    }
  }
}
