public import OmniClocks
public import OmniTime

/// Finds how many requests a service can bear at a time, from how long they take and how many fail.
///
/// A plain value: it is told of each request that ended, and says how many may run. Samples are
/// taken together in windows of at least as many as the limit, and the limit changes at their ends
/// only, so that one bad moment counts once and not for each request in it.
///
/// Guards against the known ways in which such limits drift away:
///
/// - it does not grow while fewer than half of it is used: nothing is learnt from idle places;
/// - it does not grow beyond `headroom` times the goodput times the latency without a queue (what
///   Little's law says is in the service): mild overload cannot feed it for ever;
/// - a request that ended by its time limit is a loss, however even the latencies look;
/// - now and then it runs for one window at half its limit and measures the latency without a
///   queue anew: what was learnt in an overload, or from a service that is gone, is forgotten.
///
/// Sources: Brakmo and Peterson, "TCP Vegas", IEEE JSAC 13 (1995); Chiu and Jain, "Analysis of the
/// Increase and Decrease Algorithms for Congestion Avoidance", Computer Networks 17 (1989); Netflix,
/// concurrency-limits, whose gradient the third algorithm follows.
public struct AdaptiveLimit: Sendable {
  /// How the limit follows.
  public enum Algorithm: String, Sendable, Hashable, CaseIterable {
    /// One more a window while all goes well, a tenth less after a loss.
    case additiveIncrease
    /// Holds the queue that the latency betrays between two bounds.
    case vegas
    /// Follows the ratio of the latency without a queue to the present one.
    case gradient
  }

  /// The settings.
  public struct Configuration: Sendable, Hashable {
    /// How the limit follows.
    public var algorithm = Algorithm.gradient
    /// The limit at the start.
    public var initial = 20
    /// The least limit.
    public var least = 1
    /// The greatest limit.
    public var most = 10_000
    /// How far above goodput times latency the limit may go, in hundredths.
    public var headroomPercent = 200
    /// By how much the latency may exceed the one without a queue before the gradient acts, in
    /// hundredths.
    public var tolerancePercent = 150
    /// The pause between measurements of the latency without a queue.
    public var probeEvery = Interval.seconds(10)

    /// The usual settings.
    public init() {}

    /// What is wrong with the settings, or nil.
    public var fault: RateFault? {
      let values = [
        ("least", least, 1...1_000_000), ("most", most, least...1_000_000),
        ("initial", initial, least...max(least, most)),
        ("headroomPercent", headroomPercent, 100...10_000),
        ("tolerancePercent", tolerancePercent, 100...10_000),
      ]
      for (key, value, wanted) in values where !wanted.contains(value) {
        return .range(key: key, value: value, wanted: wanted)
      }
      return probeEvery < .milliseconds(100) || probeEvery > .days(1) ? .period(probeEvery) : nil
    }
  }

  /// How a request ended.
  public enum Ending: Sendable, Hashable {
    /// With a result.
    case success
    /// Refused by the service for its load, or not within its time limit.
    case overload
    /// In another way, which says nothing of the load.
    case ignored
  }

  private struct Window: Sendable {
    var successes = 0
    var losses = 0
    var latencySum: Int128 = 0
    var inFlightMax = 0
    var start: MonotonicInstant?

    var meanLatency: Double? { successes == 0 ? nil : Double(latencySum) / Double(successes) }
  }

  /// The settings in force.
  public let configuration: Configuration
  private var exact: Double
  private var window = Window()
  /// The mean latency without a queue, in nanoseconds.
  private var idleLatency: Double?
  /// The goodput, requests a nanosecond; follows rises at once and falls by a tenth a window.
  private var goodput = 0.0
  private var isStarting = true
  private var isProbing = false
  private var lastProbe: MonotonicInstant?

  /// Creates a limit.
  public init(_ configuration: Configuration = Configuration()) throws(RateFault) {
    if let fault = configuration.fault { throw fault }
    self.configuration = configuration
    exact = Double(configuration.initial)
  }

