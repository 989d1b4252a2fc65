/// How a thread waits for something that may come at once or not for long.
///
/// To spin answers fastest, and takes the core from whoever should bring what is waited for when
/// there are not enough cores; to sleep costs the waker a system call. So by default a thread spins
/// for some microseconds, gives way a few times, and then sleeps until it is woken.
@frozen
public struct BusWaitStrategy: Sendable, Hashable {
  /// How often it looks before it gives way; each look takes about a nanosecond.
  public let spinCount: Int
  /// How often it gives way before it sleeps.
  public let yieldCount: Int

  /// Creates a strategy; negative counts are taken as zero.
  @inlinable
  public init(spinCount: Int, yieldCount: Int) {
    self.spinCount = max(0, spinCount)
    self.yieldCount = max(0, yieldCount)
  }

  /// Spins briefly, then sleeps.
  @inlinable
  public static var spinThenPark: Self { Self(spinCount: 2_000, yieldCount: 4) }
  /// Sleeps at once: for readers that nobody is in a hurry for.
  @inlinable
  public static var park: Self { Self(spinCount: 0, yieldCount: 0) }
}
