import OmniClocks
import OmniTime

/// A connection of a lane that is up: its socket, and what is under way on it.
///
/// - Invariant: whoever took it out of the lane's state is the only one to use it until it is back.
final class RedisLink {
  /// How long whoever calls waits for the replies at most.
  ///
  /// A server that is near answers in a fraction of it; a thread that is woken to do the waiting
  /// costs about as much.
  static let patience = Interval(nanoseconds: 100_000)

  let socket: RedisSocket
  var exchange: RedisExchange
  /// Why it is of no use any more.
  private(set) var failure: RedisFailure?

  init(_ socket: RedisSocket, _ counters: RedisCounters) {
    self.socket = socket
    exchange = RedisExchange(counters)
  }

  /// Whether nothing is under way, and nothing came that nobody asked for.
  var isIdle: Bool { failure == nil && exchange.isEmpty && socket.pendingBytes == 0 }

  /// Makes sure that the connection has not ended, and that nothing came that nobody asked for,
  /// which would be taken for the next reply.
  func checkQuiet() throws(RedisFailure) {
    try socket.receive()
    guard socket.pendingBytes == 0 else {
      throw .protocolBroken(message: "a reply to no command")
    }
  }

  /// Sends a request and waits shortly for its replies; what is not there by then is for the thread
  /// of the lane.
  ///
  /// - Returns: Whether it was begun. If it was not, the connection is of no use.
  func run(_ request: RedisRequest) -> Bool {
    do throws(RedisFailure) {
      try checkQuiet()
    } catch {
      failure = error
      return false
    }
    exchange.add(request)
    do throws(RedisFailure) {
      exchange.noteSent(try socket.send(exchange.output, from: exchange.sentBytes))
      let end = min(request.start + Self.patience, request.deadline)
      while exchange.isAllSent, !exchange.isEmpty, try socket.waitToRead(until: end) {
        try socket.receive()
        while let reply = try socket.nextReply() {
          try exchange.take(reply, at: TimeSource.machine.now())
        }
      }
    } catch {
      failure = error
    }
    return true
  }
}

// It is handed from thread to thread under the lane's lock.
extension RedisLink: @unchecked Sendable {}
