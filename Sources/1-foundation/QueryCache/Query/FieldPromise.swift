package import OmniClocks
package import OmniTime
import Synchronization

/// The answer on a field that is on its way; whoever waits for it does so for a limited time.
package final class FieldPromise: Sendable {
  private struct State {
    var answer: QueryResult.Field?
    var waiting: [UInt64: CheckedContinuation<QueryResult.Field?, Never>] = [:]
    var lastNumber: UInt64 = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// Gives the answer to all who wait and will; the first one counts.
  func fulfil(_ answer: QueryResult.Field) {
    let waiting = state.withLock { state -> [CheckedContinuation<QueryResult.Field?, Never>] in
      guard state.answer == nil else { return [] }
      state.answer = answer
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume(returning: answer) }
  }

  /// The answer, or that it took longer than `limit`, which ends at `deadline`.
  package func answer(
    by deadline: MonotonicInstant, _ limit: Interval, _ time: TimeSource
  ) async -> QueryResult.Field {
    if let answer = state.withLock({ $0.answer }) { return answer }
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    var timer: Task<Void, Never>?
    defer { timer?.cancel() }
    let answer = await withCheckedContinuation { continuation in
      let known = state.withLock { state in
        if state.answer == nil { state.waiting[number] = continuation }
        return state.answer
      }
      if let known { return continuation.resume(returning: known) }
      // Not before it waits, or a deadline that has passed could be over before there is anybody to
      // tell. Owned by this call, which cancels it when it ends.
      timer = Task {
        // Whoever is cancelled has his answer.
        guard (try? await time.sleep(until: deadline)) != nil else { return }
        giveUp(number)
      }
    }
    return answer ?? .failed(.timeLimit(limit))
  }

  private func giveUp(_ number: UInt64) {
    let continuation = state.withLock { $0.waiting.removeValue(forKey: number) }
    continuation?.resume(returning: nil)
  }
}
