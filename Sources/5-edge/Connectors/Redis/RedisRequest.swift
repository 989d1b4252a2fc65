import OmniClocks
import OmniTime
import Synchronization

/// What a task waits for: one command or several that belong together.
final class RedisRequest: Sendable {
  private enum State {
    case fresh
    case waiting(CheckedContinuation<[RedisReply], any Error>)
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
      if case .ended = state { return true }
      return false
    }
  }

  /// Begins to wait, unless it was cancelled before.
  func begin(_ continuation: CheckedContinuation<[RedisReply], any Error>) -> Bool {
    let isBegun = state.withLock { state in
      guard case .fresh = state else { return false }
      state = .waiting(continuation)
      return true
    }
    if !isBegun { continuation.resume(throwing: CancellationError()) }
    return isBegun
  }

  /// Hands the replies over.
  func succeed(_ replies: [RedisReply]) { end()?.resume(returning: replies) }

  /// Tells why there are no replies; does nothing if it has ended.
  func fail(_ error: any Error) { end()?.resume(throwing: error) }

  /// Tells that there was no reply in time.
  func fail(timedOutAs fate: RedisFailure.Fate) {
    fail(RedisFailure.timedOut(command: command.name, after: timeout, fate: fate))
  }

  private func end() -> CheckedContinuation<[RedisReply], any Error>? {
    state.withLock { state in
      defer { state = .ended }
      if case .waiting(let continuation) = state { return continuation }
      return nil
    }
  }
}
