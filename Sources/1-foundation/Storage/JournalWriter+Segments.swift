import OmniEncoding
import OmniPlatform
public import OmniTime

extension JournalWriter where Store: ~Copyable {
  /// Begins a new journal in `store`, which must hold none.
  ///
  /// - Throws: `journalExists`, `diskFull`, `file`.
  public static func create(
    _ store: consuming Store, _ configuration: JournalConfiguration
  ) throws(JournalFailure) -> Self {
    var store = store
    try store.beginWriting()
    let present = try store.segments()
    guard present.isEmpty else { throw .journalExists(segments: present.count) }
    let bookkeeping = JournalBookkeeping(
      configuration: configuration, segment: nil, oldest: 0, committedCount: 0)
    var writer = Self(store, .start, bookkeeping)
    try writer.roll()
    return writer
  }

  /// Continues the journal in `store`, after ``JournalRecovery`` has cut a torn tail off.
  ///
  /// A new segment is begun with the first record, not before; what is there is never touched again.
  ///
  /// - Throws: what ``JournalRecovery/recover(_:acceptingLoss:)`` throws.
  public static func resume(
    _ store: consuming Store, _ configuration: JournalConfiguration
  ) throws(JournalFailure) -> Self {
    var store = store
    let report = try JournalRecovery.recover(&store)
    return Self(resuming: store, after: report, configuration)
  }

  /// Continues the journal in `store`, of which `report` has just been made.
  ///
  /// - Precondition: nobody has written to the journal since.
  public init(
    resuming store: consuming Store, after report: JournalRecovery.Report,
    _ configuration: JournalConfiguration
  ) {
    var bookkeeping = JournalBookkeeping(
      configuration: configuration, segment: report.lastSegment, oldest: report.firstSegment,
      committedCount: report.position.nextSequence.value)
    bookkeeping.continuesRecovered = report.end != .sealed
    self.init(store, report.position, bookkeeping)
  }

  /// Makes the records so far survive what the configuration says.
  ///
  /// - Throws: `poisoned` if the device refuses; it is never asked again, as after a failed
  ///   synchronisation nobody can know which pages were dropped.
  public mutating func commit() throws(JournalFailure) {
    if let poison = bookkeeping.poison { throw .poisoned(by: poison) }
    guard let base = unsafe base, let segment = bookkeeping.segment,
      bookkeeping.committedOffset != offset
    else { return }
    if bookkeeping.configuration.durability == .power {
      try synchronize(segment)
    }
    // Only now: on the device this word may come early or late, but what it says is true by then.
    unsafe publish(
      SegmentState(.open, offset).word.littleEndian, at: base + SegmentHeader.stateOffset)
    noteCommit()
  }

  /// Writes the seal, cuts the last segment to its length, and waits for the device.
  ///
  /// - Throws: what ``append(kind:version:time:payload:)`` and ``commit()`` throw; the journal then
  ///   ends unsealed.
  public consuming func close() throws(JournalFailure) {
    if let poison = bookkeeping.poison { throw .poisoned(by: poison) }
    if unsafe base == nil {
      // A run that had ended and was not closed: its seal gets a segment of its own.
      guard bookkeeping.continuesRecovered else { return }
      try roll()
    }
    if JournalSeal.frameBytes > limit - offset { try roll() }
    guard let base = unsafe base, let segment = bookkeeping.segment else { return }
    let start = unsafe base + offset
    var sink = unsafe FrameSink(at: start + Frame.headerBytes, wordCount: 2)
    sink.put(sequence)
    sink.put(UInt64(chain))
    _ = unsafe seal(
      start, JournalSeal.frameBytes,
      FrameHeader(
        kind: JournalSeal.kind, version: 1, sequence: SequenceNumber(sequence), time: lastTime))
    try synchronize(segment)
    unsafe publish(
      SegmentState(.sealed, offset).word.littleEndian, at: base + SegmentHeader.stateOffset)
    do throws(FileError) {
      try store.finish(segment, length: offset, durably: true)
    } catch {
      throw .file(error)
    }
  }

  /// The long way of an append: says why it cannot be, or begins another segment.
  @usableFromInline
  @inline(never)
  mutating func makeRoom(length: Int, time: Timestamp) throws(JournalFailure) {
    if let poison = bookkeeping.poison { throw .poisoned(by: poison) }
    guard time >= lastTime else { throw .timeWentBack(last: lastTime, given: time) }
    let limitBytes = Frame.headerBytes + 8 * bookkeeping.configuration.payloadWordsMax
    guard length <= limitBytes else { throw .recordTooLong(bytes: length, limitBytes: limitBytes) }
    try roll()
  }

  /// Begins the next segment and ends the one before.
  ///
  /// In this order: what is there is committed, so that the new header, which names the first
  /// number, cannot outlive it; the new segment is put in place; the old one is marked and cut. A
  /// failure of the second step leaves all as it was.
  private mutating func roll() throws(JournalFailure) {
    let configuration = bookkeeping.configuration
    let isDurable = configuration.durability == .power
    if unsafe base != nil { try commit() }
    let old = bookkeeping.segment
    let index = old.map { $0 + 1 } ?? 0
    var oldest = bookkeeping.oldest
    var reused: UInt32?
    if case .recycle(let segments) = configuration.retention, Int(index - oldest) >= segments {
      reused = oldest
      oldest += 1
    }
    let header = SegmentHeader(
      index: index, configuration: configuration, firstSequence: sequence, chain: chain,
      oldest: oldest)
    let state = SegmentState(.open, SegmentHeader.size)
    let memory = try unsafe store.create(
      SegmentRequest(
        segment: index, capacity: configuration.segmentBytes,
        words: header.words + [state.word, 0], reused: reused, isDurable: isDurable))
    try endOldSegment(old)
    unsafe base = memory
    offset = SegmentHeader.size
    limit = configuration.segmentBytes - 8
    salt = header.salt
    bookkeeping.segment = index
    bookkeeping.oldest = oldest
    noteCommit()
  }

  private mutating func endOldSegment(_ old: UInt32?) throws(JournalFailure) {
    guard let old else { return }
    let configuration = bookkeeping.configuration
    if let base = unsafe base {
      unsafe publish(
        SegmentState(.rolled, offset).word.littleEndian, at: base + SegmentHeader.stateOffset)
      do throws(FileError) {
        try store.finish(
          old, length: configuration.retention == .keepAll ? offset : nil,
          durably: configuration.durability == .power)
      } catch {
        throw poison(error)
      }
    } else if bookkeeping.continuesRecovered {
      bookkeeping.continuesRecovered = false
      do throws(JournalFailure) {
        try JournalRecovery.markContinued(old, in: &store)
      } catch {
        if case .file(let error) = error { throw poison(error) }
        throw error
      }
    }
  }

  private mutating func noteCommit() {
    bookkeeping.committedOffset = offset
    bookkeeping.committedCount = sequence
  }

  private mutating func synchronize(_ segment: UInt32) throws(JournalFailure) {
    do throws(FileError) {
      try store.synchronize(segment, upTo: offset + 8)
    } catch {
      throw poison(error)
    }
  }

  private mutating func poison(_ error: FileError) -> JournalFailure {
    bookkeeping.poison = error
    limit = 0
    return .poisoned(by: error)
  }
}
