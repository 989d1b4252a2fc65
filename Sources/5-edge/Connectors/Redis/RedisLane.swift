import OmniClocks
import OmniNumerics
import OmniTime
import Synchronization

/// One connection of a client, with its thread and what waits for it.
///
/// Tasks put requests into a bounded queue; the thread takes all that is there, sends it in one
/// write, and hands the replies out in order. While replies are out it is not woken for more, so
/// that the busier it is, the more goes into one write.
final class RedisLane: Sendable {
  private struct State {
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
    var exchange = RedisExchange(counters)
    do throws(RedisFailure) {
      while true { try step(socket, &exchange) }
    } catch {
      exchange.fail(error)
      let finished = exchange.takeFinished()
      state.withLock { change(&$0, by: -finished.commands, -finished.bytes) }
    }
    return exchange.answeredCount > 0 || TimeSource.machine.now() - start >= .seconds(1)
  }

  /// Sends what waits, waits for what comes, and hands it out.
  private func step(
    _ socket: RedisSocket, _ exchange: inout RedisExchange
  ) throws(RedisFailure) {
    let deadline = try refill(&exchange)
    if !exchange.isAllSent {
      exchange.noteSent(try socket.send(exchange.output, from: exchange.sentBytes))
    }
    let ready = try socket.wait(
      writing: !exchange.isAllSent, until: deadline, wake: wake.descriptor)
    if ready.isWoken { wake.clear() }
    let now = TimeSource.machine.now()
    if ready.isReadable {
      try socket.receive()
      while let reply = try socket.nextReply() { try exchange.take(reply, at: now) }
    }
    try exchange.expire(at: now)
    expireQueue(at: now)
  }

  /// Takes what waits in the queue, if it is its turn, and gives how long to sleep at most.
  private func refill(_ exchange: inout RedisExchange) throws(RedisFailure) -> MonotonicInstant {
    let finished = exchange.takeFinished()
    let isRoom = exchange.takeTurn()
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
        exchange.add(request)
      }
    }
    return state.withLock { state in
      change(&state, by: -dropped.commands, -dropped.bytes)
      // What came since then has its deadline in the queue's.
      if state.queue.isEmpty { state.nextExpiry = .distantFuture }
      state.wantsWork = exchange.isEmpty
      state.sleepsUntil = min(exchange.nextExpiry, state.nextExpiry)
      // Whoever came since then and finds nothing under way is served at once.
      return exchange.isEmpty && !state.queue.isEmpty ? .origin : state.sleepsUntil
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
