import Synchronization

/// Wakes the one thread that waits at it.
///
/// A ring that comes while the thread is busy is kept for its next wait; several count as one.
@safe public final class Doorbell {
  private let count: UnsafeMutablePointer<Atomic<UInt64>>
  private let parking: Parking
  private let isRung = Atomic(false)

  /// Creates a bell that nobody has rung.
  public init() {
    unsafe count = .allocate(capacity: 1)
    unsafe count.initialize(to: Atomic(0))
    unsafe parking = Parking(counting: count)
  }

  deinit {
    unsafe count.deinitialize(count: 1)
    unsafe count.deallocate()
  }

  /// Wakes the thread that waits, or that waits next.
  public func ring() {
    isRung.store(true, ordering: .sequentiallyConsistent)
    parking.wakeIfNeeded()
  }

  /// Returns when somebody has rung.
  public func wait() {
    // No deadline is meant; an hour is one that every clock can write down.
    var isDone = false
    while !isDone {
      isDone = parking.sleep(until: Machine.monotonicNanoseconds + 3_600_000_000_000) {
        isRung.exchange(false, ordering: .sequentiallyConsistent)
      }
    }
  }
}

// The pointer never changes, and what is behind it is atomic.
extension Doorbell: @unchecked Sendable {}
