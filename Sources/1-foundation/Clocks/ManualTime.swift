public import OmniTime
public import Synchronization

/// A clock that stands still until it is moved, for tests and simulations.
///
/// Any thread may read it and move it. Who sleeps on it wakes when it is moved to the deadline.
public final class ManualTime: Sendable {
  private struct Sleepers {
    var lastNumber: UInt64 = 0
    var waiting: [UInt64: (deadline: Int64, continuation: CheckedContinuation<Void, any Error>)] =
      [:]
    /// Cancelled before they had begun to wait.
    var cancelled: Set<UInt64> = []
  }

  @usableFromInline let nanoseconds: Atomic<Int64>
  private let sleepers = Mutex(Sleepers())

  /// Creates a clock that shows `start`.
  public init(start: MonotonicInstant = .origin) {
    nanoseconds = Atomic(start.nanoseconds)
  }

  /// What the clock shows.
  @inlinable
  public var now: MonotonicInstant {
    MonotonicInstant(nanoseconds: nanoseconds.load(ordering: .acquiring))
  }

  /// How many tasks sleep on the clock.
  public var sleeperCount: Int { sleepers.withLock { $0.waiting.count } }

  /// The earliest deadline that a task sleeps for.
  public var nextDeadline: MonotonicInstant? {
    sleepers.withLock { $0.waiting.values.map(\.deadline).min() }
      .map { MonotonicInstant(nanoseconds: $0) }
  }

  /// Moves the clock forward, and wakes those whose deadline has come, earliest first.
  ///
  /// - Precondition: `interval` is not negative, and the sum can be written down.
  public func advance(by interval: Interval) {
    precondition(interval >= .zero, "a monotonic clock does not go back")
    let (_, sum) = nanoseconds.add(interval.nanoseconds, ordering: .acquiringAndReleasing)
    precondition(sum >= 0, "an instant that can be written down")
    let due = sleepers.withLock { state in
      let due = state.waiting.filter { $0.value.deadline <= sum }
      for number in due.keys { state.waiting[number] = nil }
      return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
    }
    for sleeper in due { sleeper.value.continuation.resume() }
  }

  func sleep(until deadline: MonotonicInstant) async throws {
    let number = sleepers.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Void, any Error>) in
        let answer: Result<Void, any Error>? = sleepers.withLock { state in
          if state.cancelled.remove(number) != nil { return .failure(CancellationError()) }
          // The clock is read within the lock: whoever moves it looks here afterwards.
          if deadline <= now { return .success(()) }
          state.waiting[number] = (deadline.nanoseconds, continuation)
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let sleeper = sleepers.withLock { state in
        let sleeper = state.waiting.removeValue(forKey: number)
        if sleeper == nil { state.cancelled.insert(number) }
        return sleeper
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
    // A cancellation that came after the waking left its mark.
    sleepers.withLock { _ = $0.cancelled.remove(number) }
  }
}
