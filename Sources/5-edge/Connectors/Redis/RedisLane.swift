import OmniClocks
import OmniNumerics
import OmniTime
import Synchronization

/// One connection of a client, with its thread and what waits for it.
///
/// Tasks put requests into a bounded queue; the thread takes all that is there, sends it in one
/// write, and hands the replies out in order. While replies are out it is not woken for more, so
/// that the busier it is, the more goes into one write.
///
/// While nothing is under way the thread leaves the connection to whoever comes: a task may take
/// it, send on it and wait shortly, and gives it back. What it did not finish, and what came into the
/// queue meanwhile, is for the thread again, which is woken then.
final class RedisLane: Sendable {
  /// Who has the connection.
  private enum Holder {
    /// The thread, or nobody since there is none.
    case thread
    /// Nobody: there is nothing to do, and whoever comes may take it.
    case nobody(RedisLink)
    /// A task that sends on it.
    case task
    /// Nobody: it is for the thread, which was woken.
    case returned(RedisLink)
  }

  private struct State {
    var holder = Holder.thread
    /// Whether the thread waits for the connection that a task has.
    var isWanted = false
    /// How many tasks in a row waited for the server in vain, and how many did not wait since then.
    var misses = 0
    var skips = 0
    var queue: [RedisRequest] = []
    /// The commands and bytes that wait or are under way.
    var load = (commands: 0, bytes: 0)
    /// When the next request of the queue is over its time, or earlier.
    var nextExpiry = MonotonicInstant.distantFuture
    /// Whoever comes with an earlier deadline wakes the thread.
    var sleepsUntil = MonotonicInstant.origin
    /// Whether the thread has nothing to do, so that whoever comes wakes it.
    var wantsWork = false
    var isClosing = false
    var isEnded = false
    var whoWaitsForTheEnd: [CheckedContinuation<Void, Never>] = []
  }

  private let address: RedisAddress
  private let configuration: RedisClient.Configuration
  private let counters: RedisCounters
  private let seed: UInt64
  private let wake: RedisWake
  private let state = Mutex(State())
  /// How many commands wait or are under way, for whoever chooses between lanes.
  private let commandCount = Atomic<Int>(0)
  private let connected = Atomic<Bool>(false)
  /// How often a task was served on its own thread.
  private let directCount = Atomic<Int>(0)

  /// After so many waits in vain in a row tasks do not wait for the server themselves.
  private static let missCountMax = 3
  /// But one in so many, to see whether the server is nearer now.
  private static let skipCountMax = 32
  /// After so many calls that did not suspend its task somebody else has a turn.
  private static let directCountMax = 32

  /// Starts the thread, which connects at once.
  init(
    _ address: RedisAddress, _ configuration: RedisClient.Configuration,
    _ counters: RedisCounters, seed: UInt64
  ) throws(RedisFailure) {
    self.address = address
    self.configuration = configuration
    self.counters = counters
    self.seed = seed
    wake = try RedisWake()
    try RedisThread.start("redis \(configuration.connection.name)") { self.live() }
  }

  /// Whether the server is connected.
  var isConnected: Bool { connected.load(ordering: .relaxed) }
  /// How many commands wait or are under way.
  var load: Int { commandCount.load(ordering: .relaxed) }

  // MARK: For tasks

  /// Whether a call that was served on its task's own thread is one after which others have a turn.
  var isToGiveWay: Bool {
    directCount.wrappingAdd(1, ordering: .relaxed).newValue % Self.directCountMax == 0
  }

  /// Sends a request on the calling thread, and waits shortly for the replies, if the connection
  /// has nothing to do.
  ///
  /// - Returns: Whether it was begun: then it has ended or is under way. If not, it is for the
  ///   queue.
  func attempt(_ request: RedisRequest) -> Bool {
    let link = state.withLock { state -> RedisLink? in
      guard case .nobody(let link) = state.holder, !state.isClosing, state.queue.isEmpty,
        request.replyCount <= configuration.queueCommandsMax - state.load.commands,
        request.bytes.count <= configuration.queueBytesMax - state.load.bytes
      else { return nil }
      if state.misses >= Self.missCountMax, state.skips < Self.skipCountMax {
        state.skips += 1
        return nil
      }
      state.skips = 0
      state.holder = .task
      // Who comes now is served as soon as it is back, within a fraction of a millisecond.
      state.wantsWork = false
      state.sleepsUntil = .origin
      change(&state, by: request.replyCount, request.bytes.count)
      return link
    }
    guard let link else { return false }
    let isBegun = link.run(request)
    let isForThread = state.withLock { state in
      let finished =
        isBegun ? link.exchange.takeFinished() : (request.replyCount, request.bytes.count)
      change(&state, by: -finished.commands, -finished.bytes)
      state.misses = link.isIdle ? 0 : state.misses + 1
      let isForThread =
        !link.isIdle || !state.queue.isEmpty || state.isClosing || state.isWanted
      state.holder = isForThread ? .returned(link) : .nobody(link)
      state.wantsWork = !isForThread
      return isForThread
    }
    if isForThread { wake.signal() }
    return isBegun
  }

