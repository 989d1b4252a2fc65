import OmniClocks
import OmniPlatform
import OmniTime
import Synchronization

/// Tells one thread to end, and wakes it from its pauses.
@safe final class StopSignal {
  private let sleepers: UnsafeMutablePointer<Atomic<UInt64>>
  private let parking: Parking
  private let flag = Atomic<Bool>(false)

  init() {
    unsafe sleepers = .allocate(capacity: 1)
    unsafe sleepers.initialize(to: Atomic(0))
    parking = unsafe Parking(counting: sleepers)
  }

  deinit {
    unsafe sleepers.deinitialize(count: 1)
    unsafe sleepers.deallocate()
  }

  /// Whether the thread is to end.
  var isSet: Bool { flag.load(ordering: .acquiring) }

  /// Tells the thread to end.
  func set() {
    flag.store(true, ordering: .sequentiallyConsistent)
    parking.wakeIfNeeded()
  }

  /// Waits for `interval`, or until the thread is to end.
  func pause(_ interval: Interval) {
    let end = TimeSource.machine.now() + interval
    _ = parking.sleep(until: end.nanoseconds) { isSet }
  }
}

// The flag and the count are atomic; the address never changes.
extension StopSignal: @unchecked Sendable {}
