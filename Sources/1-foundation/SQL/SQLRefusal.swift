public import OmniClocks
public import OmniTime

/// Why a call of a store was not made: nothing was sent, and nothing is changed.
///
/// It says nothing of the store behind, so a breaker does not count it.
public enum SQLRefusal: Refusal, Sendable, Hashable {
  /// As many calls wait already as may.
  case queueFull(limit: Int)
  /// No connection became free in time.
  case waitedTooLong(Interval)
  /// The gate lets no more calls through now; when it may, if that is known.
  case limited(retryAfter: Interval?)
  /// The breaker keeps calls away from a store that fails; when it is tried again, if that is known.
  case open(breaker: String, retryAfter: Interval?)
  /// The pool is closed, or is being closed.
  case closed
  /// The task was cancelled before the call was made.
  case cancelled
  /// What the pool was to be made with, or was asked, does not fit.
  case callInvalid(String)
  /// The system gives no more threads.
  case noThread

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .queueFull: "SQS-001"
    case .waitedTooLong: "SQS-002"
    case .limited: "SQS-003"
    case .open: "SQS-004"
    case .closed: "SQS-005"
    case .cancelled: "SQS-006"
    case .callInvalid: "SQS-007"
    case .noThread: "SQS-008"
    }
  }

  /// When it may be tried again, if that is known.
  public var retryAfter: Interval? {
    switch self {
    case .limited(let interval), .open(_, let interval): interval
    default: nil
    }
  }
}

extension SQLRefusal: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String { "\(code): nothing was sent: \(sentence)" }

  private var sentence: String {
    let again = retryAfter.map { "; the next try is in \($0.nanoseconds / 1_000_000) ms" } ?? ""
    return switch self {
    case .queueFull(let limit): "\(limit) calls wait already; no more may"
    case .waitedTooLong(let interval):
      "no connection became free within \(interval.nanoseconds / 1_000_000) ms"
    case .limited: "the rate of calls is at its limit\(again)"
    case .open(let breaker, _): "the breaker \(breaker) is open\(again)"
    case .closed: "the pool is closed"
    case .cancelled: "the task was cancelled"
    case .callInvalid(let message): "the call does not fit: \(SQLCause.line(message))"
    case .noThread: "the system gives no thread"
    }
  }
}
