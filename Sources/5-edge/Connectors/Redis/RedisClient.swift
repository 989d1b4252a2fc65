public import OmniCircuitBreaker
import OmniClocks
public import OmniTime

/// Redis for any number of tasks, over few connections.
///
///     let client = try RedisClient(RedisAddress("redis://localhost"))
///     let reply = try await client.run(RedisCommand("MGET", "a", "b", "c"))
///     await client.close()
///
/// Each connection has a thread, so that no task of Swift's pool waits long for the network, and a
/// bounded queue. What waits in a queue is sent as one pipeline and answered in order. A call while
/// nothing else is under way sends by itself and waits on its own thread for a tenth of a
/// millisecond at most: a server that is near has answered by then, and no thread had to be woken.
/// So a client holds up one thread of the pool at a time; it does not try with a server that
/// answered too late before, but once in a while. All calls pass a circuit breaker: while the
/// server is down they fail at once and without it.
///
/// Commands share their connections with those of others. What blocks at the server holds up all
/// behind it and belongs on a ``RedisConnection`` of its own; what changes the connection, such as
/// SELECT, is refused; a transaction is run as one pipeline from MULTI to EXEC. When a connection
/// is lost it is made again by itself, with growing pauses, and calls that come meanwhile wait for
/// the next attempt, and fail with it. Deadlines are kept all the time, but for one gap: while the
/// system resolves the server's name, nothing of that connection can be given up.
///
/// - Invariant: no reply is given to another call. Each call ends, and its failure says whether the
///   command may have been executed.
public final class RedisClient: Sendable {
  /// The settings of a client.
  public struct Configuration: Sendable, Hashable {
    /// Of each connection: its time-outs, of which `timeout` is that of each call, and its name.
    public var connection: RedisConnection.Configuration
    /// How many connections there are, from 1 to 64.
    public var connectionCount = 2
    /// How many commands may wait or be under way on each connection.
    public var queueCommandsMax = 16_384
    /// How many bytes of commands may wait or be under way on each connection.
    public var queueBytesMax = 64 << 20
    /// How long to wait after the first failed attempt to connect; then twice as long each time.
    public var pauseMin = Interval.milliseconds(20)
    /// How long to wait between two attempts to connect at most.
    public var pauseMax = Interval.milliseconds(500)
    /// The settings of the breaker that is made if none is given.
    public var breaker = Configuration.usualBreaker
    /// What the variation of the pauses is drawn from; another number for each client if it is nil.
    public var seed: UInt64?

    /// Creates settings.
    public init(connection: RedisConnection.Configuration = .init()) {
      self.connection = connection
    }

    /// A breaker that opens after ten failures in twenty calls, tries again within a second, and
    /// lets all through half a second after that went well.
    public static var usualBreaker: BreakerConfiguration {
      var breaker = BreakerConfiguration()
      breaker.window = .count(20)
      breaker.callsMin = 10
      breaker.probeCount = 2
      breaker.probeLimit = .seconds(10)
      breaker.backoff = .milliseconds(100)
      breaker.backoffMax = .seconds(1)
      breaker.ramp = .milliseconds(500)
      return breaker
    }

    func check() throws(RedisFailure) {
      let counts = [
        ("connectionCount", connectionCount, 1...64),
        ("queueCommandsMax", queueCommandsMax, 1...1_000_000_000),
        ("queueBytesMax", queueBytesMax, 1...Int(Int32.max)),
      ]
      for (key, value, range) in counts where !range.contains(value) {
        throw .callInvalid(
          message: "\(key) is \(value); wanted \(range.lowerBound) to \(range.upperBound)")
      }
      guard pauseMin > .zero, pauseMin <= pauseMax, pauseMax <= .days(1) else {
        throw .callInvalid(message: "pauseMin and pauseMax are not in order, or over a day")
      }
    }
  }

  /// What a client did so far.
  public struct Counts: Sendable, Hashable {
    /// Commands that the server answered.
    public let commands: UInt64
    /// Commands that the server answered with an error.
    public let errors: UInt64
    /// Calls that were under way when a connection was lost.
    public let losses: UInt64
    /// Calls that had no reply in time.
    public let timeouts: UInt64
    /// Calls that the breaker or a full queue refused.
    public let refusals: UInt64
    /// Connections that were made again.
    public let reconnects: UInt64
  }

