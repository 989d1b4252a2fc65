public import OmniTime
import OmniClocks

/// A connection to a Redis server, for one owner who waits.
///
///     let connection = try RedisConnection(RedisAddress("redis://localhost"))
///     try connection.run(RedisCommand("SET", "price:7", "101.5")).expectOK()
///     let replies = try connection.run(pipeline: [
///       RedisCommand("GET", "price:7"), RedisCommand("INCR", "reads"),
///     ])
///
/// Every call waits for the server, for at most the time-outs, so it belongs on a thread of the
/// caller's own: in Swift's pool of tasks it would keep others from running. Tasks take
/// ``RedisClient``. A read that blocks at the server, such as `XREAD BLOCK`, is given a time-out
/// that is longer than its own.
///
/// - Invariant: after an input or output error or a time-out the connection is closed for good, so
///   that no late reply is taken for the reply to another command.
public final class RedisConnection {
  /// How long a connection waits, and what it is called.
  public struct Configuration: Sendable, Hashable {
    /// How long connecting and logging in may take, the resolution of a name apart.
    public var connectTimeout: Interval
    /// How long each reply may be waited for, after the one before it.
    public var timeout: Interval
    /// What `CLIENT LIST` shows at the server: without spaces; not set if it is empty.
    public var name: String

    /// Creates settings.
    public init(
      connectTimeout: Interval = .seconds(2), timeout: Interval = .seconds(5),
      name: String = "omni"
    ) {
      self.connectTimeout = connectTimeout
      self.timeout = timeout
      self.name = name
    }
  }

  /// Where the server is.
  public let address: RedisAddress
  /// The settings.
  public let configuration: Configuration
  /// The socket, as long as the connection is open.
  private(set) var socket: RedisSocket?
  /// What is sent, kept for its memory.
  private var output: [UInt8] = []
  /// The most memory that is kept, in bytes.
  private static let outputBytesKept = 1 << 20

  /// Connects, logs in, chooses the database and tells the connection's name.
  ///
  /// - Throws: `unreachable` if nobody answers in time or the server is still reading its data from
  ///   the disk, `rejected` if it lets nobody in.
  public convenience init(
    _ address: RedisAddress, _ configuration: Configuration = Configuration()
  ) throws(RedisFailure) {
    try self.init(address, configuration, tick: nil)
  }

  /// Connects, and calls `tick` now and then meanwhile.
  init(
    _ address: RedisAddress, _ configuration: Configuration, tick: RedisSocket.Tick?
  ) throws(RedisFailure) {
    self.address = address
    self.configuration = configuration
    let deadline = TimeSource.machine.now() + configuration.connectTimeout
    socket = try RedisSocket(address, timeout: configuration.connectTimeout, tick: tick)
    try logIn(until: deadline, tick)
  }

  // MARK: Commands

  /// Sends one command and waits for its reply.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - timeout: How long to wait instead of what the configuration says.
  /// - Returns: The reply, which is never an error.
  /// - Throws: `refused` with the server's words if it answers with an error.
  @discardableResult
  public func run(
    _ command: RedisCommand, timeout: Interval? = nil
  ) throws(RedisFailure) -> RedisReply {
    try command.check()
    output.removeAll(keepingCapacity: output.capacity <= Self.outputBytesKept)
    command.encode(into: &output)
    var reply = RedisReply.null
    try exchange(count: 1, named: command, timeout ?? configuration.timeout) { reply = $0 }
    if case .error(let message) = reply {
      throw .refused(command: command.name, message: message)
    }
    return reply
  }

  /// Sends commands in one go and waits for all replies, of which there is one for each, in order.
  ///
  /// What the server refuses is an `.error` among the replies; the others are executed all the
  /// same.
  ///
  /// - Complexity: O(bytes), in memory as well. Replies are read while commands are sent, so that
  ///   neither side waits for the other with full buffers.
  public func run(
    pipeline: [RedisCommand], timeout: Interval? = nil
  ) throws(RedisFailure) -> [RedisReply] {
    guard let first = pipeline.first else { return [] }
    for command in pipeline { try command.check() }
    output.removeAll(keepingCapacity: output.capacity <= Self.outputBytesKept)
    output.reserveCapacity(pipeline.reduce(0) { $0 + $1.encodedBytes })
    for command in pipeline { command.encode(into: &output) }
    var replies: [RedisReply] = []
    replies.reserveCapacity(pipeline.count)
    try exchange(count: pipeline.count, named: first, timeout ?? configuration.timeout) {
      replies.append($0)
    }
    return replies
  }

