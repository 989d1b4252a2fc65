public import OmniClocks
public import OmniTime

/// Makes a call a second time when the first takes long, and takes the result that comes first.
///
/// For calls that may be made twice. The other call is cancelled. Source: Dean and Barroso, "The
/// Tail at Scale", Communications of the ACM 56 (2013).
public struct Hedge: Sendable {
  /// After which time the next call is made.
  public var delay: Interval
  /// The most calls at a time.
  public var callCountMax: Int
  /// What the further calls are taken from; nil: they are always made.
  public var budget: RetryBudget?

  /// Creates a rule.
  ///
  /// - Precondition: The delay is not negative, and there is at least one call.
  public init(delay: Interval, callCountMax: Int = 2, budget: RetryBudget? = nil) {
    precondition(delay >= .zero && callCountMax > 0, "a rule for at least one call")
    self.delay = delay
    self.callCountMax = callCountMax
    self.budget = budget
  }

  private enum Event<Value: Sendable>: Sendable {
    case value(Value)
    case failure(any Error)
    case late
  }

  /// Makes a call, and others beside it as the rule says; each is told its number, from 0.
  ///
  /// - Throws: What the last call to end threw, if all of them failed.
  public func call<Value: Sendable>(
    time: TimeSource = .machine, _ operation: @escaping @Sendable (Int) async throws -> Value
  ) async throws -> Value {
    budget?.recordCall()
    return try await withThrowingTaskGroup(of: Event<Value>.self) { group in
      defer { group.cancelAll() }
      var begun = 0
      var running = 0
      func begin() {
        let number = begun
        begun += 1
        running += 1
        group.addTask {
          do {
            return .value(try await operation(number))
          } catch {
            return .failure(error)
          }
        }
        guard begun < callCountMax else { return }
        group.addTask {
          try await time.sleep(for: delay)
          return .late
        }
      }
      begin()
      while let event = try await group.next() {
        switch event {
        case .value(let value): return value
        case .late:
          if begun < callCountMax, budget?.take() ?? true { begin() }
        case .failure(let error):
          running -= 1
          // Others may still give a result; a failure does not begin a call, retries do that.
          if running == 0 { throw error }
        }
      }
      throw CancellationError()
    }
  }
}
