public import OmniClocks
import OmniNumerics
public import OmniTime

/// How often and after which pauses a call that failed is made again.
///
/// The pauses grow by half each time and are drawn from nothing to their bound ("full jitter"), so
/// that many callers do not come back together. Source: Brooker, "Exponential Backoff And Jitter".
public struct Retry: Sendable {
  /// The most attempts, the first one counted.
  public var attemptCountMax: Int
  /// The bound of the first pause.
  public var pause: Interval
  /// The bound of every pause.
  public var pauseMax: Interval
  /// What the retries are taken from; nil: as many as attempts allow.
  public var budget: RetryBudget?
  /// Whether an error is worth another attempt: not a cancelled call, nor one that was refused.
  public var isWorthwhile: @Sendable (any Error) -> Bool

  /// Creates a rule of retries.
  ///
  /// - Precondition: There is at least one attempt, and the pauses are not negative.
  public init(
    attemptCountMax: Int = 3, pause: Interval = .milliseconds(50), pauseMax: Interval = .seconds(2),
    budget: RetryBudget? = nil,
    isWorthwhile: @escaping @Sendable (any Error) -> Bool = {
      !($0 is CancellationError || $0 is any Refusal)
    }
  ) {
    precondition(attemptCountMax > 0 && pause >= .zero && pauseMax >= pause, "a rule of retries")
    self.attemptCountMax = attemptCountMax
    self.pause = pause
    self.pauseMax = pauseMax
    self.budget = budget
    self.isWorthwhile = isWorthwhile
  }

  /// The bound of the pause after so many attempts.
  public func pauseBound(afterAttempts count: Int) -> Interval {
    var bound = pause.nanoseconds
    for _ in 1..<max(1, count) where bound < pauseMax.nanoseconds {
      bound = min(pauseMax.nanoseconds, bound + max(1, bound / 2))
    }
    return Interval(nanoseconds: bound)
  }

  /// Makes a call, and makes it again as the rule says.
  ///
  /// - Parameter seed: What the pauses are drawn from.
  /// - Throws: What the last attempt threw.
  public func call<Value>(
    time: TimeSource = .machine, seed: UInt64 = .random(in: 0 ... .max),
    _ operation: () async throws -> Value
  ) async throws -> Value {
    var random = SplitMix64(seed: seed)
    budget?.recordCall()
    var attempts = 0
    while true {
      attempts += 1
      do {
        return try await operation()
      } catch {
        guard attempts < attemptCountMax, isWorthwhile(error), budget?.take() ?? true else {
          throw error
        }
      }
      let bound = UInt64(pauseBound(afterAttempts: attempts).nanoseconds)
      try await time.sleep(for: Interval(nanoseconds: Int64(random.below(bound + 1))))
    }
  }
}
