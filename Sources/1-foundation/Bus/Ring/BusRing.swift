public import OmniPlatform
import Synchronization

/// Records in a ring that one writer fills and many readers follow, each at its own pace.
///
///                    claimed ┐
///     ─ ─ ┬────┬────┬────┬────┬────┬─ ─          a record is at its number modulo the capacity;
///         │ 97 │ 98 │ 99 │100 │    │             readers read up to `published`, and the writer
///     ─ ─ ┴────┴────┴────┴────┴────┴─ ─          stays less than one round ahead of each reader
///           ▲ reader   ▲ published               whose policy is to block
///
/// After Thompson, Farley, Barker, Gee and Stewart, "Disruptor: high performance alternative to
/// bounded queues for exchanging data between concurrent threads", 2011: one allocation, one number
/// that says how far the ring is written, one for each reader, each on a cache line of its own.
/// Beyond the paper, each reader has its ``OverflowPolicy``, and readers come and go at any time.
///
/// The four numbers: thousands of records, 256 bytes each, up to millions in a second, some tens of
/// nanoseconds for each.
///
/// - Invariant: numbers begin after `first` and have no gaps; everybody sees the same order.
/// - Invariant: nobody is given a record that is partly of one event and partly of another.
/// - Complexity: to publish and to poll neither allocate nor lock, nor touch a reference count.
@safe public final class BusRing {
  /// How large the ring is and how its writer waits.
  public let configuration: RingConfiguration
  @usableFromInline let cells: RingCells
  @usableFromInline let readerParking: Parking
  @usableFromInline let writerParking: Parking
  /// Where the log naps: the writer wakes it only when it needs room.
  let followerParking: Parking
  private let members: Mutex<[String?]>
  private let failure = Mutex<EventLogFailure?>(nil)

  enum State {
    static let open: UInt64 = 0
    static let closed: UInt64 = 1
    static let failed: UInt64 = 2
  }
  static let closedMode: UInt64 = 4

  /// Creates a ring whose first event gets the number after `first`.
  public init(_ configuration: RingConfiguration, after first: UInt64 = 0) {
    self.configuration = configuration
    cells = RingCells(configuration)
    unsafe readerParking = Parking(counting: cells.sleepingReaders)
    unsafe writerParking = Parking(counting: cells.sleepingWriters)
    unsafe followerParking = Parking(counting: cells.sleepingFollower)
    members = Mutex(Array(repeating: nil, count: configuration.readerCountMax))
    unsafe cells.published.pointee.store(first, ordering: .relaxed)
    unsafe cells.claimed.pointee.store(first, ordering: .relaxed)
    unsafe cells.grant.pointee.store(first, ordering: .sequentiallyConsistent)
  }

  deinit { cells.deallocate() }

  /// The number of the last event that was published, or the number the ring began after.
  public var published: UInt64 { cells.publishedNumber }

  /// Whether nothing more is published.
  public var isClosed: Bool { unsafe cells.state.pointee.load(ordering: .acquiring) != 0 }

  /// The one writer.
  ///
  /// - Throws: `writerTaken` while there is another.
  public func makeWriter() throws(BusFailure) -> BusWriter {
    let isMine = unsafe cells.writerTaken.pointee.exchange(1, ordering: .acquiringAndReleasing) == 0
    guard isMine else { throw .writerTaken }
    return BusWriter(self)
  }

  /// Adds a reader that begins with the next event.
  ///
  /// - Parameters:
  ///   - name: for whoever looks at ``counters()``.
  ///   - waiting: how it waits, or nil for as the ring's ``configuration`` says.
  /// - Throws: `tooManyReaders`, `closed`.
  public func makeReader(
    _ filter: BusFilter = .all, policy: OverflowPolicy, name: String = "",
    waiting: BusWaitStrategy? = nil
  ) throws(BusFailure) -> BusReader {
    if let reason = stopReason { throw reason }
    guard let place = try join(policy, after: nil, name) else { throw .closed }
    return BusReader(self, place, policy, filter, waiting)
  }

  /// Adds a reader that begins with the event after `position`, if that is still in the ring and
  /// stays there; otherwise gives nil, and nothing has changed.
  ///
  /// For the ways `block` and `disconnect` that is so at least for the newer half of the ring.
  func makeReader(
    _ wish: CatchUpReader.Wish, after position: UInt64
  ) throws(BusFailure) -> BusReader? {
    guard let place = try join(wish.policy, after: position, wish.name) else { return nil }
    return BusReader(self, place, wish.policy, wish.filter, wish.waiting)
  }

  /// Stops publishing; readers still get what is there, and then the failure `closed`.
  ///
  /// An event is published before that or not at all. To close twice does no more.
  public func close() { stop(State.closed) }

  /// Stops publishing as ``close()`` does, because events could no longer be kept.
  func fail(_ reason: EventLogFailure) {
    failure.withLock { $0 = $0 ?? reason }
    stop(State.failed)
  }

