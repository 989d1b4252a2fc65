public import OmniClocks
public import OmniTime

/// Finds how many requests a service can bear at a time, from how long they take and how many fail.
///
/// A plain value: it is told of each request that ended, and says how many may run. Samples are
/// taken together in windows of about a round trip, and the limit changes at their ends only. To
/// know a queue from a slow service, it measures the latency without a queue now and then: it lets
/// fewer run than are served at a time, by Little's law.
///
/// Guards against the known ways in which such limits drift away:
///
/// - it does not grow unless it was nearly reached, and does not change while fewer than half of it
///   was used, but for losses: idle places teach nothing;
/// - it does not grow beyond `headroomPercent` of the goodput times the latency without a queue
///   (what Little's law says is in the service) and four places, and comes down to that while there
///   is a queue; without one, 40 hundredths more are allowed;
/// - a request that ended by its time limit is a loss, however even the latencies look; one loss in
///   a window, or 3 of 100, is taken as chance;
/// - after the limit was lowered for losses, those that began before are of the same bad moment,
///   and do not lower it again; then it goes half of the way back at a time, as that is confirmed;
/// - the first requests after a change of level do not count in a measurement: they waited in the
///   old queue, or are the short ones that end first;
/// - a latency far above the known one is looked into soon, and believed at once if the goodput
///   fell with it; else a measurement raises what is known by a fifth at most, as it may be the
///   queue of other callers of the same service;
/// - windows that are faster than the known latency lower it at once: a service that became faster
///   does not leave room for a queue.
///
/// Where it is inexact: with fewer than about five places, a measurement rests on few requests, and
/// the limit may move between a third and thrice of what is best. What is followed is followed in
/// round trips, of which a measurement takes about ten of each 120.
///
/// Checked on simulated queues with exponential, lognormal and bimodal service, in
/// `AdaptiveLimitTests` and `AdaptiveTableTests`, which state what each algorithm reaches.
///
/// Sources: Brakmo and Peterson, "TCP Vegas", IEEE JSAC 13 (1995); Chiu and Jain, "Analysis of the
/// Increase and Decrease Algorithms for Congestion Avoidance", Computer Networks 17 (1989); RFC
/// 6582, for the losses of one moment; Netflix, concurrency-limits, whose gradient the third
/// algorithm follows, and whose issues 88, 134 and 137 tell of the drifts.
public struct AdaptiveLimit: Sendable {
  /// How the limit follows.
  public enum Algorithm: String, Sendable, Hashable, CaseIterable {
    /// One more a window while all goes well, one more than before each time; less after losses.
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
    /// How much a window says against what was known: 48 requests half of it.
    var weight: Double { Double(samples) / Double(samples + 48) }
    /// Whether so many were lost that it is no accident: more than one, and one of thirty-three.
    var isLossy: Bool { losses > 1 + samples * 3 / 100 }
  }

  /// How many places there are beside those that the headroom gives.
  private static let spare = 4.0

  /// The settings in force.
  public let configuration: Configuration
  private var exact: Double
  private var window = Window()
  private var idle: IdleLatency
  /// The mean latency of the last requests, in nanoseconds.
  private var latency = 0.0
  /// The goodput of the last requests, requests a nanosecond.
  private var goodput = 0.0
  /// Whether the limit doubles as long as that brings more.
  private var isStarting = true
  /// The most goodput of one window since it began to double.
  private var goodputBest = 0.0
  /// How many windows in a row did not bring more.
  private var worse = 0
  /// How many windows in a row it grew.
  private var streak = 0
  /// Where it was before losses lowered it, until it is there again.
  private var lastGood = 0.0
  private var isInLoss = false
  /// When the limit was last lowered for losses.
  private var lastCut: MonotonicInstant?
  /// How many successes have still to end before they are those of the present limit: the first
  /// that end after it was raised are the short ones.
  private var settling: Int

  /// Creates a limit.
  public init(_ configuration: Configuration = Configuration()) throws(RateFault) {
    if let fault = configuration.fault { throw fault }
    self.configuration = configuration
    exact = Double(configuration.initial)
    settling = configuration.initial
    idle = IdleLatency(probeEvery: configuration.probeEvery, levelLeast: configuration.least)
  }

  /// How many requests may run now.
  public var limit: Int { idle.level ?? Int(exact) }

