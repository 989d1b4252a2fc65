public import OmniClocks
import OmniNumerics
public import OmniTime

/// The decisions of a circuit breaker, as a plain value: it is told of calls and of the time, and
/// says which calls may go and when its state changes.
///
///     closed ──── rate of errors or of slow calls too high ────▶ open
///     open ────── the back-off is over: the next call ─────────▶ half-open
///     half-open ─ probes bad ─▶ open, for twice as long; probes good ─▶ recovering
///     recovering ─ rates too high ─▶ open;  ramp is over ───────▶ closed
///
/// Every state but the step from recovering to closed begins a new epoch, and a result counts only
/// in the epoch in which its call was let through. The same calls at the same instants with the
/// same seed give the same decisions.
///
/// - Invariant: in half-open never more than `probeCount` calls are in flight.
/// - Complexity: O(1) for each operation; with a window of time, O(buckets) after a pause.
public struct BreakerMachine: Sendable {
  /// What a breaker does with calls.
  public enum State: String, Sendable, CaseIterable {
    /// Lets all through.
    case closed
    /// Lets none through until the back-off is over.
    case open
    /// Lets a few through to see.
    case halfOpen
    /// Lets a growing share through.
    case recovering
    /// Lets none through until somebody says otherwise.
    case forcedOpen
    /// Lets all through and judges nothing.
    case disabled
  }

  /// The leave to make one call, to be given back with its result.
  public struct Permit: Sendable, Hashable {
    /// The epoch in which it was given.
    public let epoch: UInt64
    /// When it was given.
    public let start: MonotonicInstant
    /// The number of the probe, or 0 for a call that is none.
    let probe: UInt64

    package init(epoch: UInt64, start: MonotonicInstant, probe: UInt64) {
      self.epoch = epoch
      self.start = start
      self.probe = probe
    }
  }

  /// Why a call may not go.
  public enum Rejection: Sendable, Hashable {
    /// The breaker is open; it tries again after so long.
    case open(retryAfter: Interval)
    /// The probes are out; nobody knows yet.
    case probing
    /// Only a share of the calls is let through.
    case recovering
    /// Somebody opened it by hand.
    case forcedOpen
  }

  /// Whether a call may go.
  public enum Admission: Sendable, Hashable {
    /// It may; its result is wanted.
    case admitted(Permit)
    /// It may not.
    case rejected(Rejection)
  }

  /// How a call ended.
  public enum Outcome: Sendable, Hashable {
    /// Well.
    case success
    /// Badly.
    case failure
    /// In a way that says nothing of the service, such as being cancelled.
    case ignored
  }

  /// Everything that was decided, by kind.
  public struct Counts: Sendable, Hashable {
    /// Calls that were let through.
    public internal(set) var admitted: UInt64 = 0
    /// Calls that were refused.
    public internal(set) var rejected: UInt64 = 0
    /// Calls that ended well.
    public internal(set) var successes: UInt64 = 0
    /// Calls that ended badly.
    public internal(set) var failures: UInt64 = 0
    /// Calls that were slow, however they ended.
    public internal(set) var slow: UInt64 = 0
    /// Results that say nothing of the service.
    public internal(set) var ignored: UInt64 = 0
    /// Results of an older epoch.
    public internal(set) var stale: UInt64 = 0
    /// Probes whose result did not come in time.
    public internal(set) var lostProbes: UInt64 = 0
    /// How often the breaker opened.
    public internal(set) var openings: UInt64 = 0
  }

  /// The settings in force.
  public private(set) var configuration: BreakerConfiguration
  /// What the breaker does with calls; open until the first call after the back-off.
  public private(set) var state = State.closed
  /// How often the state changed in a way that makes earlier calls tell nothing of the present.
  public private(set) var epoch: UInt64 = 1
  /// Everything that was decided.
  public private(set) var counts = Counts()

  private var window: OutcomeWindow
  private var baseline = Baseline()
  private var random: SplitMix64
  /// How often in a row it opened without closing.
  private var openings = 0
  private var openUntil = MonotonicInstant.origin
  private var probes = ProbeSlots()
  private var rampStart = MonotonicInstant.origin
  /// In thousandths of a call; a call is let through for each whole one.
  private var rampCredit = 0

