public import OmniTime

/// Why a relational store gave no rows.
public enum SQLFailure: Error, Sendable, Hashable {
  /// What is known of what a statement was to change.
  public enum Fate: String, Sendable, Hashable, CaseIterable {
    /// Surely nothing was changed.
    case nothingDone
    /// It may have been done or not.
    case mayHaveBeenDone
  }

  /// The call was not made. Whoever passes it on through a breaker of its own throws the refusal.
  case notMade(SQLRefusal)
  /// The store cannot be reached or opened, or lets nobody in.
  case unreachable(SQLCause)
  /// The connection was there and is gone.
  case connectionLost(SQLCause, Fate)
  /// There was no answer in time.
  case timedOut(after: Interval, Fate)
  /// The task was cancelled while the statement ran.
  case cancelled(Fate)
  /// The store refused the statement, such as for its grammar or a constraint; nothing was changed.
  case statementRefused(SQLCause)
  /// Somebody else holds what the statement needs; nothing was changed, and later it may work.
  case contended(SQLCause)
  /// The store itself is ill: its file is damaged, its device failed or is full; it undid what was
  /// done.
  case storeFailed(SQLCause)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .notMade(let refusal): refusal.code
    case .unreachable: "SQS-009"
    case .connectionLost: "SQS-010"
    case .timedOut: "SQS-011"
    case .cancelled: "SQS-012"
    case .statementRefused: "SQS-013"
    case .contended: "SQS-014"
    case .storeFailed: "SQS-015"
    }
  }

  /// What is known of what the statement was to change.
  public var fate: Fate {
    switch self {
    case .connectionLost(_, let fate), .timedOut(_, let fate), .cancelled(let fate): fate
    case .notMade, .unreachable, .statementRefused, .contended, .storeFailed: .nothingDone
    }
  }

  /// What the store's own module says of it, or nil.
  public var cause: SQLCause? {
    switch self {
    case .unreachable(let cause), .connectionLost(let cause, _), .statementRefused(let cause),
      .contended(let cause), .storeFailed(let cause):
      cause
    case .notMade, .timedOut, .cancelled: nil
    }
  }

  /// The refusal, if the call was not made.
  public var refusal: SQLRefusal? { if case .notMade(let refusal) = self { refusal } else { nil } }

  /// The same of a call that changes nothing.
  package var ofRead: Self {
    switch self {
    case .connectionLost(let cause, _): .connectionLost(cause, .nothingDone)
    case .timedOut(let interval, _): .timedOut(after: interval, .nothingDone)
    case .cancelled: .cancelled(.nothingDone)
    default: self
    }
  }
}

extension SQLFailure: CustomStringConvertible {
  /// One line: what was wanted, and what stood against it; never a password.
  public var description: String {
    switch self {
    case .notMade(let refusal): "\(refusal)"
    case .unreachable(let cause): "\(code): the store cannot be reached: \(cause)"
    case .connectionLost(let cause, let fate):
      "\(code): the connection was lost; \(Self.words(fate)): \(cause)"
    case .timedOut(let interval, let fate):
      "\(code): no answer within \(interval.nanoseconds / 1_000_000) ms; \(Self.words(fate))"
    case .cancelled(let fate): "\(code): the task was cancelled; \(Self.words(fate))"
    case .statementRefused(let cause): "\(code): the store refused the statement: \(cause)"
    case .contended(let cause): "\(code): somebody else holds what it needs: \(cause)"
    case .storeFailed(let cause): "\(code): the store failed: \(cause)"
    }
  }

  private static func words(_ fate: Fate) -> String {
    switch fate {
    case .nothingDone: "nothing was changed"
    case .mayHaveBeenDone: "it may have been done"
    }
  }
}
