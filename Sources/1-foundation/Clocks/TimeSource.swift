public import CClock

/// Where a component has its time from: the machine, or somebody who sets it.
///
/// It is an enumeration and not a protocol, so that to read the machine's clock costs no more than
/// the clock itself.
@frozen
public enum TimeSource: Sendable {
  /// The machine's monotonic clock.
  case machine
  /// A clock that stands still until it is moved.
  case manual(ManualTime)

  /// The present instant.
  @inlinable
  public func now() -> MonotonicInstant {
    switch self {
    case .machine:
      // It fails only for a clock that does not exist; a negative instant stops the program.
      MonotonicInstant(nanoseconds: omni_monotonic_nanoseconds())
    case .manual(let time):
      time.now
    }
  }
}