  /// Puts a request into the queue.
  func enqueue(_ request: RedisRequest) throws(RedisFailure) {
    let (failure, isToWake) = state.withLock { state -> (RedisFailure?, Bool) in
      if state.isClosing { return (.closed(fate: .notSent), false) }
      guard request.replyCount <= configuration.queueCommandsMax - state.load.commands else {
        return (.queueFull(limit: configuration.queueCommandsMax), false)
      }
      guard request.bytes.count <= configuration.queueBytesMax - state.load.bytes else {
        return (.queueFull(limit: configuration.queueBytesMax), false)
      }
      state.queue.append(request)
      change(&state, by: request.replyCount, request.bytes.count)
      state.nextExpiry = min(state.nextExpiry, request.deadline)
      let isToWake = state.wantsWork || request.deadline < state.sleepsUntil
      if isToWake {
        state.wantsWork = false
        state.sleepsUntil = .origin
      }
      return (nil, isToWake)
    }
    if isToWake { wake.signal() }
    if let failure { throw failure }
  }

  /// Takes a request that was cancelled out of the queue, if it still is there.
  func remove(_ request: RedisRequest) {
    state.withLock { state in
      guard let index = state.queue.firstIndex(where: { $0 === request }) else { return }
      state.queue.remove(at: index)
      change(&state, by: -request.replyCount, -request.bytes.count)
    }
  }

  /// Ends the thread soon.
  func close() {
    state.withLock { $0.isClosing = true }
    wake.signal()
  }

  /// Returns when the thread has ended.
  func ended() async {
    await withCheckedContinuation { continuation in
      let isEnded = state.withLock { state in
        if !state.isEnded { state.whoWaitsForTheEnd.append(continuation) }
        return state.isEnded
      }
      if isEnded { continuation.resume() }
    }
  }

  private func change(_ state: inout State, by commands: Int, _ bytes: Int) {
    state.load.commands += commands
    state.load.bytes += bytes
    commandCount.store(state.load.commands, ordering: .relaxed)
  }

  // MARK: The thread

  private var isClosing: Bool { state.withLock { $0.isClosing } }

