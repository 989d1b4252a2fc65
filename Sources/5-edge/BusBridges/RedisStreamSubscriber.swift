public import OmniRedis
public import OmniBus
public import OmniTime

/// Gives the events of a bus in another process to a handler: each once, in order, without a gap.
///
///     let subscriber = try RedisStreamSubscriber(
///       RedisAddress("redis://localhost"), from: .after(position), .init(name: "books"),
///       onStatus: { status in report(status) }
///     ) { event in apply(event) }
///
/// It reads the stream that a ``RedisStreamBridge`` writes. What is not there any more, or damaged,
/// it asks the bridge for, and meanwhile holds back what is behind. Only what the bus's log no
/// longer has either is left out, and is told as ``Status/outOfReach(lost:oldest:)``.
///
/// Both handlers are called on the subscriber's own thread, never at once; whoever takes long there
/// falls behind, and nobody else. They must not hold the last reference to the subscriber.
public final class RedisStreamSubscriber: Sendable {
  /// Where to begin.
  public enum Start: Sendable, Hashable {
    /// With the event after this number; 0 for the very first one.
    case after(UInt64)
    /// With the next event that is published after the first connection.
    case newest
  }

  /// What happens beside the events.
  public enum Status: Sendable, Equatable {
    /// Redis answers.
    case connected
    /// Redis does not answer; once for each time that it is away.
    case disconnected(BridgeFailure)
    /// These events are missing, and have been asked for.
    case gap(ClosedRange<UInt64>)
    /// These events were missing, and have come.
    case replayed(ClosedRange<UInt64>)
    /// These events cannot be had any more; the log's oldest one is `oldest`.
    case outOfReach(lost: ClosedRange<UInt64>, oldest: UInt64)
    /// An entry was no event; what should have been there is asked for.
    case damaged(BridgeFailure)
  }

  /// The settings of a subscriber.
  public struct Configuration: Sendable, Hashable {
    /// What the subscriber is called, of which there is one at a time: 1 to 64 letters, digits,
    /// dashes, dots and underscores.
    public var name: String
    /// The keys in Redis.
    public var names = BusStreamNames()
    /// Of the connection.
    public var connection = RedisConnection.Configuration(name: "omni-bus-subscriber")
    /// How many entries are read at once, at most; from 1 to 10,000.
    public var readMax = 512
    /// How long a read waits for entries, and closing with it; from 1 ms to 10 s.
    public var block = Interval.milliseconds(200)
    /// How many events are held back behind a gap, at most; from 16 to 1,000,000.
    public var heldMax = 65_536
    /// After how long without an answer missing events are asked for again; above zero.
    public var patience = Interval.seconds(1)

    /// Creates the usual settings of the subscriber called `name`.
    public init(name: String) { self.name = name }

    func check() throws(BridgeFailure) {
      guard BusStreamNames.isConsumer(name) else {
        throw .unusable(
          setting: "name", value: String(name.prefix(80)).debugDescription,
          wanted: "1 to 64 letters, digits, dashes, dots and underscores")
      }
      guard (1...10_000).contains(readMax), (16...1_000_000).contains(heldMax) else {
        throw .unusable(
          setting: "readMax or heldMax", value: "\(readMax), \(heldMax)",
          wanted: "1 to 10000, 16 to 1000000")
      }
      guard block >= .milliseconds(1), block <= .seconds(10), patience > .zero else {
        throw .unusable(
          setting: "block or patience", value: "\(block.nanoseconds), \(patience.nanoseconds) ns",
          wanted: "1 ms to 10 s, above zero")
      }
    }
  }

  private let counts: SubscriberCounts
  private let thread: BridgeThread

  /// Starts a subscriber; Redis need not be there.
  ///
  /// - Parameters:
  ///   - address: Where Redis is.
  ///   - start: Where to begin.
  ///   - configuration: Its name and settings.
  ///   - onStatus: Is told what happens beside the events.
  ///   - onEvent: Is given the events.
  /// - Throws: `unusable`, `noThread`.
  public init(
    _ address: RedisAddress, from start: Start, _ configuration: Configuration,
    onStatus: @escaping @Sendable (Status) -> Void = { _ in },
    onEvent: @escaping @Sendable (BusEvent) -> Void
  ) throws(BridgeFailure) {
    try configuration.check()
    let breaker = try RedisLink.usualBreaker("redis stream subscriber")
    let (counts, stop) = (SubscriberCounts(), StopSignal())
    self.counts = counts
    thread = try BridgeThread(stop) {
      let link = RedisLink(address, configuration.connection, breaker, stop)
      StreamConsumer(
        link, start, configuration, .init(counts: counts, status: onStatus, event: onEvent), stop
      ).run()
    }
  }

  /// What it did so far.
  public var counters: SubscriberCounters { counts.value }

  /// Ends the subscriber and waits for its thread; to close twice does no more.
  public func close() { thread.end() }
}
