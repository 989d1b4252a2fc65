public import OmniPlatform
public import OmniClocks
import OmniTime
public import Synchronization

/// One reader of a ring, with a pace of its own.
///
///     var reader = try bus.subscribe(.family(.market), policy: .block)
///     while reader.wait(until: deadline) {
///       try reader.poll { event, payload in book.apply(event, payload) }
///     }
///
/// It cannot be copied, so it is in one thread's hands at a time; when it goes away, its place is
/// free and nobody waits for it any more.
///
/// - Invariant: events come in the order of their numbers; with `block`, and until the end with
///   `disconnect`, none is left out that the filter lets by.
/// - Complexity: ``poll(limit:_:)`` is O(events), without lock or allocation; with the policy
///   `block` payloads are read in their place, else each is copied once.
@frozen
@safe public struct BusReader: ~Copyable {
  @usableFromInline let ring: BusRing
  @usableFromInline let cells: RingCells
  @usableFromInline let slot: Int
  @usableFromInline let mode: UInt64
  /// What happens when the ring is full for this reader.
  public let policy: OverflowPolicy
  /// Which topics it gets.
  public let filter: BusFilter
  /// How it waits.
  public let waiting: BusWaitStrategy
  @usableFromInline var tally: Tally
  @usableFromInline var habit = WaitHabit()

  /// Where it is and what it has had.
  @frozen @usableFromInline struct Tally {
    @usableFromInline var position: UInt64
    @usableFromInline var delivered: UInt64 = 0
    @usableFromInline var dropped: UInt64 = 0
    @usableFromInline var skipped: UInt64 = 0
  }

  init(
    _ ring: BusRing, _ place: BusRing.Place, _ policy: OverflowPolicy, _ filter: BusFilter,
    _ waiting: BusWaitStrategy?
  ) {
    self.ring = ring
    cells = ring.cells
    slot = place.slot
    mode = place.mode
    self.policy = policy
    self.filter = filter
    self.waiting = waiting ?? ring.configuration.waiting
    tally = Tally(position: place.position)
  }

  deinit { ring.leave(slot, mode: mode) }

  /// The number of the last event that it is done with.
  @inlinable public var position: UInt64 { tally.position }
  /// How many events it was given.
  @inlinable public var delivered: UInt64 { tally.delivered }
  /// How many it lost.
  @inlinable public var dropped: UInt64 { tally.dropped }
  /// How many its filter kept from it.
  @inlinable public var skipped: UInt64 { tally.skipped }

  /// How many events were published that it is not done with.
  public var lag: UInt64 {
    // What is published never falls behind a reader.
    cells.publishedNumber - tally.position
  }

  /// Hands the events that are there to `body`, in order.
  ///
  /// The payload is only there during the call.
  ///
  /// - Parameter limit: how many events are looked at, at most; above 0.
  /// - Returns: how many were handed over; 0 when there is nothing new.
  /// - Throws: `closed` after the last event of a bus that was closed, `log` of one whose log failed;
  ///   `overrun` when the policy is `disconnect` and the ring was full.
  @discardableResult
  @inlinable
  public mutating func poll(
    limit: Int = 256, _ body: (BusHeader, RawSpan) -> Void
  ) throws(BusFailure) -> Int {
    precondition(limit > 0, "a limit above zero")
    let published = cells.publishedNumber
    guard published > tally.position else {
      try checkEnd()
      return 0
    }
    let end = min(published, tally.position + UInt64(limit))
    let before = tally.delivered
    if policy == .block {
      readInPlace(upTo: end, body)
    } else {
      try readCopies(upTo: end, body)
    }
    report()
    // Equal or more by at most `limit`.
    return Int(delivered - before)
  }

  /// Reads as ``poll(limit:_:)`` does with the policy `block`, and gives the records back only when
  /// `finish` says that all is well; otherwise they are held until this reader goes away.
  mutating func drain(
    limit: Int, _ body: (BusHeader, RawSpan) -> Void, finish: () -> Bool
  ) throws(BusFailure) -> Bool {
    let published = cells.publishedNumber
    guard published > position else {
      try checkEnd()
      return true
    }
    readInPlace(upTo: min(published, position + UInt64(limit)), body)
    guard finish() else { return false }
    report()
    return true
  }

