public import OmniClocks
public import OmniTime

/// What one node holds of a shared limit: a few units taken in advance for a short time, which it
/// gives out without asking anybody.
///
/// A plain value: it says when units are to be taken and is told what was given. How many it takes
/// follows what the node used of late, from one to `unitsMax`. Units that are not given out in
/// their time are lost, so a node can only delay what others could have used, for that time.
///
/// - Invariant: in any window of t the nodes together let at most rate × t + burst +
///   nodes × `unitsMax` through: what was taken before the window and is given out in it.
public struct LeaseBook: Sendable {
  /// The settings.
  public struct Configuration: Sendable, Hashable {
    /// The most units that a node holds.
    public var unitsMax: Int
    /// How long a node may hold them.
    public var lasting: Interval

    /// Creates the settings.
    ///
    /// - Precondition: Both are positive.
    public init(unitsMax: Int = 100, lasting: Interval = .milliseconds(200)) {
      precondition(unitsMax > 0 && lasting > .zero, "some units for some time")
      self.unitsMax = unitsMax
      self.lasting = lasting
    }

    /// By how much `nodes` may exceed the shared limit together in any window.
    public func overshootMax(nodes: Int) -> Int { nodes * unitsMax }
  }

  /// What is to be done with a request.
  public enum Answer: Sendable, Hashable {
    /// It goes.
    case allowed(remaining: Int)
    /// It does not; the shared limit said when it is worth asking again.
    case refused(retryAfter: Interval)
    /// Units are to be taken from the shared limit first: so many, or at least what it costs.
    case take(wanted: Int, least: Int)
  }

  private let configuration: Configuration
  /// The least time between two questions while the shared limit gives less than is wanted.
  private let pause: Interval
  private var units = 0
  private var expiry = MonotonicInstant.origin
  private var refusedUntil = MonotonicInstant.origin
  private var used = 0
  private var size = 1
  /// What was asked for and not had since the last grant.
  private var missed = 0

  /// Creates a book without units, of a limit with the rule `rule`.
  public init(_ configuration: Configuration, _ rule: RateRule) {
    self.configuration = configuration
    // What comes back in the pause stays below a quarter of the burst, so nothing of it is lost.
    let quarter = rule.spacing * Int64(rule.burst) / 4
    pause = Interval(nanoseconds: min(configuration.lasting.nanoseconds / 8, quarter))
  }

  /// Whether nothing would be lost by forgetting the book.
  public func isIdle(at now: MonotonicInstant) -> Bool {
    (units == 0 || now >= expiry) && now >= refusedUntil
  }

  /// Decides on a request of `cost`, not more than the units that a node may hold.
  public mutating func ask(_ cost: Int, at now: MonotonicInstant) -> Answer {
    precondition((0...configuration.unitsMax).contains(cost), "a cost that a lease can have")
    if now >= expiry { units = 0 }
    if cost <= units {
      units -= cost
      used += cost
      return .allowed(remaining: units)
    }
    if now < refusedUntil { return .refused(retryAfter: refusedUntil - now) }
    missed = min(configuration.unitsMax, missed + cost)
    return .take(wanted: max(cost, size) - units, least: cost - units)
  }

  /// Notes what the shared limit gave; whoever waited for it asks again.
  ///
  /// - Parameters:
  ///   - wanted: What was asked for.
  ///   - asked: When the shared limit was asked: the lease counts from there.
  public mutating func receive(
    _ grant: SharedGrant, wanted: Int, asked: MonotonicInstant, at now: MonotonicInstant
  ) {
    // Used up before its time: more next time. Half of it left: less.
    size = used * 2 > size ? min(configuration.unitsMax, size * 2) : max(1, size - size / 4)
    size = max(size, missed)
    used = 0
    missed = 0
    if now >= expiry { units = 0 }
    if grant.granted < wanted { refusedUntil = now + max(grant.retryAfter, pause) }
    guard grant.granted > 0 else { return }
    units = min(configuration.unitsMax, units + grant.granted)
    expiry = asked + configuration.lasting
  }
}