  /// Creates a closed breaker.
  ///
  /// - Parameter seed: What the variation of the time open is drawn from.
  public init(
    _ configuration: BreakerConfiguration = BreakerConfiguration(), seed: UInt64 = 0
  ) throws(BreakerFault) {
    if let fault = configuration.fault { throw fault }
    self.configuration = configuration
    window = OutcomeWindow(configuration.window)
    random = SplitMix64(seed: seed)
  }

  /// The calls, errors and slow calls in the window, as far as it was moved on.
  public var windowSums: (calls: Int, errors: Int, slow: Int) {
    (window.sums.calls, window.sums.errors, window.sums.slow)
  }

  /// The rate of errors at which it opens now, in percent.
  public var errorThresholdPercent: Double {
    guard let adaptive = configuration.adaptive else { return Double(configuration.errorPercent) }
    return baseline.threshold(adaptive, ceilingPercent: configuration.errorPercent)
  }

  /// Whether a call may go at `now`.
  public mutating func admit(at now: MonotonicInstant) -> Admission {
    if state == .closed { return grant(at: now) }
    return admitUnlessClosed(at: now)
  }

  private mutating func admitUnlessClosed(at now: MonotonicInstant) -> Admission {
    if state == .open, now >= openUntil { enter(.halfOpen) }
    if state == .halfOpen { expireProbes(at: now) }
    if state == .recovering, now - rampStart >= configuration.ramp { close() }
    switch state {
    case .closed, .disabled: return grant(at: now)
    case .open: return reject(.open(retryAfter: openUntil - now))
    case .forcedOpen: return reject(.forcedOpen)
    case .halfOpen:
      guard let probe = probes.take(at: now, of: configuration.probeCount) else {
        return reject(.probing)
      }
      return grant(at: now, probe: probe)
    case .recovering:
      let elapsed = max(0, (now - rampStart).nanoseconds)
      // A ramp of no time has ended before.
      rampCredit +=
        100 + Int(Int128(900) * Int128(elapsed) / Int128(configuration.ramp.nanoseconds))
      guard rampCredit >= 1_000 else { return reject(.recovering) }
      rampCredit -= 1_000
      return grant(at: now)
    }
  }

  /// The epoch of a closed breaker that needs no clock for calls that go well, and 0 for any other.
  ///
  /// A call may go with it as with a permit of this epoch.
  var freeEpoch: UInt64 {
    guard state == .closed, configuration.slowAfter == nil, case .count = configuration.window
    else { return 0 }
    return epoch
  }

  /// Takes the result of a call that went with a free epoch; the clock is read only if it may open
  /// the breaker.
  mutating func settleFree(
    _ epoch: UInt64, _ outcome: Outcome, at now: () -> MonotonicInstant
  ) {
    counts.admitted &+= 1
    let isSafe = outcome == .success && window.sums.errors == 0
    let instant = isSafe ? .origin : now()
    settle(Permit(epoch: epoch, start: instant, probe: 0), outcome, at: instant)
  }

  /// Takes the result of a call that was let through.
  ///
  /// - Returns: The state that it leads to, if it changed.
  @discardableResult
  public mutating func settle(
    _ permit: Permit, _ outcome: Outcome, at now: MonotonicInstant
  ) -> State? {
    let isSlow = configuration.slowAfter.map { now - permit.start >= $0 } ?? false
    guard permit.epoch == epoch else {
      counts.stale &+= 1
      return nil
    }
    switch outcome {
    case .success: counts.successes &+= 1
    case .failure: counts.failures &+= 1
    case .ignored: counts.ignored &+= 1
    }
    if isSlow, outcome != .ignored { counts.slow &+= 1 }
    switch state {
    case .closed, .recovering:
      guard outcome != .ignored else { return nil }
      window.record(isError: outcome == .failure, isSlow: isSlow, at: now)
      return judgeWindow(at: now)
    case .halfOpen:
      guard probes.settle(permit.probe, outcome, isSlow: isSlow) else { return nil }
      return judgeProbes(at: now)
    case .open, .forcedOpen, .disabled: return nil
    }
  }

