import OmniClocks
import OmniNumerics
public import OmniTime
import Synchronization

/// Messages that others publish, on a connection and a thread of its own.
///
///     let subscription = try RedisSubscription(
///       address, channels: ["fills"], patterns: ["quotes.*"])
///     for await event in subscription.events {
///       switch event {
///       case .message(let message): handle(message)
///       case .connected, .reconnected: try await readWhatIsStored()
///       case .disconnected(let failure): warn(failure)
///       }
///     }
///
/// Redis keeps no message for whoever is away: what is published between `disconnected` and
/// `reconnected` is lost for good, and so is what was on its way. Who must not miss anything reads
/// a stream with `XREAD` on a ``RedisConnection``, or reads what is stored after each
/// `reconnected`.
///
/// The stream holds the newest ``Configuration/eventCountMax`` events; when it is full the oldest
/// message is dropped and counted in ``droppedCount``. It ends when ``close()`` is called, when the
/// task that reads it is cancelled, or when the value goes.
public final class RedisSubscription: Sendable {
  /// The settings of a subscription.
  public struct Configuration: Sendable, Hashable {
    /// Of the connection; `timeout` is how long the server may owe an answer.
    public var connection: RedisConnection.Configuration
    /// How many events wait for the reader at most, from 16 to 16,777,216.
    public var eventCountMax = 65_536
    /// After how long without a message the server is asked whether it is there.
    public var pingInterval = Interval.seconds(10)
    /// How long to wait after the first failed attempt to connect; then twice as long each time.
    public var pauseMin = Interval.milliseconds(20)
    /// How long to wait between two attempts to connect at most.
    public var pauseMax = Interval.milliseconds(500)
    /// What the variation of the pauses is drawn from; another number each time if it is nil.
    public var seed: UInt64?

    /// Creates settings.
    public init(connection: RedisConnection.Configuration = .init()) {
      self.connection = connection
    }
  }

  /// What somebody published.
  public struct Message: Sendable, Hashable {
    /// Where it was published.
    public let channel: String
    /// The pattern by which it was found, or nil if the channel itself is subscribed.
    public let pattern: String?
    /// What was published.
    public let payload: [UInt8]

    /// Creates a message.
    public init(channel: String, pattern: String? = nil, payload: [UInt8]) {
      self.channel = channel
      self.pattern = pattern
      self.payload = payload
    }
  }

  /// What happens.
  public enum Event: Sendable, Hashable {
    /// All is subscribed for the first time.
    case connected
    /// The connection was lost, or cannot be made; once for each time that it is away.
    case disconnected(RedisFailure)
    /// All is subscribed again; what was published meanwhile is lost.
    case reconnected
    /// Somebody published something.
    case message(Message)
  }

  /// What happens, in order; for one reader.
  public let events: AsyncStream<Event>
  private let worker: Worker

  /// Begins to connect and subscribe; does not wait for it.
  ///
  /// - Parameters:
  ///   - channels: The names of channels.
  ///   - patterns: Patterns of names, as PSUBSCRIBE reads them.
  /// - Throws: `callInvalid` if there is nothing to subscribe or a setting is out of its range,
  ///   `resourceUnavailable` if the system gives no thread.
  public init(
    _ address: RedisAddress, channels: [String] = [], patterns: [String] = [],
    _ configuration: Configuration = Configuration()
  ) throws(RedisFailure) {
    guard !channels.isEmpty || !patterns.isEmpty else {
      throw .callInvalid(message: "nothing is subscribed; wanted a channel or a pattern")
    }
    guard (16...16_777_216).contains(configuration.eventCountMax),
      configuration.pingInterval > .zero, configuration.pauseMin > .zero,
      configuration.pauseMin <= configuration.pauseMax
    else {
      throw .callInvalid(
        message: "eventCountMax is not from 16 to 16777216, or an interval is not above zero")
    }
    let (events, continuation) = AsyncStream.makeStream(
      of: Event.self, bufferingPolicy: .bufferingNewest(configuration.eventCountMax))
    self.events = events
    let worker = try Worker(address, channels, patterns, configuration, continuation)
    self.worker = worker
    continuation.onTermination = { _ in worker.close() }
    try RedisThread.start("redis \(configuration.connection.name)") { worker.live() }
  }

  deinit { worker.close() }

  /// How many events were dropped because the reader was slow.
  public var droppedCount: UInt64 { worker.droppedCount.load(ordering: .relaxed) }

  /// Ends the stream and the thread soon.
  public func close() { worker.close() }
}

/// What the thread of a subscription does.
private final class Worker: Sendable {
  typealias Event = RedisSubscription.Event

  let droppedCount = Atomic<UInt64>(0)
  private let address: RedisAddress
  private let configuration: RedisSubscription.Configuration
  /// What subscribes.
  private let output: [UInt8]
  /// How many subscriptions that makes.
  private let wantedCount: Int64
  private let wake: RedisWake
  private let continuation: AsyncStream<Event>.Continuation
  private let closing = Atomic<Bool>(false)

