package import OmniCircuitBreaker
import OmniClocks
package import OmniRateGate
package import OmniTime

/// Connections of one store for any number of tasks, each on a thread of its own.
///
/// This is what the pools of the connectors share. A call passes the gate and the breaker, then
/// waits in a bounded queue until a thread is free. A connection is made when a call needs it; after
/// a failed attempt the next one waits, longer each time, and calls that come meanwhile wait for how
/// it ends. A timer of the call's own ends the waiting whatever the thread does.
package final class SQLPool<Connection: ~Copyable>: Sendable {
  /// How connections are made and looked after, on the thread that uses them.
  package struct Driver: Sendable {
    /// Connects.
    let connect: @Sendable () throws(SQLFailure) -> Connection
    /// Looks, without waiting, whether the connection is there.
    let isThere: @Sendable (inout Connection) -> Bool
    /// Takes away what a call has left behind; false if the connection is of no more use.
    let tidy: @Sendable (inout Connection) -> Bool

    /// Creates a driver.
    package init(
      connect: @escaping @Sendable () throws(SQLFailure) -> Connection,
      isThere: @escaping @Sendable (inout Connection) -> Bool,
      tidy: @escaping @Sendable (inout Connection) -> Bool
    ) {
      self.connect = connect
      self.isThere = isThere
      self.tidy = tidy
    }
  }

  /// What keeps calls away from a store that fails.
  package let breaker: CircuitBreaker
  private let name: String
  private let configuration: SQLPoolConfiguration
  private let gate: RateGate?
  private let counters: SQLPoolCounters
  private let crew: SQLCrew<Connection>

  /// Starts the threads, and connects nowhere yet.
  ///
  /// - Parameters:
  ///   - name: What breaker and gate know the store by.
  ///   - guards: The breaker that calls pass, or nil for one of the pool's own; the gate, or nil for
  ///     none.
  package init(
    _ name: String, _ configuration: SQLPoolConfiguration, _ driver: Driver,
    guards: (breaker: CircuitBreaker?, gate: RateGate?), metrics: SQLPoolMetrics?
  ) throws(SQLFailure) {
    try configuration.check()
    self.name = name
    self.configuration = configuration
    gate = guards.gate
    if let breaker = guards.breaker {
      self.breaker = breaker
    } else {
      do throws(BreakerFault) {
        breaker = try CircuitBreaker(name, configuration.breaker)
      } catch {
        throw .notMade(.callInvalid(error.description))
      }
    }
    counters = SQLPoolCounters(metrics)
    crew = try SQLCrew(configuration, driver, counters)
  }

  // A pool that goes without being closed ends its threads as well.
  deinit { crew.giveUp() }

  /// What was done so far.
  package var counts: SQLPoolCounts { counters.counts }
  /// How many connections there are.
  package var connectedCount: Int { crew.connectedCount }
  /// How many calls wait for a connection.
  package var waitingCount: Int { crew.waitingCount }

  /// Refuses what comes from now on, lets what waits and runs end within `limit`, gives up what has
  /// not, and returns when the threads have ended.
  package func close(within limit: Interval) async {
    crew.close()
    // Owned by this call, which cancels it when the threads have ended.
    let timer = Task { [crew] in
      // Whoever is cancelled has nothing to give up.
      guard (try? await TimeSource.machine.sleep(for: limit)) != nil else { return }
      crew.giveUp()
    }
    await crew.ended()
    timer.cancel()
  }

  /// Does `body` on a connection's thread.
  ///
  /// - Throws: What hindered it; of a call that only reads it says that nothing was changed.
  package func run<Value: Sendable>(
    _ call: SQLCall,
    _ body: @escaping @Sendable (inout Connection, SQLTurn) throws(SQLFailure) -> Value
  ) async throws(SQLFailure) -> Value {
    let start = TimeSource.machine.now()
    do throws(SQLFailure) {
      let permit = try admit(call)
      let answer = await exchange(call, body)
      switch answer {
      case .success(let value):
        breaker.settle(permit, .success)
        counters.noteCall(of: TimeSource.machine.now() - start)
        return value
      case .failure(let failure):
        breaker.settle(permit, Self.outcome(of: failure))
        throw failure
      }
    } catch {
      counters.note(error)
      throw error
    }
  }

  private func admit(_ call: SQLCall) throws(SQLFailure) -> BreakerMachine.Permit {
    if Task.isCancelled { throw .notMade(.cancelled) }
    if let limit = call.timeLimit, limit < .milliseconds(1) || limit > .days(1) {
      throw .notMade(.callInvalid("timeLimit is \(limit.nanoseconds) ns; wanted 1 ms to a day"))
    }
    if crew.isClosing { throw .notMade(.closed) }
    // The gate first: what it refuses holds no place among the breaker's probes.
    if let decision = gate?.decide(name), !decision.isAllowed {
      throw .notMade(.limited(retryAfter: decision.retryAfter))
    }
    do throws(CircuitBreaker.Refused) {
      return try breaker.admit()
    } catch {
      throw .notMade(.open(breaker: error.name, retryAfter: error.retryAfter))
    }
  }

  private func exchange<Value: Sendable>(
    _ call: SQLCall,
    _ body: @escaping @Sendable (inout Connection, SQLTurn) throws(SQLFailure) -> Value
  ) async -> Result<Value, SQLFailure> {
    let promise = SQLPromise<Value>()
    let limit = call.timeLimit ?? configuration.callLimit
    let request = SQLRequest<Connection>(promise, call, limit: limit, body)
    var timer: Task<Void, Never>?
    defer { timer?.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        guard promise.begin(continuation) else { return }
        if let refusal = crew.submit(request) { return request.fail(.notMade(refusal)) }
        // Owned by this call, which cancels it when it ends.
        timer = Task { [crew, waitMax = configuration.waitMax] in
          await Self.time(request, limit, waitMax, crew)
        }
      }
    } onCancel: {
      crew.end(request, waiting: .notMade(.cancelled), running: .cancelled(.mayHaveBeenDone))
    }
  }

  /// Ends the waiting for a connection after `waitMax`, and the call after `limit`.
  private static func time(
    _ request: SQLRequest<Connection>, _ limit: Interval, _ waitMax: Interval,
    _ crew: SQLCrew<Connection>
  ) async {
    let start = TimeSource.machine.now()
    let wait = min(limit, waitMax)
    // Whoever is cancelled has an answer.
    guard (try? await TimeSource.machine.sleep(until: start + wait)) != nil else { return }
    let timedOut = SQLFailure.timedOut(after: limit, .mayHaveBeenDone)
    crew.end(
      request, waiting: .notMade(.waitedTooLong(wait)), running: wait == limit ? timedOut : nil)
    guard wait < limit, request.isWanted,
      (try? await TimeSource.machine.sleep(until: start + limit)) != nil
    else { return }
    crew.end(request, waiting: timedOut, running: timedOut)
  }

  /// What a failure says of the store.
  private static func outcome(of failure: SQLFailure) -> BreakerMachine.Outcome {
    switch failure {
    case .unreachable, .connectionLost, .timedOut, .storeFailed: .failure
    case .statementRefused, .contended: .success
    case .notMade, .cancelled: .ignored
    }
  }
}
