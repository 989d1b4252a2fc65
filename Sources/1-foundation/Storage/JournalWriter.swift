public import OmniEncoding
public import OmniPlatform
public import OmniTime

/// Writes a journal: records of words, numbered, checked and never changed again.
///
///     var writer = try JournalWriter.create(DirectoryJournalStore(folder), configuration)
///     let sequence = try writer.append(kind: 1, version: 1, time: now, payload: bar)
///     try writer.commit()          // now an order may go out
///     try writer.close()           // writes the seal; without it the journal ends unsealed
///
/// A record is written into mapped memory: payload, header, checksum, then its length as one store.
/// So the end of the process, at any instant, leaves it there whole or not at all; only a loss of
/// power can tear what was not committed. The word behind the last record is always zero.
///
/// - Invariant: sequence numbers rise by one from the first; times never fall.
/// - Complexity: `append` is O(words), without allocation; every so many records it makes a segment.
@frozen
@safe public struct JournalWriter<Store: JournalStore & ~Copyable>: ~Copyable, Journal {
  /// The memory of the open segment; nothing before the first record of a resumed journal.
  @usableFromInline var base: UnsafeMutableRawPointer?
  /// Where the next frame begins.
  @usableFromInline var offset: Int
  /// Where the last word for frames ends; 0 when every append has to take the long way.
  @usableFromInline var limit: Int
  @usableFromInline var sequence: UInt64
  @usableFromInline var lastTime: Timestamp
  @usableFromInline var salt: UInt32
  @usableFromInline var chain: UInt32
  @usableFromInline var bookkeeping: JournalBookkeeping
  @usableFromInline var store: Store

  @usableFromInline
  init(_ store: consuming Store, _ position: JournalPosition, _ bookkeeping: JournalBookkeeping) {
    unsafe base = nil
    offset = 0
    limit = 0
    sequence = position.nextSequence.value
    lastTime = position.lastTime
    salt = 0
    chain = position.chain
    self.bookkeeping = bookkeeping
    self.store = store
  }

  /// The number that the next record gets.
  @inlinable
  public var nextSequence: SequenceNumber { SequenceNumber(sequence) }

  /// The number of the last record that was committed, or nothing if none was.
  public var committedSequence: SequenceNumber? {
    bookkeeping.committedCount == 0 ? nil : SequenceNumber(bookkeeping.committedCount - 1)
  }

  /// The time of the last record, or the distant past.
  @inlinable
  public var time: Timestamp { lastTime }

  /// Writes a record.
  ///
  /// - Precondition: `kind` is below `UInt16.max`, and the payload puts as many words as it says.
  /// - Throws: `timeWentBack`, `recordTooLong`, `diskFull`: nothing was written, and the writer can
  ///   go on; `poisoned`: it cannot.
  @inlinable
  public mutating func append(
    kind: UInt16, version: UInt16, time: Timestamp,
    payload: borrowing some JournalPayload & ~Copyable
  ) throws(JournalFailure) -> SequenceNumber {
    precondition(kind != .max, "a kind below the seal's")
    let wordCount = payload.wordCount
    let length = Frame.headerBytes + 8 * wordCount
    if length > limit - offset || time < lastTime { try makeRoom(length: length, time: time) }
    guard let base = unsafe base else { preconditionFailure("an open segment") }
    let start = unsafe base + offset
    var sink = unsafe FrameSink(at: start + Frame.headerBytes, wordCount: wordCount)
    payload.encode(into: &sink)
    precondition(sink.isFull, "a payload puts fewer words than it announced")
    return unsafe seal(
      start, length,
      FrameHeader(
        kind: kind, version: version, sequence: SequenceNumber(sequence), time: time))
  }

  /// Makes the frame at `start`, whose payload is there, exist.
  @inlinable @inline(__always)
  mutating func seal(
    _ start: UnsafeMutableRawPointer, _ length: Int, _ header: FrameHeader
  ) -> SequenceNumber {
    // The next length must read as zero before this one can be seen, or what the file held in an
    // earlier life might look like a torn frame.
    unsafe start.storeBytes(of: 0, toByteOffset: length, as: UInt64.self)
    let checksum = unsafe Frame.finish(at: start, length: length, salt: salt, header: header)
    unsafe publish(Frame.lengthWord(length).littleEndian, at: start)
    chain = JournalChain.joining(checksum, to: chain)
    offset += length
    lastTime = header.time
    sequence += 1
    return header.sequence
  }
}