  /// How many requests may run now.
  public var limit: Int {
    let whole = Int(exact)
    return max(configuration.least, isProbing ? whole / 2 : whole)
  }

  /// The mean latency without a queue, as far as it is known.
  public var latencyWithoutQueue: Interval? {
    idleLatency.map { Interval(nanoseconds: Int64($0)) }
  }

  /// Counts a request that ended.
  ///
  /// - Parameters:
  ///   - latency: How long it took; not negative.
  ///   - inFlight: How many ran when it began, itself among them.
  public mutating func record(
    _ ending: Ending, latency: Interval, inFlight: Int, at now: MonotonicInstant
  ) {
    guard ending != .ignored else { return }
    let start = window.start ?? now
    window.start = start
    window.inFlightMax = max(window.inFlightMax, inFlight)
    if ending == .success {
      window.successes += 1
      window.latencySum += Int128(max(0, latency.nanoseconds))
    } else {
      window.losses += 1
    }
    let samples = window.successes + window.losses
    guard samples >= max(16, limit), now > start else { return }
    let elapsed = Double((now - start).nanoseconds)
    finish(elapsed: elapsed, at: now)
    window = Window()
  }

  private mutating func finish(elapsed: Double, at now: MonotonicInstant) {
    let mean = window.meanLatency
    let present = Double(window.successes) / elapsed
    let isBetter = present > goodput * 1.02
    goodput = max(present, goodput * 0.9)
    if isProbing {
      isProbing = false
      lastProbe = now
      // What half the load shows is what holds from now on, if it is more, too.
      if let mean, window.losses == 0 { idleLatency = mean }
      return
    }
    if let mean { idleLatency = min(idleLatency ?? mean, mean) }
    change(mean: mean, isBetter: isBetter)
    if let lastProbe {
      if now - lastProbe >= configuration.probeEvery { isProbing = true }
    } else {
      lastProbe = now
    }
  }

  private mutating func change(mean: Double?, isBetter: Bool) {
    guard let mean, let idle = idleLatency, idle > 0 else {
      // Nothing but losses.
      isStarting = false
      exact = max(Double(configuration.least), exact * 0.5)
      return
    }
    if window.losses > 0 {
      isStarting = false
      let share = Double(window.losses) / Double(window.losses + window.successes)
      set(exact * max(0.5, 0.95 - share / 2))
      return
    }
    let isUsed = window.inFlightMax * 2 >= Int(exact)
    if isStarting {
      // Twice as much as long as that brings more.
      if isUsed, isBetter { return grow(to: exact * 2) }
      if isUsed { isStarting = false }
    }
    switch configuration.algorithm {
    case .additiveIncrease: if isUsed { grow(to: exact + 1) }
    case .vegas:
      let queue = exact * (1 - idle / mean)
      let step = max(1, exact.squareRoot() / 2)
      if queue <= step * 2 {
        if isUsed { grow(to: exact + step) }
      } else if queue > step * 4 {
        set(exact - step)
      }
    case .gradient:
      let tolerance = Double(configuration.tolerancePercent) / 100
      let gradient = max(0.5, min(1, tolerance * idle / mean))
      let wanted = exact * gradient + exact.squareRoot()
      let next = exact * 0.8 + wanted * 0.2
      if next < exact { set(next) } else if isUsed { grow(to: next) }
    }
    // What was right once is too much for a service that does less now.
    if exact > ceiling(idle) { set(exact * 0.9 + ceiling(idle) * 0.1) }
  }

  private func ceiling(_ idle: Double) -> Double {
    goodput * idle * Double(configuration.headroomPercent) / 100 + 4
  }

  private mutating func grow(to wanted: Double) {
    let bound = idleLatency.map { ceiling($0) } ?? wanted
    set(max(exact, min(wanted, bound)))
  }

  private mutating func set(_ wanted: Double) {
    exact = min(Double(configuration.most), max(Double(configuration.least), wanted))
  }
}
