public import OmniTime
import Synchronization

/// A call took longer than it may.
public struct TimeLimitExceeded: Error, Sendable, Hashable, CustomStringConvertible {
  /// How long it may take.
  public let limit: Interval

  /// The stable code of the error.
  public var code: String { "CLK-001" }

  /// One line: what was wanted.
  public var description: String { "\(code): no result within \(limit.nanoseconds) ns" }
}

/// Makes a call and gives up after `limit`: the call is cancelled, and its result thrown away.
///
/// It returns when the call has ended: a call that does not heed its being cancelled is waited for.
///
/// - Parameter startsInPlace: Whether the call begins on this thread, and on another one only after
///   it has suspended; one that ends before that costs no timer and no change of thread. The time
///   counts from the beginning, but what is done before the call suspends cannot be given up.
/// - Throws: `TimeLimitExceeded`, or what the call throws.
public func withTimeLimit<Value: Sendable>(
  _ limit: Interval, time: TimeSource = .machine, startsInPlace: Bool = false,
  _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let deadline = time.now() + limit
  return try await withThrowingTaskGroup(of: Value?.self) { group in
    defer { group.cancelAll() }
    let end = CallEnd()
    if startsInPlace {
      group.addImmediateTask {
        defer { end.isReached.store(true, ordering: .releasing) }
        return try await operation()
      }
    } else {
      group.addTask { try await operation() }
    }
    if !end.isReached.load(ordering: .acquiring) {
      group.addTask {
        try await time.sleep(until: deadline)
        return nil
      }
    }
    // The first to end decides: the call's result or error, or the time.
    guard let first = try await group.next(), let value = first else {
      throw TimeLimitExceeded(limit: limit)
    }
    return value
  }
}

/// Whether a call has ended.
private final class CallEnd: Sendable {
  let isReached = Atomic<Bool>(false)
}
