public import OmniBus
public import OmniKafka
public import OmniTime

/// Writes the events of a bus to the six topics of a Kafka cluster.
///
///     let bridge = try KafkaBridge(bus, kafka, .init(watermark: "/var/lib/omni/kafka.mark"))
///     …
///     bridge.close()
///
/// An event goes to the topic of its family, with the event's key as the message's and its envelope
/// as the value, so all events of a key are in one partition, in order. A small file keeps up to
/// where all is delivered; from there the next bridge goes on. What is delivered after the file was
/// written comes again after a restart: ``KafkaBusConsumer`` takes it out.
///
/// When Kafka does not take more, it waits, and nobody on the bus waits with it: what the ring has
/// lost by then it reads from the bus's log. There is one bridge for a bus and a cluster.
public final class KafkaBridge: Sendable {
  /// The settings of a bridge.
  public struct Configuration: Sendable, Equatable {
    /// The path of the file that keeps up to where all is delivered.
    public var watermark: String
    /// Whether a bridge without that file begins with the oldest event of the log, or else with the
    /// next one that is published.
    public var beginsWithOldest = true
    /// How the producer works; its messages may take longer than any outage does.
    public var producer = Self.usualProducer
    /// How many events are read at once, at most; from 1 to 10,000.
    public var batchMax = 512
    /// How often the file is written, at most; above zero.
    public var watermarkInterval = Interval.milliseconds(200)
    /// How long closing waits for what is on its way.
    public var closeLimit = Interval.seconds(2)

    /// Creates the usual settings.
    public init(watermark: String) { self.watermark = watermark }

    /// A day for each message, and a millisecond to travel with others.
    public static var usualProducer: KafkaProducer.Configuration {
      var configuration = KafkaProducer.Configuration()
      configuration.messageTimeout = .days(1)
      configuration.linger = .milliseconds(1)
      return configuration
    }

    func check() throws(BridgeFailure) {
      guard (1...10_000).contains(batchMax) else {
        throw .unusable(setting: "batchMax", value: "\(batchMax)", wanted: "1 to 10000")
      }
      // The producer counts some bytes of its own.
      let bytesMin = EventEnvelope.headerBytes + EventEnvelope.payloadBytesMax + 1_024
      guard producer.messageBytesMax >= bytesMin else {
        throw .unusable(
          setting: "messageBytesMax", value: "\(producer.messageBytesMax)",
          wanted: "\(bytesMin) or more, for the longest event")
      }
      guard !watermark.isEmpty, watermarkInterval > .zero, closeLimit >= .zero else {
        throw .unusable(
          setting: "watermark, watermarkInterval or closeLimit", value: "empty or negative",
          wanted: "a path, above zero, not negative")
      }
    }
  }

  private let bus: Bus
  private let counts: BridgeCounts
  private let thread: BridgeThread

  /// Starts a bridge; the brokers need not be there.
  ///
  /// - Throws: `noLog` if the bus keeps no events, `unusable`, `noThread`; `watermark`,
  ///   `watermarkDamaged`; `streamAhead` if the file has a number that the bus has not given.
  public init(
    _ bus: Bus, _ kafka: KafkaConfiguration, _ configuration: Configuration
  ) throws(BridgeFailure) {
    try configuration.check()
    guard let log = bus.log else { throw .noLog }
    let file = WatermarkFile(path: configuration.watermark)
    let published = bus.published
    let mark: UInt64
    if let found = try file.read() {
      guard found <= published else {
        throw .streamAhead(stream: found, published: published)
      }
      mark = found
    } else {
      mark = configuration.beginsWithOldest ? (log.oldest ?? published + 1) - 1 : published
      try file.write(mark)
    }
    let (counts, stop) = (BridgeCounts(), StopSignal())
    counts.note(sent: mark)
    self.bus = bus
    self.counts = counts
    thread = try BridgeThread(stop, niceness: BridgeThread.bridgeNiceness) {
      KafkaPublisher(bus, kafka, configuration, .init(file: file, mark: mark, counts), stop).run()
    }
  }

  /// What it did so far; `published` and `behind` count what is delivered.
  public var counters: BridgeCounters { counts.value(published: bus.published) }

  /// Waits for what is on its way, keeps the watermark, and ends; to close twice does no more.
  ///
  /// A bridge whose bus was closed ends by itself when all is delivered.
  public func close() { thread.end() }
}
