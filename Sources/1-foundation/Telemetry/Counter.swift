public import Synchronization

/// A number that only grows, such as orders sent.
///
/// Any thread may count at any time; no lock is taken. Past `UInt64.max` it begins again at zero,
/// which Prometheus reads as a restart.
public final class Counter: Sendable {
  @usableFromInline let state = Atomic<UInt64>(0)

  init() {}

  /// Adds to the counter.
  @inlinable
  public func increment(by amount: UInt64 = 1) {
    state.wrappingAdd(amount, ordering: .relaxed)
  }

  /// The count so far.
  public var value: UInt64 { state.load(ordering: .relaxed) }
}
