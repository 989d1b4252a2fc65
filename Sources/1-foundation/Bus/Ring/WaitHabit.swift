import OmniTime

/// How long a reader's waits usually take, and so for how long it is worth to spin.
///
/// It keeps the mean of the last waits, each counted with an eighth of its weight, in integers
/// (Jacobson, "Congestion avoidance and control", SIGCOMM 1988). A wait counts with twice the longest
/// spinning at most, so that one long pause does not make it forget that events are close, and eight
/// or so do.
///
/// It knows no clock and waits for nothing: it is told instants, in nanoseconds.
///
/// - Invariant: ``usual`` is from 0 to twice the strategy's `spinMax`.
/// - Complexity: O(1) each, without allocation.
@usableFromInline
package struct WaitHabit: Sendable, Equatable {
  /// Where the reader was when it found that the wait was over.
  package enum Finder: Sendable {
    /// It looked by itself.
    case spinning
    /// It was woken.
    case asleep
  }

  /// How long the clock may jump between two looks before somebody else has had the core.
  package static let absence: Int64 = 50_000
  /// About what falling asleep and being woken add to a wait.
  package static let waking: Int64 = 20_000
  /// How many times as long as it was without the core it does not spin from then on, and the most.
  ///
  /// A spinner that others have driven off waits until their turn is over, and a sleeper that is woken
  /// goes before them: so what spinning costs is less than one event in a hundred, which is what the
  /// slowest hundredth can bear.
  package static let restFactor: Int64 = 200
  package static let restMax: Int64 = 2_000_000_000

  /// Eight times the mean.
  private var sum: Int64 = 0
  /// When the wait began, and behind which event.
  private var start: Int64 = 0
  private var position: UInt64?
  /// Until when it does not spin.
  private var rest: Int64 = 0

  /// Knows of no waits; the first ones spin for as long as the strategy's `spin`.
  @usableFromInline
  package init() {}

  /// How long a wait usually takes.
  package var usual: Int64 { sum >> 3 }

  /// Until when to spin, in a wait that is `now` behind the event `position`; `now` for not at all.
  ///
  /// Who waits behind the same event again goes on with the same wait: to wait often with short
  /// deadlines does not spin more than to wait once.
  package mutating func begin(
    at now: Int64, position: UInt64, _ strategy: BusWaitStrategy
  ) -> Int64 {
    let spin = strategy.spin.nanoseconds
    guard strategy.isAdaptive else { return now + spin }
    if self.position != position {
      // A wait that ran into its deadline, and whose end nobody waited for.
      if self.position != nil { end(at: now, .asleep, strategy) }
      (self.position, start) = (position, now)
    }
    let spinMax = strategy.spinMax.nanoseconds
    guard now >= rest, usual <= spinMax else { return now }
    return max(now, start + min(spinMax, max(spin, 2 * usual)))
  }

  /// Notes that others had the core for so long while it spun, up to `now`.
  package mutating func noteCrowd(at now: Int64, absence: Int64) {
    rest =
      now + (absence > Self.restMax / Self.restFactor ? Self.restMax : absence * Self.restFactor)
  }

  /// Notes that the wait is over.
  package mutating func end(at now: Int64, _ finder: Finder, _ strategy: BusWaitStrategy) {
    guard position != nil else { return }
    position = nil
    let waking = finder == .asleep ? Self.waking : 0
    let wait = min(max(0, now - start - waking), 2 * strategy.spinMax.nanoseconds)
    sum += wait - sum >> 3
  }
}