  init(
    _ address: RedisAddress, _ channels: [String], _ patterns: [String],
    _ configuration: RedisSubscription.Configuration,
    _ continuation: AsyncStream<Event>.Continuation
  ) throws(RedisFailure) {
    self.address = address
    self.configuration = configuration
    var output: [UInt8] = []
    if !channels.isEmpty { RedisCommand("SUBSCRIBE", channels).encode(into: &output) }
    if !patterns.isEmpty { RedisCommand("PSUBSCRIBE", patterns).encode(into: &output) }
    self.output = output
    wantedCount = Int64(Set(channels).count + Set(patterns).count)
    wake = try RedisWake()
    self.continuation = continuation
  }

  func close() {
    closing.store(true, ordering: .releasing)
    wake.signal()
  }

  private var isClosing: Bool { closing.load(ordering: .acquiring) }

  // MARK: The thread

  func live() {
    let backoff = RedisBackoff(
      pauseMin: configuration.pauseMin, pauseMax: configuration.pauseMax)
    var random = SplitMix64(seed: configuration.seed ?? UInt64.random(in: 0...UInt64.max))
    var failures = 0
    var wasConnected = false
    var isAway = false
    while !isClosing {
      pause(backoff.pause(afterFailures: failures, draw: random.unitDouble()))
      do throws(RedisFailure) {
        try receive { () in
          yield(wasConnected ? .reconnected : .connected)
          wasConnected = true
          isAway = false
          failures = 0
        }
      } catch {
        failures += 1
        if !isAway, !isClosing { yield(.disconnected(error)) }
        isAway = true
      }
    }
    continuation.finish()
  }

  private func pause(_ interval: Interval) {
    let end = TimeSource.machine.now() + interval
    while !isClosing {
      let now = TimeSource.machine.now()
      guard now < end else { return }
      wake.wait(atMost: end - now)
    }
  }

  /// Connects, subscribes, and hands messages over until the connection is gone.
  ///
  /// - Parameter begin: Called when all is subscribed.
  private func receive(_ begin: () -> Void) throws(RedisFailure) {
    let connection = try RedisConnection(
      address, configuration.connection,
      tick: { () throws(RedisFailure) in
        if self.isClosing { throw .closed(fate: .notSent) }
      })
    guard let socket = connection.socket else { throw .closed(fate: .notSent) }
    var ping: [UInt8] = []
    RedisCommand("PING").encode(into: &ping)
    var pending = output
    var sent = 0
    var isSubscribed = false
    // Whether the server owes an answer, and until when it may, or when it is asked next.
    var isOwing = true
    var deadline = TimeSource.machine.now() + configuration.connection.timeout
    while true {
      if isClosing { throw .closed(fate: .mayHaveRun) }
      if sent < pending.count { sent += try socket.send(pending, from: sent) }
      let ready = try socket.wait(
        writing: sent < pending.count, until: deadline, wake: wake.descriptor)
      if ready.isWoken { wake.clear() }
      if ready.isReadable {
        try socket.receive()
        while let reply = try socket.nextReply() {
          let count = try take(reply)
          if !isSubscribed, count == wantedCount {
            isSubscribed = true
            begin()
          }
        }
        if isSubscribed {
          isOwing = false
          deadline = TimeSource.machine.now() + configuration.pingInterval
        }
      }
      guard TimeSource.machine.now() >= deadline else { continue }
      guard !isOwing else {
        let limit = configuration.connection.timeout
        throw .timedOut(command: "PING", after: limit, fate: .mayHaveRun)
      }
      isOwing = true
      pending = ping
      sent = 0
      deadline = TimeSource.machine.now() + configuration.connection.timeout
    }
  }

  /// Hands a message over, or gives how many subscriptions the server counts now.
  private func take(_ reply: RedisReply) throws(RedisFailure) -> Int64? {
    if case .error(let message) = reply {
      throw .refused(command: "SUBSCRIBE", message: message)
    }
    let parts = try reply.array()
    switch (try parts.first?.text(), parts.count) {
    case ("message", 3):
      yield(.message(.init(channel: try parts[1].text(), payload: try parts[2].bytes())))
    case ("pmessage", 4):
      yield(
        .message(
          .init(
            channel: try parts[2].text(), pattern: try parts[1].text(),
            payload: try parts[3].bytes())))
    case ("subscribe", 3), ("psubscribe", 3): return try parts[2].integer()
    case ("pong", 2): break
    default:
      throw .protocolBroken(message: "an array of \(parts.count) that is no message")
    }
    return nil
  }

  private func yield(_ event: Event) {
    guard case .dropped(let dropped) = continuation.yield(event) else { return }
    droppedCount.wrappingAdd(1, ordering: .relaxed)
    if case .message = dropped { return }
    // That messages were lost is worth more than one of them: it goes to the end in its place.
    continuation.yield(dropped)
  }
}
