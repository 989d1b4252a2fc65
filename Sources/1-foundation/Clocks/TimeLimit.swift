public import OmniTime

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
/// - Throws: `TimeLimitExceeded`, or what the call throws.
public func withTimeLimit<Value: Sendable>(
  _ limit: Interval, time: TimeSource = .machine,
  _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask { try await operation() }
    group.addTask {
      try await time.sleep(for: limit)
      return nil
    }
    defer { group.cancelAll() }
    // The first to end decides: the call's result or error, or the time.
    guard let first = try await group.next(), let value = first else {
      throw TimeLimitExceeded(limit: limit)
    }
    return value
  }
}
