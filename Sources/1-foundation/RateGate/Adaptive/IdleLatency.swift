import OmniClocks
import OmniTime

/// What is known of the latency without a queue, and how it is measured.
///
/// A measurement lets fewer requests run than are served at a time, by what is known: then none
/// waits. If the latency fell all the same, the level was too high, and a lower one follows.
struct IdleLatency: Sendable {
  private struct Probe: Sendable {
    /// How many may run meanwhile.
    var level: Int
    /// How many requests have still to end before the queue of before is taken as gone.
    var settling: Int
    /// The mean latency at the level above this one.
    var latencyAbove: Double
    /// Whether it is not the first level of the measurement.
    var isLower: Bool
  }

  /// Two measurements that differ by less are taken as the same.
  private static let nearness = 1.25
  /// By how much one measurement may raise what is known.
  private static let raise = 1.2
  /// A latency that is more above what was known is looked into soon.
  private static let alarm = 2.2
  /// A measurement takes about eight round trips, and is not worth more than a fifth of the time.
  private static let roundTripsBetween = 120.0

  private let probeEvery: Interval
  private let levelLeast: Int
  /// The mean latency without a queue, in nanoseconds.
  private(set) var value: Double?
  /// Whether the last measurement found another service than before.
  private(set) var isAnother = false
  /// Whether the last window was so fast that what is known is hardly right.
  private(set) var isDoubtful = false
  /// Whether the last measurement was far below what was known.
  private var wasFarBelow = false
  private var probe: Probe?
  private var lastProbe: MonotonicInstant?
  /// The pause before the next probe.
  private var pause: Interval
  /// The most goodput of late, requests a nanosecond.
  private var goodputBest = 0.0

  init(probeEvery: Interval, levelLeast: Int) {
    self.probeEvery = probeEvery
    self.levelLeast = levelLeast
    pause = probeEvery
  }

  /// How many may run while it is measured; nil while it is not.
  var level: Int? { probe?.level }

  /// How many requests a measurement takes.
  var samplesWanted: Int? {
    guard let level else { return nil }
    return max(18, min(80, level * 10), level * 2)
  }

  /// Two measurements that differ by less are taken as the same: two deviations of such a mean.
  private static func likeness(of samples: Int) -> Double {
    max(1.15, 1 + 2.5 / Double(samples).squareRoot())
  }

  /// Whether a request that ended well is of the time before the measurement.
  mutating func isSettling(inFlight: Int) -> Bool {
    guard let probe, probe.settling > 0 else { return false }
    if inFlight <= probe.level { self.probe?.settling = probe.settling - 1 }
    return true
  }

  /// Takes the latency of a window in: what is faster than what is known is known to be so.
  mutating func follow(_ latency: Double, mean: Double, samples: Int, isIdle: Bool) {
    isDoubtful = false
    guard let known = value else {
      value = latency
      return
    }
    if lastProbe == nil {
      if isIdle { value = latency } else if latency < known { value = (latency + known) / 2 }
    } else {
      isDoubtful = mean * Self.likeness(of: samples) < max(known, latency)
      guard latency * 1.3 < known else { return }
      value = (known + latency) / 2
      pause = soon
    }
  }

  /// The pause before what is news is looked at again.
  private var soon: Interval { Interval(nanoseconds: probeEvery.nanoseconds / 8) }

  /// Begins a measurement, if it is time.
  mutating func startProbe(
    latency: Double, goodput: Double, limit: Int, at now: MonotonicInstant
  ) {
    guard let value else { return }
    goodputBest = max(goodput, goodputBest)
    // By Little's law so many run on average; while that is far below the limit, none need wait.
    if goodput * latency < Double(limit) * 0.75, latency < value * 1.5 { return }
    if let lastProbe {
      let least = Interval(nanoseconds: Int64(value * Self.roundTripsBetween))
      let wanted = max(least, latency > value * Self.alarm ? soon : pause)
      guard now - lastProbe >= wanted else { return }
      if latency <= value * Self.nearness, latency * Self.nearness >= value {
        // There is no queue to measure without.
        self.lastProbe = now
        return
      }
    }
    // A tenth less than are served at a time, by Little's law.
    let served = min(limit * 4 / 5, Int(goodput * value * 0.9 + 0.5))
    descend(to: lastProbe == nil ? limit / 2 : served, above: latency, at: now)
  }

  private mutating func descend(to level: Int, above: Double, at now: MonotonicInstant) {
    let level = max(1, levelLeast, level)
    if let probe, level >= probe.level { return end(at: now) }
    probe = Probe(
      level: level, settling: level, latencyAbove: above, isLower: probe != nil)
  }

  /// Ends a level of a measurement with the mean latency at it.
  ///
  /// - Parameter latency: The mean latency at the usual limit.
  mutating func finish(
    mean: Double, latency: Double, goodput: Double, at now: MonotonicInstant
  ) {
    guard let level = probe, let known = value else { return }
    isAnother = false
    let isFirst = lastProbe == nil
    let likeness = Self.likeness(of: samplesWanted ?? 1)
    let hasFallen = mean * likeness < level.latencyAbove
    let isFarBelow = mean * (likeness * 1.2 - 0.2) < known
    // Later measurements go down once at most, and by two that agree: one alone may be chance.
    let mayDescend = isFirst || wasFarBelow && !level.isLower
    wasFarBelow = isFarBelow
    if mayDescend, isFarBelow || hasFallen && (isFirst || mean > known * 1.5) {
      // It still falls, so that there was a queue.
      value = min(known, mean)
      pause = soon
      let next = isFirst ? level.level / 2 : min(level.level * 3 / 4, Int(goodput * mean * 0.75))
      return descend(to: next, above: mean, at: now)
    }
    if isFirst || mean <= known * likeness {
      let isLower = mean * 1.15 < known
      value = (mean + (isFirst ? min(mean, level.latencyAbove) : known)) / 2
      pause = isLower ? soon : min(probeEvery, Interval(nanoseconds: pause.nanoseconds * 2))
    } else {
      // What two loads show is what holds from now on, if the goodput says so, too: else it may be
      // the queue of other callers.
      isAnother = mean > known * 2 && goodput < goodputBest * 0.4
      value = isAnother ? mean : min((mean + known) / 2, known * Self.raise)
      pause = mean > known * 2 ? soon : probeEvery
    }
    goodputBest = isAnother ? 0 : goodputBest * 0.9
    end(at: now)
  }

  /// Gives a measurement up.
  mutating func abandon(at now: MonotonicInstant) { end(at: now) }

  private mutating func end(at now: MonotonicInstant) {
    lastProbe = now
    probe = nil
  }
}