  /// Why nothing more is published, or nil while something is.
  @usableFromInline var stopReason: BusFailure? {
    switch unsafe cells.state.pointee.load(ordering: .acquiring) {
    case State.open: nil
    case State.failed: failure.withLock { $0 }.map { .log($0) } ?? .closed
    default: .closed
    }
  }

  private func stop(_ state: UInt64) {
    _ = unsafe cells.state.pointee.compareExchange(
      expected: State.open, desired: state, ordering: .sequentiallyConsistent)
    // From here on the writer's exchange fails: whoever sees the bit has seen the last event.
    _ = unsafe cells.published.pointee.bitwiseOr(
      RingCells.endBit, ordering: .sequentiallyConsistent)
    readerParking.wakeIfNeeded()
    writerParking.wakeIfNeeded()
    followerParking.wakeIfNeeded()
  }

  /// What each reader has had so far, in the order of their places.
  public func counters() -> [BusReaderCounters] {
    members.withLock { names in
      let published = published
      return names.indices.compactMap { slot in
        guard let name = names[slot] else { return nil }
        return unsafe BusReaderCounters(
          slot: slot, name: name,
          isConnected: cells.mode(slot).pointee.load(ordering: .acquiring) & 255
            != Self.closedMode,
          published: published,
          position: cells.position(slot).pointee.load(ordering: .acquiring),
          delivered: cells.delivered(slot).pointee.load(ordering: .relaxed),
          dropped: cells.dropped(slot).pointee.load(ordering: .relaxed),
          skipped: cells.skipped(slot).pointee.load(ordering: .relaxed))
      }
    }
  }

  // MARK: Members

  /// A reader's place in the table, and the number it begins after.
  struct Place {
    let slot: Int
    let mode: UInt64
    let position: UInt64
  }

  /// Takes a place, or gives nil when `position` is out of reach.
  ///
  /// The writer looks at its readers only when its grant is used up. So the place is marked first,
  /// and the grant read behind a fence; the writer raises the grant first, and looks at the places
  /// behind a fence. Either it sees the reader, or the reader sees how far it may go unseen, which
  /// is at most half a round beyond what was published then.
  private func join(
    _ policy: OverflowPolicy, after position: UInt64?, _ name: String
  ) throws(BusFailure) -> Place? {
    try members.withLock { (names) throws(BusFailure) -> Place? in
      guard let slot = names.firstIndex(where: { $0 == nil }) else {
        throw .tooManyReaders(limit: names.count)
      }
      let generation = unsafe (cells.mode(slot).pointee.load(ordering: .relaxed) >> 8) + 1
      let mode = generation << 8 | UInt64(policy.rawValue)
      unsafe cells.delivered(slot).pointee.store(0, ordering: .relaxed)
      unsafe cells.dropped(slot).pointee.store(0, ordering: .relaxed)
      unsafe cells.skipped(slot).pointee.store(0, ordering: .relaxed)
      unsafe cells.position(slot).pointee.store(position ?? published, ordering: .relaxed)
      unsafe cells.mode(slot).pointee.store(mode, ordering: .releasing)
      atomicMemoryFence(ordering: .sequentiallyConsistent)
      let start = position ?? published
      let reach =
        policy == .dropOldest
        ? unsafe cells.claimed.pointee.load(ordering: .acquiring)
        : unsafe cells.grant.pointee.load(ordering: .acquiring)
      guard reach <= start + cells.capacity, start <= published else {
        unsafe cells.mode(slot).pointee.store(generation << 8, ordering: .releasing)
        writerParking.wakeIfNeeded()
        return nil
      }
      unsafe cells.position(slot).pointee.store(start, ordering: .releasing)
      names[slot] = name
      return Place(slot: slot, mode: mode, position: start)
    }
  }

  /// Gives a place back.
  @usableFromInline
  func leave(_ slot: Int, mode: UInt64) {
    members.withLock { names in
      unsafe cells.mode(slot).pointee.store(mode & ~255, ordering: .releasing)
      names[slot] = nil
    }
    writerParking.wakeIfNeeded()
  }
}

// The cells are atomics; the names are behind a lock; the memory lives as long as the object, which
// writers and readers hold.
extension BusRing: @unchecked Sendable {}

/// What a reader has had so far.
///
/// - Invariant: once the reader is idle, `delivered + dropped + skipped` is what was published since
///   it began.
public struct BusReaderCounters: Sendable, Equatable {
  /// Its place in the ring's table.
  public let slot: Int
  /// The name it was given.
  public let name: String
  /// Whether it was not closed by the writer.
  public let isConnected: Bool
  /// The number of the last event published when the counters were read.
  public let published: UInt64
  /// The number of the last event that the reader is done with.
  public let position: UInt64
  /// How many events it was given.
  public let delivered: UInt64
  /// How many it lost.
  public let dropped: UInt64
  /// How many its filter kept from it.
  public let skipped: UInt64

  /// How many events it is behind.
  public var lag: UInt64 { published > position ? published - position : 0 }
}