  /// Where the server is.
  public let address: RedisAddress
  /// The settings.
  public let configuration: Configuration
  /// What keeps calls away from a server that is down.
  public let breaker: CircuitBreaker
  private let counters: RedisCounters
  private let lanes: [RedisLane]

  /// Creates a client, which begins to connect at once and does not wait for it.
  ///
  /// - Parameters:
  ///   - address: Where the server is.
  ///   - configuration: The settings.
  ///   - breaker: What calls pass; one with the configuration's settings is made if there is none.
  ///   - metrics: Where to show what ``counts`` says.
  /// - Throws: `callInvalid` if a setting is out of its range, `resourceUnavailable` if the system
  ///   gives no thread.
  public init(
    _ address: RedisAddress, _ configuration: Configuration = Configuration(),
    breaker: CircuitBreaker? = nil, metrics: RedisMetrics? = nil
  ) throws(RedisFailure) {
    try configuration.check()
    self.address = address
    self.configuration = configuration
    if let breaker {
      self.breaker = breaker
    } else {
      do throws(BreakerFault) {
        self.breaker = try CircuitBreaker("redis", configuration.breaker)
      } catch {
        throw .callInvalid(message: error.description)
      }
    }
    counters = RedisCounters(metrics)
    let seed = configuration.seed ?? UInt64.random(in: 0...UInt64.max)
    var lanes: [RedisLane] = []
    do throws(RedisFailure) {
      for number in 0..<configuration.connectionCount {
        // Wrapping only makes another seed.
        lanes.append(
          try RedisLane(address, configuration, counters, seed: seed &+ UInt64(number)))
      }
    } catch {
      for lane in lanes { lane.close() }
      throw error
    }
    self.lanes = lanes
  }

  deinit { for lane in lanes { lane.close() } }

  // MARK: Commands

  /// Sends one command and gives its reply.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - timeout: How long the call may take, instead of what the configuration says.
  /// - Returns: The reply, which is never an error.
  /// - Throws: ``RedisFailure``, `CircuitBreaker.Refused`, or `CancellationError` as soon as the
  ///   task is cancelled: if the command had been sent by then, it may be executed all the same.
  @discardableResult
  public func run(_ command: RedisCommand, timeout: Interval? = nil) async throws -> RedisReply {
    let replies = try await send([command], command, timeout)
    if case .error(let message) = replies[0] {
      throw RedisFailure.refused(command: command.name, message: message)
    }
    return replies[0]
  }

  /// Sends commands together, with none of others between them, and gives all replies in order.
  ///
  /// What the server refuses is an `.error` among the replies; the others are executed all the
  /// same. A pipeline that is larger than the queue is refused with `queueFull`.
  ///
  /// - Throws: as ``run(_:timeout:)``, apart from `refused`.
  public func run(
    pipeline: [RedisCommand], timeout: Interval? = nil
  ) async throws -> [RedisReply] {
    guard let first = pipeline.first else { return [] }
    return try await send(pipeline, first, timeout)
  }

  /// Runs a script by its digest, and gives it to the server first if the server does not have it.
  ///
  /// - Throws: as ``run(_:timeout:)``; `refused` if the script fails.
  public func evaluate(
    _ script: RedisScript, keys: [String] = [], arguments: [[UInt8]] = [],
    timeout: Interval? = nil
  ) async throws -> RedisReply {
    let command = script.run(keys: keys, arguments: arguments)
    let first = try await send([command], command, timeout)
    if let reply = try script.result(of: first) { return reply }
    let second = try await send([script.load, command], command, timeout)
    if let reply = try script.result(of: second) { return reply }
    return try await run(script.send(keys: keys, arguments: arguments), timeout: timeout)
  }

  /// Runs the script `script` by its digest.
  ///
  /// - Complexity: computes the digest of the text each time; ``RedisScript`` keeps it.
  public func evaluate(
    script: String, keys: [String] = [], arguments: [String] = []
  ) async throws -> RedisReply {
    try await evaluate(RedisScript(script), keys: keys, arguments: arguments.map { Array($0.utf8) })
  }

