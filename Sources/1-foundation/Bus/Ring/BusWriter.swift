public import OmniPlatform
import OmniClocks
public import OmniTime
public import Synchronization

/// The one writer of a ring.
///
/// It cannot be copied, so it is in one thread's hands at a time; who has several threads that
/// publish takes a ``SharedBusWriter``. When it goes away, another can be made.
///
/// - Complexity: ``publish(_:_:)`` copies the payload once, takes no lock and allocates nothing.
@frozen
@safe public struct BusWriter: ~Copyable {
  @usableFromInline let ring: BusRing
  @usableFromInline let cells: RingCells
  /// The number of the next event.
  @usableFromInline var next: UInt64
  /// The last number that may be written without looking at the readers.
  @usableFromInline var limit: UInt64

  init(_ ring: BusRing) {
    self.ring = ring
    cells = ring.cells
    next = ring.published + 1
    limit = 0
  }

  deinit { unsafe cells.writerTaken.pointee.store(0, ordering: .releasing) }

  /// The number that the next event gets.
  @inlinable public var nextSequence: UInt64 { next }

  /// Publishes an event, and wakes readers that sleep.
  ///
  /// - Parameter payload: at most ``RingConfiguration/payloadBytesMax`` bytes.
  /// - Returns: the event's number.
  /// - Throws: `payloadTooLong`, `full`, `closed`, `log`: nothing was published, no number used.
  @discardableResult
  @inlinable
  public mutating func publish(
    _ draft: BusDraft, _ payload: RawSpan
  ) throws(BusFailure) -> UInt64 {
    let sequence = next
    let byteCount = payload.byteCount
    guard byteCount <= cells.payloadBytesMax else {
      throw .payloadTooLong(bytes: byteCount, limit: cells.payloadBytesMax)
    }
    let isOpen = unsafe cells.state.pointee.load(ordering: .relaxed) == 0
    if sequence > limit || !isOpen { try makeRoom() }
    unsafe cells.claimed.pointee.store(sequence, ordering: .relaxed)
    // Whoever reads a word of what follows, and looks at `claimed` behind a fence of its own, sees
    // that this record is being written.
    atomicMemoryFence(ordering: .releasing)
    let record = unsafe cells.record(sequence)
    let kind =
      UInt64(draft.topic.id) | UInt64(draft.schema.id) << 16 | UInt64(draft.schema.version) << 32
      | UInt64(byteCount) << 48
    unsafe RecordWords(
      sequence: sequence, timestamp: UInt64(bitPattern: draft.timestamp.nanoseconds),
      key: draft.key, kind: kind
    ).store(at: record)
    unsafe payload.withUnsafeBytes { bytes in unsafe Self.store(bytes, at: record + 32) }
    // An exchange, so that nothing is published behind the end, and so that a reader that is falling
    // asleep and this writer cannot miss each other; of the two costs, some nanoseconds, one is paid.
    let isPublished = unsafe cells.published.pointee.compareExchange(
      expected: sequence - 1, desired: sequence, ordering: .sequentiallyConsistent
    ).exchanged
    guard isPublished else { throw ring.stopReason ?? .closed }
    next = sequence + 1
    if unsafe cells.sleepingReaders.pointee.load(ordering: .sequentiallyConsistent) != 0 {
      ring.readerParking.wake()
    }
    return sequence
  }

  /// Publishes an event whose payload is in an array.
  @discardableResult
  @inlinable
  public mutating func publish(
    _ draft: BusDraft, _ payload: [UInt8]
  ) throws(BusFailure) -> UInt64 {
    try publish(draft, unsafe payload.span.bytes)
  }

  /// Stores `bytes` word by word, the last filled with zeros.
  @inlinable @inline(__always)
  static func store(_ bytes: UnsafeRawBufferPointer, at target: UnsafeMutableRawPointer) {
    guard let source = bytes.baseAddress else { return }
    let words = unsafe target.assumingMemoryBound(to: Atomic<UInt64>.self)
    let whole = bytes.count >> 3
    for index in 0..<whole {
      let word = unsafe source.loadUnaligned(fromByteOffset: index << 3, as: UInt64.self)
      unsafe words[index].store(word, ordering: .relaxed)
    }
    let rest = bytes.count & 7
    guard rest > 0 else { return }
    var word: UInt64 = 0
    for index in 0..<rest {
      let byte = unsafe source.load(fromByteOffset: whole << 3 + index, as: UInt8.self)
      word |= UInt64(byte) << UInt64(index << 3)
    }
    unsafe words[whole].store(UInt64(littleEndian: word), ordering: .relaxed)
  }