  /// Waits until there is something to poll, or until `deadline`.
  ///
  /// It spins and then sleeps, as its ``BusWaitStrategy`` says: for as long as events usually are
  /// apart, or not at all when they are far apart.
  ///
  /// - Returns: whether ``poll(limit:_:)`` has something to give or to throw.
  @inlinable
  public mutating func wait(until deadline: MonotonicInstant) -> Bool {
    if hasNews { return true }
    return waitLonger(until: deadline)
  }

  /// Whether ``poll(limit:_:)`` has something to give or to throw.
  @inlinable
  var hasNews: Bool {
    // The bit of the end makes it larger than any position.
    unsafe cells.published.pointee.load(ordering: .acquiring) > tally.position
      || cells.mode(slot).pointee.load(ordering: .relaxed) != mode
  }

  // MARK: Reading

  @inlinable @inline(__always)
  mutating func readInPlace(upTo end: UInt64, _ body: (BusHeader, RawSpan) -> Void) {
    var sequence = tally.position
    var count: UInt64 = 0
    while sequence < end {
      sequence += 1
      let record = unsafe cells.record(sequence)
      let words = unsafe RecordWords(at: record)
      guard filter.contains(words.topic) else { continue }
      count += 1
      let bytes = unsafe UnsafeRawBufferPointer(start: record + 32, count: words.byteCount)
      body(words.header, unsafe bytes.bytes)
    }
    tally.delivered += count
    tally.skipped += end - tally.position - count
    tally.position = end
  }

  @inlinable
  mutating func readCopies(
    upTo end: UInt64, _ body: (BusHeader, RawSpan) -> Void
  ) throws(BusFailure) {
    if policy == .disconnect, unsafe cells.mode(slot).pointee.load(ordering: .acquiring) != mode {
      throw overrun()
    }
    let copy = unsafe cells.copy(slot)
    var failures = 0
    while tally.position < end {
      guard let words = unsafe copyRecord(position + 1, to: copy) else {
        if policy == .disconnect { throw overrun() }
        // Each time it happens again, it leaves more room, or it would run along the edge.
        skipAhead(margin: min(1 << UInt64(min(failures, 24)) - 1, cells.capacity / 2))
        failures += 1
        continue
      }
      tally.position += 1
      failures = 0
      guard filter.contains(words.topic) else {
        tally.skipped += 1
        continue
      }
      tally.delivered += 1
      let bytes = unsafe UnsafeRawBufferPointer(start: copy + 32, count: words.byteCount)
      body(words.header, unsafe bytes.bytes)
    }
  }

  /// Copies a record, or gives nil if it was or may have been overwritten meanwhile.
  @inlinable @inline(__always)
  @unsafe func copyRecord(
    _ sequence: UInt64, to copy: UnsafeMutableRawPointer
  ) -> RecordWords? {
    let record = unsafe cells.record(sequence)
    let words = unsafe RecordWords(at: record)
    // Of two records at once, the length may be anything; it is looked at again below.
    let count = (min(words.byteCount, cells.payloadBytesMax) + 7) >> 3
    let source = unsafe (record + 32).assumingMemoryBound(to: Atomic<UInt64>.self)
    let target = unsafe (copy + 32).assumingMemoryBound(to: Atomic<UInt64>.self)
    for index in 0..<count {
      unsafe target[index].store(source[index].load(ordering: .relaxed), ordering: .relaxed)
    }
    // If a word above was of a later round, this sees that the later record was claimed.
    atomicMemoryFence(ordering: .acquiring)
    let claimed = unsafe cells.claimed.pointee.load(ordering: .relaxed)
    return claimed < sequence + cells.capacity ? words : nil
  }

