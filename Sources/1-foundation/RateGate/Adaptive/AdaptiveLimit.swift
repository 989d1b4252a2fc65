public import OmniClocks
public import OmniTime

/// Finds how many requests a service can bear at a time, from how long they take and how many fail.
///
/// A plain value: it is told of each request that ended, and says how many may run. Samples are
/// taken together in windows of at least as many as the limit, and the limit changes at their ends
/// only. To know a queue from a slow service, it measures the latency without a queue now and
/// then: it runs at three fifths of its limit, and of that again, until nothing is gained.
///
/// Guards against the known ways in which such limits drift away:
///
/// - it does not grow unless it was nearly reached, and does not change while fewer than half of it
///   was used, but for losses: idle places teach nothing;
/// - it does not grow beyond `headroomPercent` of the goodput times the latency without a queue
///   (what Little's law says is in the service), and comes down to that when it is reached: mild
///   overload cannot feed it for ever, and a service that does less now is given less;
/// - a request that ended by its time limit is a loss, however even the latencies look;
/// - after the limit was lowered for losses, those that began before are of the same bad moment,
///   and do not lower it again;
/// - requests of before a measurement, and as many as it lets run, do not count in it: they waited
///   in the old queue. One level is believed if it agrees with what was known, else two that agree;
/// - what was news is measured again after an eighth of the usual pause, and a latency far above
///   the known one does not wait for the pause: a service that is slower for good is not taken for
///   a queue until the limit has gone;
/// - windows that are faster than the known latency lower it at once: a service that became faster
///   does not leave room for a queue.
///
/// Where it is inexact: with fewer than about five places, a measurement rests on few requests, and
/// the limit may move between a third and thrice of what is best. A service of one request a second
/// is followed slowly, as a window holds 32 requests, or 4 losses.
///
/// Checked on simulated queues with exponential, lognormal and bimodal service, in
/// `AdaptiveLimitTests`, which states what each algorithm reaches.
///
/// Sources: Brakmo and Peterson, "TCP Vegas", IEEE JSAC 13 (1995); Chiu and Jain, "Analysis of the
/// Increase and Decrease Algorithms for Congestion Avoidance", Computer Networks 17 (1989); RFC
/// 6582, for the losses of one moment; Netflix, concurrency-limits, whose gradient the third
/// algorithm follows, and whose issues 88, 134 and 137 tell of the drifts.
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
    public var headroomPercent = 140
    /// By how much the latency may exceed the one without a queue before the gradient acts, in
    /// hundredths.
    public var tolerancePercent = 150
    /// The pause between measurements of the latency without a queue, an eighth after news.
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

  /// Two measurements that differ by less are taken as the same.
  private static let likeness = 1.3
  /// A measurement that is less above what was known confirms it.
  private static let confirmation = 1.4
  /// A latency that is more above what was known is looked into soon.
  private static let alarm = 2.5

  /// The settings in force.
  public let configuration: Configuration
  private var exact: Double
  private var window = Window()
  /// The mean latency without a queue, in nanoseconds.
  private var idleLatency: Double?
  /// The mean latency of the last windows, in nanoseconds.
  private var latency = 0.0
  /// The goodput of the last windows, requests a nanosecond.
  private var goodput = 0.0
  /// Whether the limit doubles as long as that brings more.
  private var isStarting = true
  /// The most goodput of one window since it began to double.
  private var goodputBest = 0.0
  private var probe: Probe?
  private var lastProbe: MonotonicInstant?
  /// The pause before the next probe.
  private var pause: Interval
  /// When the limit was last lowered for losses.
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
  /// - Complexity: Constant; allocates nothing.
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
    let isFull = window.samples >= samplesWanted || window.losses >= max(4, limit)
    guard isFull, now > start else { return }
    finish(elapsed: Double((now - start).nanoseconds), at: now)
    window = Window()
  }

  // MARK: Windows

  /// Enough that the mean says something, and not so many that few at a time take long.
  private var samplesWanted: Int {
    probe == nil ? max(32, limit) : max(32, min(192, limit * 16), limit * 5)
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
    if window.losses > 0 { finishProbe(at: now) }
    let mean = window.meanLatency
    if let probe, let mean {
      finish(probe, mean: mean, at: now)
      return
    }
    // The first request began the time, and is not of it.
    let share = Double(window.samples - 1) / Double(window.samples)
    let present = Double(window.successes) * share / elapsed
    let isBetter = present > goodputBest * 1.1
    goodputBest = isStarting ? max(goodputBest, present) : 0
    goodput += (present - goodput) * (goodput == 0 ? 1 : present > goodput ? 0.2 : 0.1)
    if let mean { follow(mean) }
    guard window.losses == 0, let idle = idleLatency, idle > 0 else {
      cut(at: now)
      return
    }
    // Nothing is learnt from idle places, neither that there might be more nor that there be less.
    if window.inFlightMax * 2 >= Int(exact) { change(idle: idle, isBetter: isBetter) }
    if isReached, !isStarting { startProbe(idle: idle, at: now) }
  }

  private mutating func follow(_ mean: Double) {
    latency = latency == 0 ? mean : latency * 0.7 + mean * 0.3
    guard let idle = idleLatency, lastProbe != nil else {
      // The best that is known before the first probe.
      idleLatency = latency
      return
    }
    if latency * Self.likeness < idle {
      idleLatency = idle + (latency - idle) * 0.25
      pause = soon
    }
  }

  // MARK: The limit

  /// Whether about as many ran as might.
  private var isReached: Bool { window.inFlightMax * 10 >= Int(exact) * 9 }

  /// Lowers the limit for losses.
  private mutating func cut(at now: MonotonicInstant) {
    // What comes back after nothing but losses is another service.
    isStarting = window.successes == 0
    lastCut = now
    let share = Double(window.losses) / Double(window.samples)
    set(exact * max(0.5, 0.95 - share / 2))
  }

  private mutating func change(idle: Double, isBetter: Bool) {
    if isStarting {
      // The last step has not been felt yet.
      if !isReached { return }
      if isBetter { return grow(to: exact * 2) }
      isStarting = false
    }
    switch configuration.algorithm {
    case .additiveIncrease: grow(to: exact + 1)
    case .vegas:
      let queue = exact * (1 - idle / latency)
      let step = max(1, exact.squareRoot() / 2)
      if queue <= step * 3 {
        grow(to: exact + step)
      } else if queue > step * 6 {
        set(exact - step)
      }
    case .gradient:
      let tolerance = Double(configuration.tolerancePercent) / 100
      let gradient = max(0.5, min(1, tolerance * idle / latency))
      let wanted = exact * gradient + exact.squareRoot()
      let next = exact * 0.8 + wanted * 0.2
      if next < exact { set(next) } else { grow(to: next) }
    }
    // What was right once is too much for a service that does less now.
    if isReached, exact > ceiling(idle) { set(exact * 0.9 + ceiling(idle) * 0.1) }
  }

  private func ceiling(_ idle: Double) -> Double {
    goodput * idle * Double(configuration.headroomPercent) / 100 + 4
  }

  private mutating func grow(to wanted: Double) {
    guard isReached, let idleLatency else { return }
    set(max(exact, min(wanted, ceiling(idleLatency))))
  }

  private mutating func set(_ wanted: Double) {
    exact = min(Double(configuration.most), max(Double(configuration.least), wanted))
  }

  // MARK: Probes

  /// The pause before what is news is looked at again.
  private var soon: Interval { Interval(nanoseconds: configuration.probeEvery.nanoseconds / 8) }

  private mutating func startProbe(idle: Double, at now: MonotonicInstant) {
    if let lastProbe {
      guard now - lastProbe >= (latency > idle * Self.alarm ? soon : pause) else { return }
      if latency <= idle * Self.likeness {
        // There is no queue to measure without.
        self.lastProbe = now
        return
      }
    }
    descend(latencyAbove: nil, at: now)
  }

  private mutating func descend(latencyAbove: Double?, at now: MonotonicInstant) {
    let level = limit * 3 / 5
    guard level >= configuration.least, level >= 1 else {
      finishProbe(idle: latencyAbove ?? latency, at: now)
      pause = soon
      return
    }
    probe = Probe(limit: level, settling: level, latencyAbove: latencyAbove)
  }

  private mutating func finish(_ level: Probe, mean: Double, at now: MonotonicInstant) {
    if lastProbe != nil, let idle = idleLatency, mean <= idle * Self.confirmation {
      // Where it still falls, it is looked at again sooner.
      let next = mean > idle * 0.95 ? pause.nanoseconds * 2 : pause.nanoseconds / 2
      pause = min(configuration.probeEvery, max(soon, Interval(nanoseconds: next)))
      // More may be a rest of queue, and is believed by half.
      finishProbe(idle: min(mean, (idle + mean) / 2), at: now)
    } else if let above = level.latencyAbove, mean * Self.likeness > above {
      // What two loads show is what holds from now on, if it is more, too.
      isStarting = lastProbe != nil && mean > (idleLatency ?? mean) * 2
      finishProbe(idle: min(mean, above), at: now)
      pause = soon
    } else {
      descend(latencyAbove: mean, at: now)
    }
  }

  private mutating func finishProbe(idle: Double? = nil, at now: MonotonicInstant) {
    if let idle { idleLatency = idle }
    if probe != nil || idle != nil { lastProbe = now }
    probe = nil
  }
}
