public import OmniBus
public import OmniRedis
public import OmniTime

/// Writes the events of a bus to a stream of Redis, from which other processes read them.
///
///     let bridge = try RedisStreamBridge(bus, RedisAddress("redis://localhost"))
///     …
///     bridge.close()
///
/// Each event is one entry, whose id is the event's number and `-0`: Redis itself refuses an event
/// twice or out of order. The stream remembers where the bridge was, so a bridge that starts, or
/// connects again, goes on behind the last entry; what the stream has lost with its server is sent
/// again from the bus's log, as far as ``Configuration/replayWindow`` reaches.
///
/// It also serves consumers that lack events: they ask in a second stream, and get what they asked
/// for from the log in a stream of their own.
///
/// It has a thread of its own, and reads so that no other reader and no writer of the bus waits for
/// it or for Redis. There is one bridge for a bus and a stream.
public final class RedisStreamBridge: Sendable {
  /// The settings of a bridge.
  public struct Configuration: Sendable, Hashable {
    /// The keys in Redis.
    public var names = BusStreamNames()
    /// Of the connection.
    public var connection = RedisConnection.Configuration(name: "omni-bus-bridge")
    /// About how many entries the stream keeps, at least; above 0.
    public var streamLength = 1_000_000
    /// How many events are sent at once, at most; from 1 to 10,000.
    public var batchMax = 512
    /// How many of the newest events a stream that does not exist begins with, at most.
    public var replayWindow: UInt64 = 1_000_000
    /// How often to look for what consumers ask; above zero.
    public var requestInterval = Interval.milliseconds(20)
    /// How many events one answer to a consumer has at most; from 1 to 1,000,000.
    public var replayMax = 10_000
    /// How long an answer stays; at least a second.
    public var replayKept = Interval.minutes(10)

    /// Creates the usual settings.
    public init() {}

    func check() throws(BridgeFailure) {
      func check(_ name: String, _ value: Int, _ wanted: ClosedRange<Int>) throws(BridgeFailure) {
        guard !wanted.contains(value) else { return }
        throw .unusable(
          setting: name, value: "\(value)", wanted: "\(wanted.lowerBound) to \(wanted.upperBound)")
      }
      try check("streamLength", streamLength, 1...Int.max)
      try check("batchMax", batchMax, 1...10_000)
      try check("replayMax", replayMax, 1...1_000_000)
      guard requestInterval > .zero, replayKept >= .seconds(1) else {
        throw .unusable(
          setting: "requestInterval or replayKept", value: "too short",
          wanted: "above zero, and at least a second")
      }
    }
  }

  private let bus: Bus
  private let counts: BridgeCounts
  private let thread: BridgeThread

  /// Starts a bridge; Redis need not be there.
  ///
  /// - Throws: `noLog` if the bus keeps no events, `unusable`, `noThread`.
  public init(
    _ bus: Bus, _ address: RedisAddress, _ configuration: Configuration = Configuration()
  ) throws(BridgeFailure) {
    try configuration.check()
    guard let log = bus.log else { throw .noLog }
    let breaker = try RedisLink.usualBreaker("redis stream bridge")
    let (counts, stop) = (BridgeCounts(), StopSignal())
    self.bus = bus
    self.counts = counts
    thread = try BridgeThread(stop, niceness: BridgeThread.bridgeNiceness) {
      let link = RedisLink(address, configuration.connection, breaker, stop)
      StreamPublisher((bus, log), link, configuration, counts, stop).run()
    }
  }

  /// What it did so far.
  public var counters: BridgeCounters { counts.value(published: bus.published) }

  /// Ends the bridge and waits for its thread.
  ///
  /// What has not been sent is sent by the next bridge. To close twice does no more. A bridge whose
  /// bus was closed ends by itself when all has been sent.
  public func close() { thread.end() }
}
