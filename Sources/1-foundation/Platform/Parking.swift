import CPlatform
import Glibc
public import Synchronization

/// A place where threads sleep until something has changed, and that costs nobody anything while
/// nobody sleeps there.
///
/// The usual event count: whoever is about to sleep counts itself, then looks once more; whoever
/// changes something looks at the count afterwards. Between the two steps of either side stands a
/// sequentially consistent fence (Dekker's pattern), so one of them sees the other. The last look
/// is taken under the lock that the waker takes too, so no signal falls between look and sleep.
@safe public final class Parking {
  /// How many threads sleep or are about to.
  private let count: UnsafeMutablePointer<Atomic<UInt64>>
  private let shared: UnsafeMutablePointer<State>

  @safe private struct State {
    var lock = unsafe pthread_mutex_t()
    var changed = pthread_cond_t()
  }

  /// Creates a place whose sleepers are counted at `count`, which outlives it.
  public init(counting count: UnsafeMutablePointer<Atomic<UInt64>>) {
    unsafe self.count = count
    unsafe shared = .allocate(capacity: 1)
    unsafe shared.initialize(to: State())
    var attributes = pthread_condattr_t()
    _ = unsafe pthread_condattr_init(&attributes)
    _ = unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    _ = unsafe pthread_mutex_init(&shared.pointee.lock, nil)
    _ = unsafe pthread_cond_init(&shared.pointee.changed, &attributes)
    _ = unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    _ = unsafe pthread_cond_destroy(&shared.pointee.changed)
    _ = unsafe pthread_mutex_destroy(&shared.pointee.lock)
    unsafe shared.deinitialize(count: 1)
    unsafe shared.deallocate()
  }

  /// Sleeps until `isDone` holds or the monotonic clock shows `deadline` nanoseconds.
  ///
  /// - Returns: whether `isDone` held at the end.
  public func sleep(until deadline: Int64, _ isDone: () -> Bool) -> Bool {
    _ = unsafe count.pointee.add(1, ordering: .sequentiallyConsistent)
    defer { _ = unsafe count.pointee.subtract(1, ordering: .sequentiallyConsistent) }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    defer { _ = unsafe pthread_mutex_unlock(&shared.pointee.lock) }
    var time = timespec()
    time.tv_sec = Int(deadline / 1_000_000_000)
    time.tv_nsec = Int(deadline % 1_000_000_000)
    while !isDone() {
      let result = unsafe pthread_cond_timedwait(
        &shared.pointee.changed, &shared.pointee.lock, &time)
      if result != 0 { return isDone() }
    }
    return true
  }

  /// Wakes all who sleep.
  ///
  /// Call it when the count, read behind a fence, was not zero.
  @inline(never)
  public func wake() {
    // Whoever looked before the change sleeps once the lock can be had; and who wakes finds it free.
    _ = unsafe pthread_mutex_lock(&shared.pointee.lock)
    _ = unsafe pthread_mutex_unlock(&shared.pointee.lock)
    _ = unsafe pthread_cond_broadcast(&shared.pointee.changed)
  }

  /// Wakes all who sleep, if somebody does.
  public func wakeIfNeeded() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if unsafe count.pointee.load(ordering: .relaxed) != 0 { wake() }
  }

  /// Lets another thread have the core.
  public static func giveWay() { _ = sched_yield() }

  /// Tells the processor that the calling thread only looks again and again.
  ///
  /// It costs some tens of cycles, which are those of a thread on the same core, if there is one.
  public static func relax() { omni_relax() }
}

// The count is atomic, the rest is behind the lock or never changes.
extension Parking: @unchecked Sendable {}