  /// Opens the breaker until `release`.
  public mutating func forceOpen() { if state != .forcedOpen { enter(.forcedOpen) } }

  /// Lets all through and judges nothing until `release`.
  public mutating func disable() { if state != .disabled { enter(.disabled) } }

  /// Closes the breaker, whatever its state, and forgets what led to it.
  public mutating func release() {
    enter(.closed)
    openings = 0
  }

  /// Changes the settings; state, epoch, back-off and what the window knows stay as they are.
  public mutating func reconfigure(
    _ configuration: BreakerConfiguration, at now: MonotonicInstant
  ) throws(BreakerFault) {
    if let fault = configuration.fault { throw fault }
    if configuration.window != self.configuration.window {
      window = window.resized(to: configuration.window, at: now)
    }
    self.configuration = configuration
  }

  private mutating func grant(at now: MonotonicInstant, probe: UInt64 = 0) -> Admission {
    counts.admitted &+= 1
    return .admitted(Permit(epoch: epoch, start: now, probe: probe))
  }

  private mutating func reject(_ reason: Rejection) -> Admission {
    counts.rejected &+= 1
    return .rejected(reason)
  }

  private mutating func judgeWindow(at now: MonotonicInstant) -> State? {
    let sums = window.sums
    // Whoever recovers is judged by as few calls as the probes were.
    let least =
      state == .recovering
      ? min(configuration.callsMin, configuration.probeCount) : configuration.callsMin
    if sums.calls >= least, isTooHigh(sums, of: sums.calls) { return open(at: now) }
    if configuration.adaptive != nil, state == .closed {
      baseline.record(sums, windowCalls: max(1, least))
    }
    return nil
  }

  private mutating func judgeProbes(at now: MonotonicInstant) -> State? {
    let sums = probes.sums
    // Bad as soon as the rest could not make up for it.
    if isTooHigh(sums, of: configuration.probeCount) { return open(at: now) }
    guard sums.calls >= configuration.probeCount else { return nil }
    enter(.recovering)
    rampStart = now
    // The first call after the probes goes.
    rampCredit = 1_000
    if configuration.ramp <= .zero { close() }
    return state
  }

  private func isTooHigh(_ sums: OutcomeWindow.Sums, of calls: Int) -> Bool {
    if sums.errors > 0, Double(sums.errors) * 100 >= errorThresholdPercent * Double(calls) {
      return true
    }
    return sums.slow > 0 && sums.slow * 100 >= configuration.slowPercent * calls
  }

  private mutating func expireProbes(at now: MonotonicInstant) {
    let lost = probes.expire(at: now, limit: configuration.probeLimit)
    guard lost > 0 else { return }
    counts.lostProbes &+= UInt64(lost)
    _ = judgeProbes(at: now)
  }

  private mutating func open(at now: MonotonicInstant) -> State {
    enter(.open)
    counts.openings &+= 1
    openUntil = now + nextBackoff()
    openings += 1
    return .open
  }

  private mutating func close() {
    // The window goes on: what the ramp has seen is of the same service in the same state.
    state = .closed
    openings = 0
  }

  private mutating func enter(_ next: State) {
    state = next
    epoch += 1
    window.clear()
    probes = ProbeSlots()
  }

  /// The time to stay open: twice as long each time in a row, at most the longest, and varied.
  private mutating func nextBackoff() -> Interval {
    let longest = configuration.backoffMax.nanoseconds
    var span = configuration.backoff.nanoseconds
    for _ in 0..<openings where span < longest { span = min(longest, span * 2) }
    let part = span / 100 * Int64(configuration.jitterPercent)
    guard part > 0 else { return Interval(nanoseconds: span) }
    let drawn = Int64(random.below(UInt64(part) * 2 + 1)) - part
    return Interval(nanoseconds: span + drawn)
  }
}