  private func live() {
    let backoff = RedisBackoff(
      pauseMin: configuration.pauseMin, pauseMax: configuration.pauseMax)
    var random = SplitMix64(seed: seed)
    var failures = 0
    var wasConnected = false
    while !isClosing {
      pause(backoff.pause(afterFailures: failures, draw: random.unitDouble()))
      do throws(RedisFailure) {
        let connection = try RedisConnection(
          address, configuration.connection, tick: { () throws(RedisFailure) in try self.tick() })
        if wasConnected { counters.noteReconnect() }
        wasConnected = true
        connected.store(true, ordering: .relaxed)
        // Who lets in and then hangs up at once is not to be asked again at once.
        failures = serve(connection) ? 0 : failures + 1
        connected.store(false, ordering: .relaxed)
      } catch {
        failures += 1
        failQueue(error)
      }
    }
    failQueue(.closed(fate: .notSent))
    let waiting = state.withLock { state in
      state.isEnded = true
      defer { state.whoWaitsForTheEnd = [] }
      return state.whoWaitsForTheEnd
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Waits before connecting again; requests that come meanwhile wait for how that ends.
  private func pause(_ interval: Interval) {
    let end = TimeSource.machine.now() + interval
    while !isClosing {
      let now = TimeSource.machine.now()
      expireQueue(at: now)
      guard now < end else { return }
      wake.wait(atMost: min(end - now, RedisSocket.tickInterval))
    }
  }

  /// What is done while a connection is being made.
  private func tick() throws(RedisFailure) {
    if isClosing { throw .closed(fate: .notSent) }
    expireQueue(at: TimeSource.machine.now())
  }

  /// Sends and receives until the connection is gone; tells whether it was of any use.
  private func serve(_ connection: RedisConnection) -> Bool {
    guard let socket = connection.socket else { return false }
    let start = TimeSource.machine.now()
    let link = RedisLink(socket, counters)
    do throws(RedisFailure) {
      while true {
        if let deadline = try refill(link) {
          try step(link, until: deadline)
        } else {
          try lend(link)
        }
      }
    } catch {
      link.exchange.fail(error)
      let finished = link.exchange.takeFinished()
      state.withLock { change(&$0, by: -finished.commands, -finished.bytes) }
    }
    return link.exchange.answeredCount > 0 || TimeSource.machine.now() - start >= .seconds(1)
  }

  /// Sends what waits, waits for what comes, and hands it out.
  private func step(
    _ link: RedisLink, until deadline: MonotonicInstant
  ) throws(RedisFailure) {
    let socket = link.socket
    if !link.exchange.isAllSent {
      link.exchange.noteSent(
        try socket.send(link.exchange.output, from: link.exchange.sentBytes))
    }
    let ready = try socket.wait(
      writing: !link.exchange.isAllSent, until: deadline, wake: wake.descriptor)
    if ready.isWoken { wake.clear() }
    let now = TimeSource.machine.now()
    if ready.isReadable {
      try socket.receive()
      while let reply = try socket.nextReply() { try link.exchange.take(reply, at: now) }
    }
    try link.exchange.expire(at: now)
    expireQueue(at: now)
  }

  /// Leaves the connection to tasks until there is something to do for the thread.
  ///
  /// - Throws: What went wrong with it meanwhile.
  private func lend(_ link: RedisLink) throws(RedisFailure) {
    var isEnded = false
    var isBack = false
    while !isBack {
      let isSeen = link.socket.waitForEnd(isWatching: !isEnded, wake: wake.descriptor)
      isEnded = isEnded || isSeen
      wake.clear()
      isBack = state.withLock { state in
        switch state.holder {
        case .nobody:
          guard isEnded || state.isClosing || !state.queue.isEmpty else { return false }
        case .task:
          // It is not left to the next task when this one gives it back.
          state.isWanted = true
          return false
        case .thread, .returned: break
        }
        state.holder = .thread
        state.isWanted = false
        state.wantsWork = false
        return true
      }
    }
    if let failure = link.failure { throw failure }
    if link.exchange.isEmpty { try link.checkQuiet() }
  }

  /// Takes what waits in the queue, if it is its turn, and gives how long to sleep at most; nil if
  /// there is nothing to do, and the connection is left to whoever comes.
  private func refill(_ link: RedisLink) throws(RedisFailure) -> MonotonicInstant? {
    let finished = link.exchange.takeFinished()
    let isRoom = link.exchange.takeTurn()
    var batch: [RedisRequest] = []
    let isClosing = state.withLock { state in
      change(&state, by: -finished.commands, -finished.bytes)
      if isRoom { swap(&batch, &state.queue) }
      return state.isClosing
    }
    if isClosing {
      for request in batch { request.fail(RedisFailure.closed(fate: .notSent)) }
      throw .closed(fate: .mayHaveRun)
    }
    var dropped = (commands: 0, bytes: 0)
    for request in batch {
      if request.isEnded {
        dropped.commands += request.replyCount
        dropped.bytes += request.bytes.count
      } else {
        link.exchange.add(request)
      }
    }
    return state.withLock { state in
      change(&state, by: -dropped.commands, -dropped.bytes)
      // What came since then has its deadline in the queue's.
      if state.queue.isEmpty { state.nextExpiry = .distantFuture }
      state.wantsWork = link.exchange.isEmpty
      state.sleepsUntil = min(link.exchange.nextExpiry, state.nextExpiry)
      // Whoever came since then and finds nothing under way is served at once.
      if link.exchange.isEmpty, !state.queue.isEmpty { return .origin }
      guard link.isIdle, !state.isClosing else { return state.sleepsUntil }
      state.holder = .nobody(link)
      return nil
    }
  }

  /// Fails all that waits.
  private func failQueue(_ failure: RedisFailure) {
    let failed = state.withLock { state in
      let failed = state.queue
      state.queue = []
      state.nextExpiry = .distantFuture
      let bytes = failed.reduce(0) { $0 + $1.bytes.count }
      change(&state, by: -failed.reduce(0) { $0 + $1.replyCount }, -bytes)
      return failed
    }
    for request in failed { request.fail(failure.with(fate: .notSent)) }
  }

  /// Fails what waits and is over its time.
  private func expireQueue(at now: MonotonicInstant) {
    let expired = state.withLock { state -> [RedisRequest] in
      guard now >= state.nextExpiry else { return [] }
      let expired = state.queue.filter { $0.deadline <= now }
      state.queue.removeAll { $0.deadline <= now }
      state.nextExpiry = state.queue.map(\.deadline).min() ?? .distantFuture
      for request in expired { change(&state, by: -request.replyCount, -request.bytes.count) }
      return expired
    }
    for request in expired {
      counters.noteTimeout()
      request.fail(timedOutAs: .notSent)
    }
  }
}