  // MARK: The long way

  /// Waits until the next record may be written, or says why it cannot be.
  @usableFromInline
  @inline(never)
  mutating func makeRoom() throws(BusFailure) {
    if let reason = ring.stopReason { throw reason }
    guard var blocking = look() else { return }
    ring.followerParking.wakeIfNeeded()
    let waiting = ring.configuration.waiting
    let start = TimeSource.machine.now()
    let deadline = start + ring.configuration.writerPatience
    let end = min(deadline, start + waiting.spin)
    while TimeSource.machine.now() < end {
      for _ in 0..<64 {
        // To look at all readers is dear, so while spinning it is only the one in the way.
        let position = unsafe cells.position(blocking).pointee.load(ordering: .acquiring)
        if position + cells.capacity >= next { break }
      }
      guard let other = look() else { return }
      blocking = other
    }
    for _ in 0..<waiting.yieldCount {
      Parking.giveWay()
      guard let other = look() else { return }
      blocking = other
    }
    let (parking, cells) = (ring.writerParking, cells)
    var isStopped = false
    var grant: UInt64?
    let sequence = next
    _ = parking.sleep(until: deadline.nanoseconds) {
      isStopped = unsafe cells.state.pointee.load(ordering: .acquiring) != 0
      if isStopped { return true }
      switch Self.look(cells, sequence) {
      case .granted(let limit):
        grant = limit
        return true
      case .blocked(let slot):
        blocking = slot
        return false
      }
    }
    if isStopped, let reason = ring.stopReason { throw reason }
    guard let grant else {
      let waited = TimeSource.machine.now() - start
      throw .full(reader: blocking, waitedNanoseconds: waited.nanoseconds)
    }
    limit = grant
  }

  /// Looks at the readers: takes a new grant, or gives the place of one that is in the way.
  private mutating func look() -> Int? {
    switch Self.look(cells, next) {
    case .granted(let limit):
      self.limit = limit
      return nil
    case .blocked(let slot): return slot
    }
  }

  private enum Look {
    case granted(UInt64)
    case blocked(Int)
  }

  /// How far may be written, given where the readers are; closes those that want to be.
  private static func look(_ cells: RingCells, _ sequence: UInt64) -> Look {
    let capacity = cells.capacity
    // Half a round at most, so that a reader may join at any event of the newer half.
    let most = sequence - 1 + capacity / 2
    unsafe cells.grant.pointee.store(most, ordering: .relaxed)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    var limit = most
    var blocking = 0
    for slot in 0..<cells.readerCountMax {
      let mode = unsafe cells.mode(slot).pointee.load(ordering: .acquiring)
      let policy = OverflowPolicy(rawValue: UInt8(mode & 255))
      guard let policy, policy != .dropOldest else { continue }
      let reach = unsafe cells.position(slot).pointee.load(ordering: .acquiring) + capacity
      if reach < sequence, policy == .disconnect {
        // It fails if the reader has left meanwhile, and then there is nothing to close.
        _ = unsafe cells.mode(slot).pointee.compareExchange(
          expected: mode, desired: mode & ~255 | BusRing.closedMode, ordering: .releasing)
        continue
      }
      if reach < limit { (limit, blocking) = (reach, slot) }
    }
    // Never less than what is written: a reader that tries a place too far back is seen here for a
    // moment, and would take a grant that was lowered for its sake as a promise.
    unsafe cells.grant.pointee.store(max(limit, sequence - 1), ordering: .releasing)
    return limit >= sequence ? .granted(limit) : .blocked(blocking)
  }
}

// It holds pointers into the ring's memory, which lives as long as the ring that it holds, and
// cannot be copied, so handing it to another thread hands over all of it.
extension BusWriter: @unchecked Sendable {}
