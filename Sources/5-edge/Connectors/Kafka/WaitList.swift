import OmniClocks

/// Tasks that wait for something, each until its deadline, the first to come first.
///
/// Whoever takes a waiter out resumes it, outside the lock that guards the list.
///
/// - Complexity: O(waiters) for each change but adding; there are as many as tasks that produce.
struct WaitList {
  /// How a waiting ended.
  enum End: Sendable {
    case woken, expired, cancelled, closed
  }

  struct Waiter {
    let number: UInt64
    let deadline: MonotonicInstant
    let continuation: CheckedContinuation<End, Never>
  }

  private var waiters: [Waiter] = []

  /// The earliest deadline.
  var nextDeadline: MonotonicInstant? { waiters.lazy.map(\.deadline).min() }

  mutating func add(_ waiter: Waiter) { waiters.append(waiter) }

  mutating func remove(_ number: UInt64) -> Waiter? {
    waiters.firstIndex { $0.number == number }.map { waiters.remove(at: $0) }
  }

  /// Takes the first `count`.
  mutating func first(_ count: Int) -> [Waiter] {
    let taken = Array(waiters.prefix(count))
    waiters.removeFirst(taken.count)
    return taken
  }

  /// Takes all.
  mutating func all() -> [Waiter] { first(waiters.count) }

  /// Takes those whose deadline has come.
  mutating func expired(at now: MonotonicInstant) -> [Waiter] {
    guard waiters.contains(where: { $0.deadline <= now }) else { return [] }
    let taken = waiters.filter { $0.deadline <= now }
    waiters.removeAll { $0.deadline <= now }
    return taken
  }
}
