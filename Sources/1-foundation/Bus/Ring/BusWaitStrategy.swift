public import OmniTime

/// How a thread waits for something that may come at once or not for long.
///
/// To spin answers fastest, and takes the core from whoever should bring what is waited for when
/// there are not enough cores; to sleep costs the waker a system call, and the sleeper some
/// microseconds to get going. So by default a thread spins for about as long as falling asleep and
/// being woken take, gives way a few times, and then sleeps until it is woken: it never costs more
/// than twice what the better of the two would have, whatever comes (Karlin, Li, Manasse and Owicki,
/// "Empirical studies of competitive spinning for a shared-memory multiprocessor", SOSP 1991).
@frozen
public struct BusWaitStrategy: Sendable, Hashable {
  /// For how long it looks again and again before it gives way.
  public let spin: Interval
  /// How often it gives way before it sleeps.
  public let yieldCount: Int

  /// Creates a strategy; what is negative is taken as zero.
  @inlinable
  public init(spin: Interval, yieldCount: Int) {
    self.spin = max(.zero, spin)
    self.yieldCount = max(0, yieldCount)
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
