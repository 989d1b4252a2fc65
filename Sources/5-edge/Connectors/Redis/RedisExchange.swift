import OmniClocks
import OmniTime

/// What is under way on one connection: what was sent, what is still to be sent, and who waits for
/// which of the next replies.
///
/// It does no input or output and reads no clock. The thread that owns the socket tells it what was
/// sent and received.
///
/// - Invariant: replies go to requests in the order in which these were added, and each request
///   gets as many as it has commands, whether anybody still waits for them or not.
struct RedisExchange {
  private struct Item {
    let request: RedisRequest
    /// How many bytes of the connection went before it.
    let offset: Int
    var replies: [RedisReply] = []
  }

  /// What is being sent.
  private(set) var output: [UInt8] = []
  /// How much of `output` was sent.
  private(set) var sentBytes = 0
  /// When the next request is over its time, or earlier.
  private(set) var nextExpiry = MonotonicInstant.distantFuture
  /// How many requests were answered in full.
  private(set) var answeredCount = 0
  /// Whether a reply came since ``takeTurn()``.
  private var isMoving = false
  /// The commands and bytes of requests that were answered since ``takeFinished()``.
  private var finished = (commands: 0, bytes: 0)

  private var items: [Item] = []
  /// Where in `items` the oldest is; those before have ended.
  private var head = 0
  /// How many bytes of the connection went before `output`.
  private var outputOffset = 0
  private let counters: RedisCounters

  init(_ counters: RedisCounters) { self.counters = counters }

  /// Whether nobody waits for a reply.
  var isEmpty: Bool { head == items.count }

  /// Whether all was handed to the system.
  var isAllSent: Bool { sentBytes == output.count }

  /// Whether more may be sent now, which is asked once before each wait.
  ///
  /// Not while bytes wait for room, and not while the server is silent: what is held back then can
  /// still be given up for certain.
  mutating func takeTurn() -> Bool {
    defer { isMoving = false }
    return isAllSent && (isEmpty || isMoving)
  }

  // MARK: What happens

  /// Puts a request behind those that are under way.
  mutating func add(_ request: RedisRequest) {
    if isAllSent, !output.isEmpty {
      outputOffset += output.count
      sentBytes = 0
      output.removeAll(keepingCapacity: output.capacity <= 1 << 20)
    }
    items.append(Item(request: request, offset: outputOffset + output.count))
    output += request.bytes
    nextExpiry = min(nextExpiry, request.deadline)
  }

  /// Notes that so many bytes more were sent.
  mutating func noteSent(_ count: Int) { sentBytes += count }

  /// Gives a reply to the oldest request.
  ///
  /// - Throws: `protocolBroken` if there is none.
  mutating func take(_ reply: RedisReply, at now: MonotonicInstant) throws(RedisFailure) {
    guard head < items.count else {
      throw .protocolBroken(message: "a reply to no command")
    }
    isMoving = true
    items[head].replies.append(reply)
    guard items[head].replies.count == items[head].request.replyCount else { return }
    let item = items[head]
    head += 1
    if head == items.count || head >= 1_024 {
      items.removeFirst(head)
      head = 0
    }
    finished.commands += item.request.replyCount
    finished.bytes += item.request.bytes.count
    answeredCount += 1
    counters.noteAnswer(item.replies, after: now - item.request.start)
    item.request.succeed(item.replies)
  }

  /// Fails the requests whose time is over.
  ///
  /// - Throws: `connectionLost` if the next reply is one of theirs: it might come at any time, and
  ///   whoever waits behind it would wait for nobody knows how long.
  mutating func expire(at now: MonotonicInstant) throws(RedisFailure) {
    guard now >= nextExpiry else { return }
    nextExpiry = .distantFuture
    for item in items[head...] {
      if item.request.deadline <= now {
        if !item.request.isEnded { counters.noteTimeout() }
        item.request.fail(timedOutAs: fate(of: item))
      } else {
        nextExpiry = min(nextExpiry, item.request.deadline)
      }
    }
    guard head < items.count, items[head].request.deadline <= now else { return }
    throw .connectionLost(
      message: "a command before it had no reply in time", fate: .mayHaveRun)
  }

  /// Ends all that is under way: the connection is gone.
  mutating func fail(_ failure: RedisFailure) {
    for item in items[head...] {
      finished.commands += item.request.replyCount
      finished.bytes += item.request.bytes.count
      if !item.request.isEnded { counters.noteLoss() }
      item.request.fail(failure.with(fate: fate(of: item)))
    }
    items = []
    head = 0
  }

  /// How much was answered since the last call.
  mutating func takeFinished() -> (commands: Int, bytes: Int) {
    defer { finished = (0, 0) }
    return finished
  }

  private func fate(of item: Item) -> RedisFailure.Fate {
    item.offset < outputOffset + sentBytes ? .mayHaveRun : .notSent
  }
}
