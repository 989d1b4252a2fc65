public import OmniCircuitBreaker
public import OmniClocks
public import OmniQueryCache
public import OmniRateGate
public import OmniTime

/// A call was refused by a limiter.
public struct RateLimited: Refusal, Sendable, Hashable, CustomStringConvertible {
  /// The key.
  public let key: String
  /// The decision.
  public let decision: RateDecision

  /// The stable code of the error.
  public var code: String { "RES-001" }

  /// One line: what was, and when it may be tried again.
  public var description: String {
    let retry =
      decision.retryAfter.map { "it may go in \($0.nanoseconds) ns" }
      ?? "it asks for more than ever goes at once"
    return "\(code): the limit of \(key) is reached; \(retry)"
  }
}

/// A function that asks a limiter before it is called.
///
///     let quote = limit(gate, by: { $0 }, protect(breaker, cached(cache, fetchQuote)))
///     let bitcoin = try await quote("BTC")
///
/// - Parameters:
///   - key: What is counted together.
///   - cost: What a call costs.
/// - Returns: The function; it throws `RateLimited` if the limiter refuses.
public func limit<Input: Sendable, Output: Sendable>(
  _ gate: RateGate, by key: @escaping @Sendable (Input) -> String = { _ in "all" },
  cost: @escaping @Sendable (Input) -> Int = { _ in 1 },
  _ call: @escaping @Sendable (Input) async throws -> Output
) -> @Sendable (Input) async throws -> Output {
  { input in
    let key = key(input)
    let decision = gate.decide(key, cost: cost(input))
    guard decision.isAllowed else { throw RateLimited(key: key, decision: decision) }
    return try await call(input)
  }
}

/// A function that asks the limiter of a cluster before it is called.
public func limit<Input: Sendable, Output: Sendable>(
  _ gate: SharedGate, by key: @escaping @Sendable (Input) -> String = { _ in "all" },
  cost: @escaping @Sendable (Input) -> Int = { _ in 1 },
  _ call: @escaping @Sendable (Input) async throws -> Output
) -> @Sendable (Input) async throws -> Output {
  { input in
    let key = key(input)
    let decision = try await gate.decide(key, cost: cost(input))
    guard decision.isAllowed else { throw RateLimited(key: key, decision: decision) }
    return try await call(input)
  }
}

/// A function of which as many calls run at a time as the service shows it can bear.
public func limit<Input: Sendable, Output: Sendable>(
  _ gate: SelfTuningGate, _ call: @escaping @Sendable (Input) async throws -> Output
) -> @Sendable (Input) async throws -> Output {
  { input in try await gate.call { try await call(input) } }
}

/// A function that a breaker keeps from being called while it fails.
public func protect<Input: Sendable, Output: Sendable>(
  _ breaker: CircuitBreaker, _ call: @escaping @Sendable (Input) async throws -> Output
) -> @Sendable (Input) async throws -> Output {
  { input in try await breaker.call { try await call(input) } }
}

/// A function with so many calls at a time, and so many that wait.
public func protect<Input: Sendable, Output: Sendable>(
  _ bulkhead: Bulkhead, _ call: @escaping @Sendable (Input) async throws -> Output
) -> @Sendable (Input) async throws -> Output {
  { input in try await bulkhead.call { try await call(input) } }
}

/// A function whose calls take at most so long.
public func within<Input: Sendable, Output: Sendable>(
  _ limit: Interval, time: TimeSource = .machine,
  _ call: @escaping @Sendable (Input) async throws -> Output
) -> @Sendable (Input) async throws -> Output {
  { input in try await withTimeLimit(limit, time: time) { try await call(input) } }
}

/// A function that is called again when it fails, as a rule says.
public func retried<Input: Sendable, Output: Sendable>(
  _ rule: Retry, time: TimeSource = .machine,
  _ call: @escaping @Sendable (Input) async throws -> Output
) -> @Sendable (Input) async throws -> Output {
  { input in try await rule.call(time: time) { try await call(input) } }
}

/// A function that is called only for what a cache does not have.
public func cached<Key: CacheKey & Hashable, Value: Sendable>(
  _ cache: LoadingCache<Key, Value>, _ call: @escaping @Sendable (Key) async throws -> Value
) -> @Sendable (Key) async throws -> Value {
  { key in try await cache.value(for: key) { try await call(key) } }
}