  /// Runs a script by its digest, and gives it to the server first if the server does not have it.
  ///
  /// - Throws: `refused` if the script fails.
  public func evaluate(
    _ script: RedisScript, keys: [String] = [], arguments: [[UInt8]] = [],
    timeout: Interval? = nil
  ) throws(RedisFailure) -> RedisReply {
    let command = script.run(keys: keys, arguments: arguments)
    do throws(RedisFailure) {
      return try run(command, timeout: timeout)
    } catch {
      guard error.serverWord == "NOSCRIPT" else { throw error }
    }
    let replies = try run(pipeline: [script.load, command], timeout: timeout)
    if let reply = try script.result(of: replies) { return reply }
    return try run(script.send(keys: keys, arguments: arguments), timeout: timeout)
  }

  /// Runs the script `script` by its digest.
  ///
  /// - Complexity: computes the digest of the text each time; ``RedisScript`` keeps it.
  public func evaluate(
    script: String, keys: [String] = [], arguments: [String] = []
  ) throws(RedisFailure) -> RedisReply {
    try evaluate(RedisScript(script), keys: keys, arguments: arguments.map { Array($0.utf8) })
  }

  // MARK: Closing

  /// Whether no more commands can be sent.
  public var isClosed: Bool { socket == nil }

  /// Closes the connection; does nothing if it is closed.
  public func close() { socket = nil }

  // MARK: Parts

  /// Sends `output` and hands over `count` replies; on any failure the connection is closed.
  private func exchange(
    count: Int, named command: RedisCommand, _ timeout: Interval, tick: RedisSocket.Tick? = nil,
    _ take: (RedisReply) -> Void
  ) throws(RedisFailure) {
    guard let socket else { throw .closed(fate: .notSent) }
    var sent = 0
    var taken = 0
    do throws(RedisFailure) {
      guard socket.pendingBytes == 0 else {
        throw .protocolBroken(message: "bytes that no command asked for")
      }
      var deadline = TimeSource.machine.now() + timeout
      while taken < count {
        if sent < output.count { sent += try socket.send(output, from: sent) }
        let ready = try socket.wait(writing: sent < output.count, until: deadline, tick: tick)
        guard ready.isReadable || ready.isWritable else {
          throw .timedOut(command: command.name, after: timeout, fate: .mayHaveRun)
        }
        guard ready.isReadable else { continue }
        try socket.receive()
        let before = taken
        while taken < count, let reply = try socket.nextReply() {
          taken += 1
          take(reply)
        }
        if taken > before { deadline = TimeSource.machine.now() + timeout }
      }
    } catch {
      close()
      throw error.with(fate: sent == 0 ? .notSent : .mayHaveRun)
    }
  }

  private func logIn(
    until deadline: MonotonicInstant, _ tick: RedisSocket.Tick?
  ) throws(RedisFailure) {
    var commands: [RedisCommand] = []
    if let password = address.password {
      commands.append(RedisCommand("AUTH", (address.user.map { [$0] } ?? []) + [password]))
    }
    if address.database != 0 { commands.append(RedisCommand("SELECT", "\(address.database)")) }
    if !configuration.name.isEmpty {
      commands.append(RedisCommand("CLIENT", "SETNAME", configuration.name))
    }
    // A server that reads its data from the disk refuses this one, and lets the others in.
    let ping = RedisCommand("PING")
    for command in commands + [ping] { command.encode(into: &output) }
    defer { output = [] }
    let rest = max(.milliseconds(1), deadline - TimeSource.machine.now())
    var replies: [RedisReply] = []
    do throws(RedisFailure) {
      try exchange(count: commands.count + 1, named: ping, rest, tick: tick) {
        replies.append($0)
      }
    } catch {
      if case .closed = error { throw error }
      // A server with no room for more, or that protects itself, says so and hangs up.
      if case .error(let message)? = replies.first {
        throw .rejected(place: address.placeText, message: message)
      }
      // Whoever waited for the connection has sent nothing on it.
      throw .unreachable(place: address.placeText, message: error.description)
    }
    if case .error(let message)? = replies.last, message.hasPrefix("LOADING") {
      close()
      throw .unreachable(place: address.placeText, message: message)
    }
    // Not one who sends back what it hears: on the loopback, a socket can connect to itself.
    switch replies.last {
    case .status, .error: break
    default:
      close()
      throw .unreachable(place: address.placeText, message: "it answers, but not as Redis does")
    }
    // That a user may not PING is no reason to keep it out.
    for case .error(let message) in replies where !message.hasPrefix("NOPERM") {
      close()
      throw .rejected(place: address.placeText, message: message)
    }
  }
}
