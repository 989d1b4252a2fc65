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
    public var headroomPercent = 150
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

    var samples: Int { successes + losses }
    var meanLatency: Double? { successes == 0 ? nil : Double(latencySum) / Double(successes) }
  }

  /// A measurement of the latency without a queue.
  private struct Probe: Sendable {
    /// How many may run meanwhile.
    var limit: Int
    /// How many requests have still to end before the queue of before is taken as gone.
    var settling: Int
    /// The mean latency at the level above this one, if that was measured.
    var latencyAbove: Double?
  }

  /// Latencies nearer to each other than this are taken as the same.
  private static let likeness = 1.3

  /// The settings in force.
  public let configuration: Configuration
  private var exact: Double
  private var window = Window()
  /// The mean latency without a queue, in nanoseconds.
  private var idleLatency: Double?
  /// The goodput, requests a nanosecond; follows rises by half and falls by a tenth a window.
  private var goodput = 0.0
  /// The most of one window since the limit began to double.
  private var goodputBest = 0.0
  /// The mean latency of the last windows, in nanoseconds.
  private var latency = 0.0
  private var isStarting = true
  private var probe: Probe?
  private var lastProbe: MonotonicInstant?
  private var pause: Interval
  private var lastCut: MonotonicInstant?

  /// Creates a limit.
  public init(_ configuration: Configuration = Configuration()) throws(RateFault) {
    if let fault = configuration.fault { throw fault }
    self.configuration = configuration
    exact = Double(configuration.initial)
    pause = configuration.probeEvery
  }

  /// How many requests may run now.
  public var limit: Int { probe?.limit ?? Int(exact) }

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
    if ending == .ignored || isOfThePast(ending, latency, inFlight, at: now) { return }
    let start = window.start ?? now
    window.start = start
    window.inFlightMax = max(window.inFlightMax, inFlight)
    if ending == .success {
      window.successes += 1
      window.latencySum += Int128(max(0, latency.nanoseconds))
    } else {
      window.losses += 1
    }
    let isFull = window.samples >= wanted
    guard isFull || window.losses >= max(4, limit), now > start else { return }
    finish(elapsed: Double((now - start).nanoseconds), at: now)
    window = Window()
  }

  /// How many requests a window holds: enough that its mean means something, and not so many that
  /// few at a time take long.
  private var wanted: Int {
    probe == nil ? max(32, limit) : max(min(128, max(32, limit * 16)), limit * 3)
  }

  /// Whether a request tells of what has been dealt with.
  private mutating func isOfThePast(
    _ ending: Ending, _ latency: Interval, _ inFlight: Int, at now: MonotonicInstant
  ) -> Bool {
    // It began before the limit was lowered for others that were lost with it.
    if ending == .overload, let lastCut, now - lastCut < latency { return true }
    guard let settling = probe?.settling, settling > 0, ending == .success else { return false }
    if inFlight <= limit { probe?.settling = settling - 1 }
    return true
  }

  private mutating func finish(elapsed: Double, at now: MonotonicInstant) {
    let mean = window.meanLatency
    if let probe {
      finish(probe, mean: mean, at: now)
      return
    }
    // The first request began the time, and is not of it.
    let share = Double(window.samples - 1) / Double(window.samples)
    let present = Double(window.successes) * share / elapsed
    let isBetter = present > goodputBest * 1.1
    goodputBest = isStarting ? max(goodputBest, present) : 0
    let weight = goodput == 0 ? 1 : present > goodput ? 0.2 : 0.1
    goodput += (present - goodput) * weight
    if let mean {
      latency = latency == 0 ? mean : latency * 0.7 + mean * 0.3
      if let idle = idleLatency, lastProbe != nil {
        if latency * Self.likeness < idle {
          idleLatency = idle + (latency - idle) * 0.25
          pause = soon
        }
      } else {
        idleLatency = latency
      }
    }
    change(mean: mean == nil ? nil : latency, isBetter: isBetter, at: now)
    if mean != nil, isReached { startProbe(mean: latency, at: now) }
  }

  /// Whether more requests came than might run.
  private var isReached: Bool { window.inFlightMax * 10 >= Int(exact) * 9 }

  private mutating func change(mean: Double?, isBetter: Bool, at now: MonotonicInstant) {
    guard window.losses == 0, let mean, let idle = idleLatency, idle > 0 else {
      // What comes back after nothing but losses is another service.
      isStarting = mean == nil
      lastCut = now
      let share = Double(window.losses) / Double(max(1, window.samples))
      set(exact * max(0.5, 0.95 - share / 2))
      return
    }
    // Nothing is learnt from idle places, neither that there might be more nor that there be less.
    guard window.inFlightMax * 2 >= Int(exact) else { return }
    if isStarting {
      // Twice as much as long as that brings more.
      if isBetter { return grow(to: exact * 2) }
      isStarting = false
    }
    switch configuration.algorithm {
    case .additiveIncrease: grow(to: exact + 1)
    case .vegas:
      let queue = exact * (1 - idle / mean)
      let step = max(1, exact.squareRoot() / 2)
      if queue <= step * 2 {
        grow(to: exact + step)
      } else if queue > step * 4 {
        set(exact - step)
      }
    case .gradient:
      let tolerance = Double(configuration.tolerancePercent) / 100
      let gradient = max(0.5, min(1, tolerance * idle / mean))
      let wanted = exact * gradient + exact.squareRoot()
      let next = exact * 0.8 + wanted * 0.2
      if next < exact { set(next) } else { grow(to: next) }
    }
    // What was right once is too much for a service that does less now.
    if isReached, exact > ceiling(idle) { set(exact * 0.9 + ceiling(idle) * 0.1) }
  }

  private mutating func startProbe(mean: Double, at now: MonotonicInstant) {
    guard !isStarting, window.losses == 0, let idle = idleLatency else { return }
    if let lastProbe {
      guard now - lastProbe >= pause else { return }
      if mean <= idle * Self.likeness {
        self.lastProbe = now
        return
      }
    }
    descend(latencyAbove: nil, at: now)
  }

  private mutating func descend(latencyAbove: Double?, at now: MonotonicInstant) {
    let half = limit * 3 / 5
    guard half >= configuration.least, half >= 1 else {
      finishProbe(idle: latencyAbove, isNews: true, at: now)
      return
    }
    probe = Probe(limit: half, settling: half, latencyAbove: latencyAbove)
  }

  private mutating func finish(_ level: Probe, mean: Double?, at now: MonotonicInstant) {
    guard let mean, window.losses == 0 else {
      finishProbe(idle: nil, isNews: false, at: now)
      return
    }
    let isKnown = lastProbe != nil && mean <= (idleLatency ?? 0) * 1.4
    if isKnown, let idle = idleLatency {
      // Where it still falls, it is looked at again as soon as before.
      let next = mean > idle * 0.95 ? pause.nanoseconds * 2 : pause.nanoseconds / 2
      pause = min(configuration.probeEvery, max(soon, Interval(nanoseconds: next)))
      finishProbe(idle: min(mean, (idle + mean) / 2), isNews: false, at: now)
    } else if let above = level.latencyAbove, mean * Self.likeness > above {
      // What half the load shows is what holds from now on, if it is more, too.
      isStarting = lastProbe != nil && mean > (idleLatency ?? mean) * 2
      finishProbe(idle: min(mean, above), isNews: true, at: now)
    } else {
      descend(latencyAbove: mean, at: now)
    }
  }

  /// The pause before what is news is looked at again.
  private var soon: Interval { Interval(nanoseconds: configuration.probeEvery.nanoseconds / 8) }

  private mutating func finishProbe(idle: Double?, isNews: Bool, at now: MonotonicInstant) {
    if let idle { idleLatency = idle }
    if isNews { pause = soon }
    probe = nil
    lastProbe = now
  }

  private func ceiling(_ idle: Double) -> Double {
    goodput * idle * Double(configuration.headroomPercent) / 100 + 4
  }

  private mutating func grow(to wanted: Double) {
    guard isReached else { return }
    let bound = idleLatency.map { ceiling($0) } ?? wanted
    set(max(exact, min(wanted, bound)))
  }

  private mutating func set(_ wanted: Double) {
    exact = min(Double(configuration.most), max(Double(configuration.least), wanted))
  }
}
