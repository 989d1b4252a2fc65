import Synchronization

/// What a task waits for: the result of one call, which comes once.
final class SQLPromise<Value: Sendable>: Sendable {
  typealias Answer = Result<Value, SQLFailure>

  private enum State {
    case fresh
    case waiting(CheckedContinuation<Answer, Never>)
    case early(Answer)
    case ended
  }

  private let state = Mutex(State.fresh)

  /// Whether nobody waits for it any more.
  var isEnded: Bool {
    state.withLock { state in
      switch state {
      case .fresh, .waiting: false
      case .early, .ended: true
      }
    }
  }

  /// Begins to wait; false if the answer was there before, and is given now.
  func begin(_ continuation: CheckedContinuation<Answer, Never>) -> Bool {
    let early: Answer? = state.withLock { state in
      if case .early(let answer) = state {
        state = .ended
        return answer
      }
      state = .waiting(continuation)
      return nil
    }
    if let early { continuation.resume(returning: early) }
    return early == nil
  }

  /// Gives the answer, and says whether it was the first.
  @discardableResult
  func end(_ answer: Answer) -> Bool {
    let (isFirst, waiting) = state.withLock {
      state -> (Bool, CheckedContinuation<Answer, Never>?) in
      switch state {
      case .fresh:
        state = .early(answer)
        return (true, nil)
      case .waiting(let continuation):
        state = .ended
        return (true, continuation)
      case .early, .ended: return (false, nil)
      }
    }
    waiting?.resume(returning: answer)
    return isFirst
  }
}
