import OmniClocks
import OmniNumerics
import OmniPlatform
import OmniTime
import Synchronization

/// The threads of a pool, what waits for them, and their connections.
///
/// A thread that has nothing to do lies in `idle` and sleeps at its bell. Whoever brings a request
/// takes one out, gives it the request, and rings; without one the request waits in the queue, where
/// whichever thread is done first finds it. So a request is held by the queue or by one thread.
final class SQLCrew<Connection: ~Copyable>: Sendable {
  typealias Request = SQLRequest<Connection>

  private struct State {
    var queue: [Request] = []
    /// What was given to a thread that slept.
    var given: [Request?]
    /// Who sleeps; the last ones have a connection if any has.
    var idle: [Int] = []
    var isConnected: [Bool]
    var isClosing = false
    var isGivenUp = false
    var liveCount: Int
    var whoWaitsForTheEnd: [CheckedContinuation<Void, Never>] = []
    /// Attempts to connect that failed in a row, of all threads, and when the last one did.
    var failedConnects = 0
    var lastFailure = MonotonicInstant.origin
  }

  private enum Step {
    case serve(Request)
    case sleep
    case end
  }

  private let configuration: SQLPoolConfiguration
  private let driver: SQLPool<Connection>.Driver
  private let counters: SQLPoolCounters
  private let backoff: SQLBackoff
  private let seed: UInt64
  private let bells: [Doorbell]
  private let state: Mutex<State>

  init(
    _ configuration: SQLPoolConfiguration, _ driver: SQLPool<Connection>.Driver,
    _ counters: SQLPoolCounters
  ) throws(SQLFailure) {
    self.configuration = configuration
    self.driver = driver
    self.counters = counters
    backoff = SQLBackoff(pauseMin: configuration.pauseMin, pauseMax: configuration.pauseMax)
    seed = configuration.seed ?? UInt64.random(in: 0 ... .max)
    let count = configuration.connectionCountMax
    bells = (0..<count).map { _ in Doorbell() }
    state = Mutex(
      State(
        given: Array(repeating: nil, count: count),
        isConnected: Array(repeating: false, count: count), liveCount: count))
    for index in 0..<count {
      guard let thread = OwnedThread({ self.live(index) }) else {
        // Those that were not started count as ended.
        state.withLock { $0.liveCount -= count - index }
        giveUp()
        throw .notMade(.noThread)
      }
      thread.release()
    }
  }

  var connectedCount: Int { state.withLock { $0.isConnected.count { $0 } } }
  var waitingCount: Int { state.withLock { $0.queue.count } }
  var isClosing: Bool { state.withLock { $0.isClosing } }

  // MARK: For tasks

  /// Gives a request to a thread, or to the queue; or says why not.
  func submit(_ request: Request) -> SQLRefusal? {
    let (refusal, index) = state.withLock { state -> (SQLRefusal?, Int?) in
      if state.isClosing { return (.closed, nil) }
      if let index = state.idle.popLast() {
        request.take()
        state.given[index] = request
        return (nil, index)
      }
      guard state.queue.count < configuration.waitingCountMax else {
        return (.queueFull(limit: configuration.waitingCountMax), nil)
      }
      state.queue.append(request)
      return (nil, nil)
    }
    if let index { bells[index].ring() }
    return refusal
  }

  /// Ends a request: with `waiting` if it has no connection yet, else with `running` if that is given.
  func end(_ request: Request, waiting: SQLFailure, running: SQLFailure?) {
    let wasWaiting = state.withLock { state in
      guard !request.isTaken else { return false }
      state.queue.removeAll { $0 === request }
      return true
    }
    if wasWaiting {
      request.fail(waiting)
    } else if let running {
      request.fail(running)
    }
  }

  /// Takes nothing more; the threads end when nothing waits.
  func close() {
    state.withLock { $0.isClosing = true }
    for bell in bells { bell.ring() }
  }

  /// Fails what waits, and lets the threads give up what they do.
  func giveUp() {
    let waiting = state.withLock { state in
      state.isClosing = true
      state.isGivenUp = true
      defer { state.queue = [] }
      return state.queue
    }
    for request in waiting { request.fail(.notMade(.closed)) }
    for bell in bells { bell.ring() }
  }

  /// Returns when all threads have ended.
  func ended() async {
    await withCheckedContinuation { continuation in
      let isEnded = state.withLock { state in
        if state.liveCount > 0 { state.whoWaitsForTheEnd.append(continuation) }
        return state.liveCount == 0
      }
      if isEnded { continuation.resume() }
    }
  }

  // MARK: The threads

