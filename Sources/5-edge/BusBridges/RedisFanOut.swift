public import OmniBus
public import OmniRedis
import Synchronization

/// Publishes the events of a bus in channels of Redis, one for each topic: at once, or never.
///
///     let fanOut = try RedisFanOut(bus, RedisAddress("redis://localhost"))
///
/// It is for screens and gauges: what Redis cannot take at the moment is dropped and counted, and
/// nobody gets it later. Who must have every event reads the stream of a ``RedisStreamBridge``.
///
/// The channel of a topic is `omni:bus:` and the topic's name; `omni:bus:topic-` and its number if
/// it has no name. It has a thread of its own, and nobody on the bus waits for it.
public final class RedisFanOut: Sendable {
  /// The settings of a publisher.
  public struct Configuration: Sendable {
    /// The names of the channels.
    public var names = BusStreamNames()
    /// The names of the topics.
    public var registry = TopicRegistry()
    /// Which topics are published.
    public var filter = BusFilter.all
    /// Of the connection.
    public var connection = RedisConnection.Configuration(name: "omni-bus-fan-out")
    /// How many events are sent at once, at most; from 1 to 10,000.
    public var batchMax = 512

    /// Creates the usual settings.
    public init() {}
  }

  private let bus: Bus
  private let counts: BridgeCounts
  private let thread: BridgeThread

  /// Starts a publisher with the next event; Redis need not be there.
  ///
  /// - Throws: `unusable`, `noThread`; `bus` if it takes no more readers.
  public init(
    _ bus: Bus, _ address: RedisAddress, _ configuration: Configuration = Configuration()
  ) throws(BridgeFailure) {
    guard (1...10_000).contains(configuration.batchMax) else {
      throw .unusable(
        setting: "batchMax", value: "\(configuration.batchMax)", wanted: "1 to 10000")
    }
    let breaker = try RedisLink.usualBreaker("redis fan-out")
    let (counts, stop) = (BridgeCounts(), StopSignal())
    self.bus = bus
    self.counts = counts
    let place = try Self.place(on: bus, configuration.filter, counts)
    thread = try BridgeThread(stop, niceness: BridgeThread.bridgeNiceness) {
      guard var reader = place.take() else { return }
      let link = RedisLink(address, configuration.connection, breaker, stop)
      FanOutPublisher(bus, link, configuration, counts, stop).run(&reader)
    }
  }

  /// A reader, for the thread to take.
  private static func place(
    on bus: Bus, _ filter: BusFilter, _ counts: BridgeCounts
  ) throws(BridgeFailure) -> ReaderPlace {
    do throws(BusFailure) {
      let reader = try bus.subscribe(
        filter, policy: .dropOldest, name: "redis fan-out", waiting: .park)
      counts.note(sent: reader.position)
      return ReaderPlace(reader)
    } catch {
      throw .bus(error)
    }
  }

  /// What it did so far.
  public var counters: BridgeCounters { counts.value(published: bus.published) }

  /// Ends the publisher and waits for its thread; to close twice does no more.
  public func close() { thread.end() }
}

/// Where one thread leaves a reader for another.
private final class ReaderPlace: Sendable {
  private let reader: Mutex<BusReader?>

  init(_ reader: consuming BusReader) { self.reader = Mutex(reader) }

  func take() -> BusReader? { reader.withLock { $0.take() } }
}
