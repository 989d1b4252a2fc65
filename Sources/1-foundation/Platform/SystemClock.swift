import Glibc
public import OmniTime

/// The machine's clock.
public struct SystemClock: Clock {
  /// Creates a clock; all of them show the same.
  public init() {}

  /// The present instant, as the operating system has it.
  public func now() -> Timestamp {
    var time = timespec()
    // It fails only for a clock that does not exist or an address that is not valid.
    let isRead = unsafe clock_gettime(CLOCK_REALTIME, &time) == 0
    precondition(isRead, "a clock that can be read")
    return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