  // MARK: State

  /// What the client did so far.
  public var counts: Counts { counters.counts }

  /// How many connections are up.
  public var connectedCount: Int { lanes.count { $0.isConnected } }

  /// Ends all calls with `closed`, and returns when the threads have ended.
  ///
  /// Later calls fail with `closed`. A client that goes without it ends its threads as well.
  public func close() async {
    for lane in lanes { lane.close() }
    for lane in lanes { await lane.ended() }
  }

  // MARK: Parts

  private func send(
    _ commands: [RedisCommand], _ first: RedisCommand, _ timeout: Interval?
  ) async throws -> [RedisReply] {
    try check(commands)
    try Task.checkCancellation()
    let permit: BreakerMachine.Permit
    do throws(CircuitBreaker.Refused) {
      permit = try breaker.admit()
    } catch {
      counters.noteRefusal()
      throw error
    }
    do {
      let replies = try await exchange(
        RedisRequest(commands, first, timeout: timeout ?? configuration.connection.timeout))
      breaker.settle(permit, Self.outcome(of: replies))
      return replies
    } catch {
      breaker.settle(permit, Self.outcome(of: error))
      throw error
    }
  }

  private func exchange(_ request: RedisRequest) async throws -> [RedisReply] {
    let lane = chosenLane
    let isBegun = isAtRest && lane.attempt(request)
    if let replies = try request.settledReplies() {
      // So that a task that calls all the time does not keep its thread all the time.
      if lane.isToGiveWay { await Task.yield() }
      return replies
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard request.begin(continuation), !isBegun else { return }
        do throws(RedisFailure) {
          try lane.enqueue(request)
        } catch {
          if case .queueFull = error { counters.noteRefusal() }
          request.fail(error)
        }
      }
    } onCancel: {
      request.fail(CancellationError())
      lane.remove(request)
    }
  }

  /// Whether nothing is under way, so that whoever calls may wait for the server himself.
  private var isAtRest: Bool { lanes.allSatisfy { $0.load == 0 } }

  /// The lane with the least to do, of those that are connected if there are any.
  private var chosenLane: RedisLane {
    var best = lanes[0]
    for lane in lanes.dropFirst() {
      let isBetter =
        lane.isConnected == best.isConnected ? lane.load < best.load : lane.isConnected
      if isBetter { best = lane }
    }
    return best
  }

  /// Makes sure that the commands leave a shared connection as they found it.
  private func check(_ commands: [RedisCommand]) throws(RedisFailure) {
    var isInTransaction = false
    for command in commands {
      try command.check()
      switch command.effect {
      case .none: continue
      case .opensTransaction where !isInTransaction: isInTransaction = true
      case .endsTransaction where isInTransaction: isInTransaction = false
      case .opensTransaction, .endsTransaction:
        throw .callInvalid(message: "\(command.name) stands where no transaction allows it")
      case .changesConnection, .breaksOrder:
        throw .callInvalid(
          message: "\(command.name) changes a connection that others use; wanted a RedisConnection")
      }
    }
    if isInTransaction {
      throw .callInvalid(message: "a transaction is not ended; wanted EXEC in the same pipeline")
    }
  }

  /// What replies say of the server: one that only starts or has lost its master is not there yet.
  private static func outcome(of replies: [RedisReply]) -> BreakerMachine.Outcome {
    guard case .error(let message) = replies.first else { return .success }
    let words = ["LOADING", "MASTERDOWN", "CLUSTERDOWN"]
    return words.contains(where: message.hasPrefix) ? .failure : .success
  }

  /// What a failure says of the server.
  private static func outcome(of error: any Error) -> BreakerMachine.Outcome {
    guard let failure = error as? RedisFailure else { return .ignored }
    switch failure {
    case .unreachable, .rejected, .timedOut, .connectionLost, .protocolBroken: return .failure
    case .refused, .unexpectedReply: return .success
    case .closed, .queueFull, .callInvalid, .resourceUnavailable, .addressInvalid,
      .tlsUnsupported:
      return .ignored
    }
  }
}