  /// The mean latency without a queue, as far as it is known.
  public var latencyWithoutQueue: Interval? {
    idle.value.map { Interval(nanoseconds: Int64($0)) }
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

  /// About a round trip, and enough that the mean says something.
  private var samplesWanted: Int { idle.samplesWanted ?? max(12, limit) }

  /// Whether a request tells of what has been dealt with.
  private mutating func isOfThePast(
    _ ending: Ending, _ latency: Interval, _ inFlight: Int, at now: MonotonicInstant
  ) -> Bool {
    // It began before the limit was lowered for others that were lost with it.
    if ending == .overload { return lastCut.map { now - $0 < latency } ?? false }
    if settling > 0 {
      settling -= 1
      return true
    }
    return idle.isSettling(inFlight: inFlight)
  }

  private mutating func finish(elapsed: Double, at now: MonotonicInstant) {
    let mean = window.meanLatency
    if idle.level != nil {
      if let mean, !window.isLossy {
        finishLevel(mean, at: now)
        return
      }
      idle.abandon(at: now)
    }
    // The first request began the time, and is not of it.
    let share = Double(window.samples - 1) / Double(window.samples)
    let present = Double(window.successes) * share / elapsed
    let isBetter = present > goodputBest * 1.1
    goodputBest = isStarting ? max(goodputBest, present) : 0
    goodput += (present - goodput) * (goodput == 0 ? 1 : window.weight)
    if let mean {
      latency += (mean - latency) * (latency == 0 ? 1 : window.weight)
      idle.follow(
        latency, mean: mean, samples: window.successes,
        isIdle: window.inFlightMax * 2 <= Int(exact))
    }
    guard !window.isLossy, let known = idle.value, known > 0 else {
      cut(at: now)
      return
    }
    // Nothing is learnt from idle places, neither that there might be more nor that there be less.
    if window.inFlightMax * 2 >= Int(exact) { change(idle: known, isBetter: isBetter) }
    if isReached, !isStarting {
      idle.startProbe(latency: latency, goodput: goodput, limit: Int(exact), at: now)
    }
  }

  /// A measurement at one level has its requests.
  private mutating func finishLevel(_ mean: Double, at now: MonotonicInstant) {
    idle.finish(mean: mean, latency: latency, goodput: goodput, at: now)
    if idle.level == nil {
      settling = Int(exact)
      if idle.isAnother { isStarting = true }
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
    streak = 0
    if !isInLoss { lastGood = exact }
    isInLoss = true
    let share = Double(window.losses) / Double(window.samples)
    set(exact * max(0.5, 0.95 - share / 2))
  }

  private mutating func change(idle: Double, isBetter: Bool) {
    isInLoss = false
    if exact >= lastGood { lastGood = 0 }
    if isStarting {
      // The last step has not been felt yet.
      if !isReached { return }
      if isBetter {
        worse = 0
        return grow(to: exact * 2)
      }
      worse += 1
      if worse < 2 { return }
      worse = 0
      isStarting = false
    }
    let before = exact
    switch configuration.algorithm {
    case .additiveIncrease: grow(to: exact + max(1, min(exact / 4, Double(streak))))
    case .vegas:
      let queue = exact * (1 - idle / latency)
      let step = max(1, exact.squareRoot() / 2)
      if queue <= step * 3 {
        grow(to: exact + max(step, min(exact / 4, step * Double(streak) / 2)))
      } else if queue > step * 6 {
        set(exact - step)
      }
    case .gradient:
      let tolerance = Double(configuration.tolerancePercent) / 100
      let gradient = max(0.5, min(1, tolerance * idle / latency))
      let step = exact.squareRoot() * min(1, Double(streak + 1) / 4)
      let wanted = exact * gradient + max(1, step)
      if wanted < exact { set((exact + wanted) / 2) } else { grow(to: wanted) }
    }
    // Towards where it was before losses, half of the way at a time.
    if exact < lastGood { grow(to: min(exact * 2, (exact + lastGood) / 2)) }
    streak = exact > before ? streak + 1 : 0
    // What was right once is too much for a service that does less now; without a queue it is not.
    let excess = exact - ceiling(idle)
    if isReached, excess > 0 { set(exact - excess * max(0, min(0.4, latency / idle - 1.25))) }
  }

  private func ceiling(_ idle: Double) -> Double {
    // Without a queue there is no harm in more.
    let hasNoQueue = latency < idle * 1.15 && idle < latency * 1.15
    let percent = configuration.headroomPercent + (hasNoQueue ? 40 : 0)
    return goodput * idle * Double(percent) / 100 + Self.spare
  }

  private mutating func grow(to wanted: Double) {
    guard isReached, !idle.isDoubtful, let idle = idle.value else { return }
    set(max(exact, min(wanted, ceiling(idle))))
  }

  private mutating func set(_ wanted: Double) {
    exact = min(Double(configuration.most), max(Double(configuration.least), wanted))
  }
}