  private func live(_ index: Int) {
    var slot: Connection?
    var random = SplitMix64(seed: seed &+ UInt64(index))
    while let request = next(index) { serve(request, &slot, index, &random) }
    drop(&slot, index)
    let waiting = state.withLock { state in
      state.liveCount -= 1
      guard state.liveCount == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { state.whoWaitsForTheEnd = [] }
      return state.whoWaitsForTheEnd
    }
    for continuation in waiting { continuation.resume() }
  }

  /// The next request; nil when the thread is to end.
  private func next(_ index: Int) -> Request? {
    while true {
      let step = state.withLock { state -> Step in
        if let request = state.given[index] {
          state.given[index] = nil
          return .serve(request)
        }
        if !state.queue.isEmpty {
          let request = state.queue.removeFirst()
          // Under the lock: from here on it is no longer one that waits.
          request.take()
          return .serve(request)
        }
        if state.isClosing { return .end }
        if !state.idle.contains(index) {
          // Those with a connection are taken first.
          state.idle.insert(index, at: state.isConnected[index] ? state.idle.count : 0)
        }
        return .sleep
      }
      switch step {
      case .serve(let request): return request
      case .sleep: bells[index].wait()
      case .end: return nil
      }
    }
  }

  private func serve(
    _ request: Request, _ slot: inout Connection?, _ index: Int, _ random: inout SplitMix64
  ) {
    var isRepeat = false
    while true {
      guard isWanted(request) else { return request.fail(.notMade(.closed)) }
      do throws(SQLFailure) {
        try connect(&slot, index, request, &random)
        let deliver = try attempt(request, &slot, index)
        return deliver()
      } catch {
        if request.call.mayRepeat(error), !isRepeat, isWanted(request) {
          counters.noteRepeat()
          isRepeat = true
          continue
        }
        return request.fail(error)
      }
    }
  }

  private func attempt(
    _ request: Request, _ slot: inout Connection?, _ index: Int
  ) throws(SQLFailure) -> @Sendable () -> Void {
    guard var connection = slot.take() else {
      preconditionFailure("a connection was just made")
    }
    let turn = SQLTurn(limit: request.limit) { [weak self] in
      guard let self else { return false }
      return request.isWantedByThread && !isGivenUp
    }
    let result: Result<@Sendable () -> Void, SQLFailure>
    do throws(SQLFailure) {
      result = .success(try request.work(&connection, turn))
    } catch {
      result = .failure(error)
    }
    if !Self.isLost(result), driver.tidy(&connection) {
      slot = consume connection
    } else {
      note(index, isConnected: false)
    }
    return try result.get()
  }

  /// Whether a failure is one after which a new connection is better than the old one.
  private static func isLost<Value>(_ result: Result<Value, SQLFailure>) -> Bool {
    switch result {
    case .failure(.connectionLost), .failure(.unreachable), .failure(.storeFailed): true
    default: false
    }
  }

  /// Makes sure that there is a connection.
  private func connect(
    _ slot: inout Connection?, _ index: Int, _ request: Request, _ random: inout SplitMix64
  ) throws(SQLFailure) {
    if var known = slot.take() {
      if driver.isThere(&known) {
        slot = consume known
        return
      }
      note(index, isConnected: false)
    }
    pause(request, &random)
    guard isWanted(request) else { throw .notMade(.closed) }
    let start = TimeSource.machine.now()
    do throws(SQLFailure) {
      slot = try driver.connect()
      counters.noteConnect()
      state.withLock { $0.failedConnects = 0 }
      note(index, isConnected: true)
    } catch {
      counters.noteFailedConnect()
      state.withLock { state in
        // Threads that try at the same time fail once.
        if start >= state.lastFailure { state.failedConnects += 1 }
        state.lastFailure = TimeSource.machine.now()
      }
      throw error
    }
  }

  /// Waits before connecting again, as long as somebody waits for the request.
  private func pause(_ request: Request, _ random: inout SplitMix64) {
    let (failures, last) = state.withLock { ($0.failedConnects, $0.lastFailure) }
    let end = last + backoff.pause(afterFailures: failures, draw: random.next())
    while failures > 0, isWanted(request) {
      let rest = end - TimeSource.machine.now()
      guard rest > .zero else { return }
      OwnedThread.nap(microseconds: UInt32(clamping: min(rest.nanoseconds / 1_000 + 1, 10_000)))
    }
  }

  private func isWanted(_ request: Request) -> Bool {
    request.isWanted && !isGivenUp
  }

  private var isGivenUp: Bool { state.withLock { $0.isGivenUp } }

  private func drop(_ slot: inout Connection?, _ index: Int) {
    slot = nil
    note(index, isConnected: false)
  }

  private func note(_ index: Int, isConnected: Bool) {
    state.withLock { $0.isConnected[index] = isConnected }
  }
}
