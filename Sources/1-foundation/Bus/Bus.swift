import OmniPlatform
import Synchronization

/// The event bus of one process: a ring, the log that keeps what was in it, and who reads it.
///
///     let log = try EventLog(folder, EventLogConfiguration())
///     let bus = try Bus(RingConfiguration(), log: log)
///     var writer = try bus.makeWriter()
///     var reader = try bus.subscribe(.family(.order), policy: .block)
///     try writer.publish(draft, payload)
///     try reader.poll { event, payload in … }
///     try bus.close()
///
/// Numbers go on where the log ended. There is one order for all topics and keys, and so for each of
/// them. Without a log the bus forgets what has left the ring; with one, an event leaves the ring
/// only when it is in the log's files, and when the log fails nothing more is published.
///
/// - Complexity: publishing and polling are the ring's; the log costs them nothing until the ring is
///   full.
public final class Bus: Sendable {
  /// The ring.
  public let ring: BusRing
  /// The log, if events are kept.
  public let log: EventLog?
  private let thread: Mutex<OwnedThread?>

  /// Creates a bus, and starts the thread that follows the ring for `log`.
  ///
  /// The bus is the only one who writes to the log, and closes it.
  ///
  /// - Throws: `log` if the log takes nothing; `noThread`.
  public init(_ configuration: RingConfiguration, log: EventLog? = nil) throws(BusFailure) {
    ring = BusRing(configuration, after: (log?.nextSequence ?? 1) - 1)
    self.log = log
    guard let log else {
      thread = Mutex(nil)
      return
    }
    do throws(EventLogFailure) { try log.flush() } catch { throw .log(error) }
    let follower = try LogFollower(ring, log)
    guard let started = OwnedThread({ follower.run() }) else { throw .noThread }
    thread = Mutex(started)
  }

  deinit {
    ring.close()
    thread.withLock { $0 }?.join()
    // Nobody is left to be told; what could not be written is missing at the next opening.
    try? log?.close()
  }

  /// The number of the last event that was published, or 0.
  public var published: UInt64 { ring.published }

  /// The number of the last event that is in the log's files, or nil if there is none or no log.
  public var logged: UInt64? { log?.newest }

  /// Why nothing more is published, or nil while the bus is open.
  public var stopReason: BusFailure? { ring.stopReason }

  /// The one writer, for one thread.
  ///
  /// - Throws: `writerTaken` while there is another.
  public func makeWriter() throws(BusFailure) -> BusWriter { try ring.makeWriter() }

  /// The one writer, for several threads.
  ///
  /// - Throws: `writerTaken` while there is another.
  public func makeSharedWriter() throws(BusFailure) -> SharedBusWriter {
    SharedBusWriter(try ring.makeWriter())
  }

  /// Adds a reader that begins with the next event.
  ///
  /// - Parameters:
  ///   - name: for whoever looks at ``counters()``.
  ///   - waiting: how it waits, or nil for as the ring's configuration says.
  /// - Throws: `tooManyReaders`, `closed`, `log`.
  public func subscribe(
    _ filter: BusFilter = .all, policy: OverflowPolicy, name: String = "",
    waiting: BusWaitStrategy? = nil
  ) throws(BusFailure) -> BusReader {
    try ring.makeReader(filter, policy: policy, name: name, waiting: waiting)
  }

  /// Adds a reader that begins with event `sequence`: from the log first, then from the ring.
  ///
  /// - Parameters:
  ///   - sequence: from the oldest event that is kept to the next that will be published.
  ///   - waiting: how it waits, or nil for as the ring's configuration says.
  /// - Throws: `outOfReach`; `noLog` if the event has left the ring and there is no log;
  ///   `tooManyReaders`, `log`.
  public func subscribe(
    from sequence: UInt64, _ filter: BusFilter = .all, policy: OverflowPolicy, name: String = "",
    waiting: BusWaitStrategy? = nil
  ) throws(BusFailure) -> CatchUpReader {
    let published = published
    guard sequence > 0, sequence - 1 <= published else {
      throw .outOfReach(wanted: sequence, oldest: log?.oldest ?? 1, newest: published)
    }
    return try CatchUpReader(
      self, from: sequence,
      .init(filter: filter, policy: policy, name: name, waiting: waiting))
  }

  /// What each reader has had so far; the log is one of them.
  public func counters() -> [BusReaderCounters] { ring.counters() }

  /// Stops publishing, waits until the log has everything, and closes it.
  ///
  /// Readers still get what is in the ring, and then the failure `closed`. To close twice does no
  /// more.
  ///
  /// - Throws: `log` if the log could not be written to its end.
  public func close() throws(BusFailure) {
    ring.close()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
    var failure: EventLogFailure?
    do throws(EventLogFailure) { try log?.close() } catch { failure = error }
    // Why the log failed first says more than that it is of no more use.
    if case .log(let first) = stopReason { throw .log(first) }
    if let failure { throw .log(failure) }
  }
}
