public import OmniTime

/// How a thread waits for something that may come at once or not for long.
///
/// To spin answers fastest, and takes the core from whoever should bring what is waited for when
/// there are not enough cores; to sleep costs the waker a system call, and the sleeper some tens of
/// microseconds to get going. A thread that spins for about as long as that takes, and then sleeps,
/// never costs more than twice what the better of the two would have, whatever comes (Karlin, Li,
/// Manasse and Owicki, "Empirical studies of competitive spinning for a shared-memory
/// multiprocessor", SOSP 1991). As they propose there, a reader does better when it knows how long
/// its last waits took: ``adaptive`` spins as long as events usually are apart, and not at all when
/// they usually are further apart than ``spinMax`` or when others want the core.
@frozen
public struct BusWaitStrategy: Sendable, Hashable {
  /// For how long it looks again and again before it gives way, at least if it does so at all.
  public let spin: Interval
  /// For how long a reader does when events usually are that close; ``spin`` or more.
  ///
  /// A reader whose events come at least this often takes a whole core; that is what it costs.
  public let spinMax: Interval
  /// How often it gives way before it sleeps.
  public let yieldCount: Int

  /// Creates a strategy; what is negative is taken as zero, and what is too long as ten milliseconds.
  ///
  /// - Parameter spinMax: nil for readers that always spin for `spin`.
  @inlinable
  public init(spin: Interval, yieldCount: Int, spinMax: Interval? = nil) {
    self.spin = min(max(.zero, spin), .milliseconds(10))
    self.spinMax = max(self.spin, min(spinMax ?? .zero, .milliseconds(10)))
    self.yieldCount = max(0, yieldCount)
  }

  /// Whether a reader's spinning follows how far apart events are.
  @inlinable
  public var isAdaptive: Bool { spinMax > spin }

  /// Spins for as long as events usually are apart if that is at most 200 microseconds, and then
  /// sleeps; a writer that waits for room spins for 20 microseconds.
  @inlinable
  public static var adaptive: Self {
    Self(
      spin: Interval(nanoseconds: 20_000), yieldCount: 2, spinMax: Interval(nanoseconds: 200_000))
  }
  /// Spins for 20 microseconds, then sleeps.
  @inlinable
  public static var spinThenPark: Self {
    Self(spin: Interval(nanoseconds: 20_000), yieldCount: 2)
  }
  /// Sleeps at once: for readers that nobody is in a hurry for.
  @inlinable
  public static var park: Self { Self(spin: .zero, yieldCount: 0) }
}
