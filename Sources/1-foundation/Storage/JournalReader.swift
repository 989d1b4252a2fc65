public import OmniEncoding
public import OmniTime

/// Reads a journal from its first record to its last, and checks every byte on the way.
///
///     var reader = JournalReader(DirectoryJournalStore(folder))
///     while let frame = try reader.next() {
///       let bar = try Bar(from: &reader)      // the reader gives the words of the present record
///     }
///     reader.end                               // .sealed, .unsealed or .torn
///
/// What a killed process or a loss of power may leave at the very end is told apart from damage: an
/// unfinished tail of the last segment ends the journal and is reported in ``end``; anything else
/// that is not as it was written is refused, with its place.
///
/// - Invariant: records come with numbers that rise by one, and times that never fall.
/// - Complexity: `next` is O(words of the record), without copying or allocating; a segment is
///   mapped when its first record is wanted.
@frozen
@safe public struct JournalReader<Store: JournalStore & ~Copyable>: ~Copyable, WordSource {
  /// The memory of the present segment, or nothing before the first and after the last.
  @usableFromInline var base: UnsafeRawPointer?
  /// Where the next frame begins.
  @usableFromInline var offset: Int
  /// Where the bytes end that may be frames.
  @usableFromInline var limit: Int
  /// Where the next payload word stands, and where the payload ends.
  @usableFromInline var payloadOffset: Int
  @usableFromInline var payloadEnd: Int
  @usableFromInline var salt: UInt32
  @usableFromInline var chain: UInt32
  @usableFromInline var sequence: UInt64
  @usableFromInline var lastTime: Timestamp
  @usableFromInline var cursor: SegmentCursor
  @usableFromInline var store: Store

  /// Creates a reader before the first record of the journal in `store`.
  public init(_ store: consuming Store) {
    cursor = SegmentCursor()
    unsafe base = nil
    offset = 0
    limit = 0
    payloadOffset = 0
    payloadEnd = 0
    salt = 0
    chain = 0
    sequence = 0
    lastTime = .distantPast
    self.store = store
  }

  /// How the journal ends, or nothing before ``next()`` has given nothing.
  public var end: JournalEnd? { cursor.end }

  /// The segments that were there when the first record was wanted.
  var segments: [UInt32] { cursor.segments }

  /// What the next record would continue.
  public var position: JournalPosition {
    JournalPosition(nextSequence: SequenceNumber(sequence), lastTime: lastTime, chain: chain)
  }

  /// How many payload words of the present record have not been taken.
  @inlinable
  public var remainingWords: Int { (payloadEnd - payloadOffset) / 8 }

  /// The next record's header, or nothing at the end; its words come from ``take()``.
  ///
  /// - Throws: `noJournal`, `corrupt`, `missingSegment`, `strayFile`, `file`. A reader that threw is of no further use.
  @inlinable
  public mutating func next() throws(JournalFailure) -> FrameHeader? {
    if let base = unsafe base, limit - offset >= Frame.headerBytes {
      let start = unsafe base + offset
      let word = unsafe UInt64(littleEndian: start.load(as: UInt64.self))
      if let length = Frame.length(ofWord: word), length <= limit - offset {
        let (header, checksum) = unsafe Frame.header(at: start)
        if unsafe checksum == Frame.checksum(at: start, length: length, salt: salt),
          header.sequence.value == sequence, header.time >= lastTime,
          header.kind != JournalSeal.kind
        {
          chain = JournalChain.joining(checksum, to: chain)
          sequence += 1
          lastTime = header.time
          payloadOffset = offset + Frame.headerBytes
          offset += length
          payloadEnd = offset
          return header
        }
      }
    }
    return try advance()
  }

  /// The next payload word of the present record.
  @inlinable
  public mutating func take() throws(WordFailure) -> UInt64 {
    guard payloadOffset < payloadEnd, let base = unsafe base else { throw .exhausted }
    let word = unsafe UInt64(
      littleEndian: base.load(fromByteOffset: payloadOffset, as: UInt64.self))
    payloadOffset += 8
    return word
  }

  /// Holds what `payload` puts against the present record.
  ///
  /// - Returns: the place of the first word that differs or that only one side has, or nothing.
  @inlinable
  public mutating func firstDifference(
    from payload: borrowing some JournalPayload & ~Copyable
  ) -> Int? {
    guard let base = unsafe base else { return 0 }
    let wordCount = remainingWords
    var comparison = unsafe FrameComparison(with: base + payloadOffset, wordCount: wordCount)
    payload.encode(into: &comparison)
    return comparison.isEqual ? nil : comparison.firstDifference ?? comparison.count
  }

  /// The store, to be written to after the end.
  public consuming func takeStore() -> Store { store }
}