  /// Skips to the oldest record that is there, or `margin` records beyond it, but not beyond the
  /// last, and counts what it skips.
  @usableFromInline
  mutating func skipAhead(margin: UInt64) {
    let claimed = unsafe cells.claimed.pointee.load(ordering: .acquiring)
    let published = cells.publishedNumber
    // It was overrun, so more than a round was claimed.
    let target = min(claimed - cells.capacity + margin, published)
    guard target > tally.position else { return }
    tally.dropped += target - tally.position
    tally.position = target
  }

  // MARK: The long ways

  /// Tells the writer, and whoever looks at the counters, how far it is.
  @inlinable @inline(__always)
  func report() {
    unsafe cells.delivered(slot).pointee.store(delivered, ordering: .relaxed)
    unsafe cells.dropped(slot).pointee.store(dropped, ordering: .relaxed)
    unsafe cells.skipped(slot).pointee.store(skipped, ordering: .relaxed)
    unsafe cells.position(slot).pointee.store(position, ordering: .releasing)
    guard policy == .block else { return }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if unsafe cells.sleepingWriters.pointee.load(ordering: .relaxed) != 0 {
      ring.writerParking.wake()
    }
  }

  /// Throws if there is nothing now and will be nothing more.
  @usableFromInline
  @inline(never)
  func checkEnd() throws(BusFailure) {
    if unsafe cells.mode(slot).pointee.load(ordering: .acquiring) != mode { throw overrun() }
    // Something may have been published since the last look, but nothing is behind this bit.
    let word = unsafe cells.published.pointee.load(ordering: .acquiring)
    guard word == position | RingCells.endBit, let reason = ring.stopReason else { return }
    throw reason
  }

  @usableFromInline
  @inline(never)
  func overrun() -> BusFailure {
    report()
    return .overrun(
      next: tally.position + 1, published: cells.publishedNumber
    )
  }

  @usableFromInline
  @inline(never)
  mutating func waitLonger(until deadline: MonotonicInstant) -> Bool {
    let start = TimeSource.machine.now().nanoseconds
    let end = habit.begin(at: start, position: tally.position, waiting)
    if start < end, spin(from: start, until: min(deadline.nanoseconds, end)) { return true }
    for _ in 0..<waiting.yieldCount where end > start {
      Parking.giveWay()
      if hasNews { return found(.spinning) }
    }
    let (cells, position, slot, mode) = (cells, position, slot, mode)
    let isNews = ring.readerParking.sleep(until: deadline.nanoseconds) {
      unsafe cells.published.pointee.load(ordering: .acquiring) > position
        || cells.mode(slot).pointee.load(ordering: .relaxed) != mode
    }
    return isNews && found(.asleep)
  }

  /// Looks again and again, and gives whether there is news; ends early when others want the core.
  private mutating func spin(from start: Int64, until end: Int64) -> Bool {
    var (last, gaveWay) = (start, start)
    repeat {
      for _ in 0..<Self.looks {
        if hasNews { return found(.spinning) }
        Parking.relax()
      }
      let now = TimeSource.machine.now().nanoseconds
      if now - last > WaitHabit.absence, waiting.isAdaptive {
        // The core was somebody else's meanwhile: with a sleeper it is shared better.
        habit.noteCrowd(at: now, absence: now - last)
        return hasNews && found(.spinning)
      }
      last = now
      if now - gaveWay > Self.sharing, waiting.isAdaptive {
        Parking.giveWay()
        gaveWay = now
      }
    } while last < end
    return false
  }

  /// Notes that the wait is over, which it says.
  private mutating func found(_ state: WaitHabit.Finder) -> Bool {
    guard waiting.isAdaptive else { return true }
    habit.end(at: TimeSource.machine.now().nanoseconds, state, waiting)
    return true
  }

  /// How often it looks before it looks at the clock.
  private static var looks: Int { 32 }
  /// For how long, in nanoseconds, it spins before it lets others have the core for a moment.
  private static var sharing: Int64 { 10_000 }
}

// As with the writer: it holds the ring whose memory it points into, and cannot be copied.
extension BusReader: @unchecked Sendable {}
