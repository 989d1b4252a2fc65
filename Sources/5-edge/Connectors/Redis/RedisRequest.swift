import OmniClocks
import OmniTime
import Synchronization

/// What a task waits for: one command or several that belong together.
final class RedisRequest: Sendable {
  private enum State {
    case fresh
    case waiting(CheckedContinuation<[RedisReply], any Error>)
    /// It has ended before anybody waited for it.
    case settled(Result<[RedisReply], any Error>)
    case ended
  }

  /// The first command, for messages.
  let command: RedisCommand
  /// All commands as they are sent.
  let bytes: [UInt8]
  /// How many replies there will be.
  let replyCount: Int
  /// When it was made.
  let start: MonotonicInstant
  /// How long it may take.
  let timeout: Interval
  private let state = Mutex(State.fresh)

  init(_ commands: [RedisCommand], _ first: RedisCommand, timeout: Interval) {
    command = first
    var encoded: [UInt8] = []
    encoded.reserveCapacity(commands.reduce(0) { $0 + $1.encodedBytes })
    for command in commands { command.encode(into: &encoded) }
    bytes = encoded
    replyCount = commands.count
    self.timeout = timeout
    start = TimeSource.machine.now()
  }

  /// When whoever waits is told that it took too long.
  var deadline: MonotonicInstant { start + timeout }

  /// Whether nobody waits for it any more.
  var isEnded: Bool {
    state.withLock { state in
      switch state {
      case .fresh, .waiting: false
      case .settled, .ended: true
      }
    }
  }

  /// Begins to wait, unless it has ended before.
  func begin(_ continuation: CheckedContinuation<[RedisReply], any Error>) -> Bool {
    let result = state.withLock { state -> Result<[RedisReply], any Error>? in
      switch state {
      case .fresh:
        state = .waiting(continuation)
        return nil
      case .settled(let result):
        state = .ended
        return result
      case .waiting, .ended: return .failure(CancellationError())
      }
    }
    guard let result else { return true }
    continuation.resume(with: result)
    return false
  }

  /// The replies, if they came before anybody waited for them.
  func settledReplies() throws -> [RedisReply]? {
    let result = state.withLock { state -> Result<[RedisReply], any Error>? in
      guard case .settled(let result) = state else { return nil }
      state = .ended
      return result
    }
    return try result?.get()
  }

  /// Hands the replies over.
  func succeed(_ replies: [RedisReply]) { end(.success(replies)) }

  /// Tells why there are no replies; does nothing if it has ended.
  func fail(_ error: any Error) { end(.failure(error)) }

  /// Tells that there was no reply in time.
  func fail(timedOutAs fate: RedisFailure.Fate) {
    fail(RedisFailure.timedOut(command: command.name, after: timeout, fate: fate))
  }

  private func end(_ result: Result<[RedisReply], any Error>) {
    let continuation = state.withLock { state -> CheckedContinuation<[RedisReply], any Error>? in
      switch state {
      case .fresh:
        state = .settled(result)
        return nil
      case .waiting(let continuation):
        state = .ended
        return continuation
      case .settled, .ended: return nil
      }
    }
    continuation?.resume(with: result)
  }
}
