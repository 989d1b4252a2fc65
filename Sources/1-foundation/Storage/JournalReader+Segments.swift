public import OmniEncoding
public import OmniTime

// The long way of reading: what is not simply the next good record of the present segment.
extension JournalReader where Store: ~Copyable {
  /// Goes on where the short way stopped: to the next segment, or to the end, or to a refusal.
  @usableFromInline
  @inline(never)
  mutating func advance() throws(JournalFailure) -> FrameHeader? {
    payloadOffset = 0
    payloadEnd = 0
    if cursor.segments.isEmpty { try cursor.begin(store) }
    while cursor.end == nil {
      if unsafe base != nil {
        if let end = try finishSegment() {
          cursor.end = end
          break
        }
      }
      if let end = try openSegment() {
        cursor.end = end
        break
      }
      // Not by way of `next`, which would come back here: is there a record at all?
      if try hasRecord() { return try next() }
    }
    unsafe base = nil
    cursor.image = nil
    return nil
  }

  /// Passes over the segments that hold no record at or behind `sequence`, without reading them.
  ///
  /// The next record is then the first of a segment: `sequence` itself or one before it, or, if the
  /// journal has no such record, one of the last segment.
  ///
  /// - Precondition: no record has been read.
  /// - Throws: what ``next()`` throws for a list of segments, or for a header that is not right.
  /// - Complexity: O(log segments) headers are looked at.
  public mutating func skip(to sequence: SequenceNumber) throws(JournalFailure) {
    precondition(cursor.segments.isEmpty, "a reader before its first record")
    try cursor.begin(store)
    // Of all segments but the first, those from `high` on begin behind the record.
    var (low, high) = (0, cursor.segments.count)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      let image = try store.image(of: cursor.segments[middle])
      // One that is cut within its header is judged when it is read.
      guard unsafe image.bytes.count >= SegmentHeader.size else {
        high = middle
        continue
      }
      let header = try SegmentHeader(image.headerWords, of: cursor.segments[middle])
      if header.firstSequence <= sequence.value { low = middle } else { high = middle }
    }
    cursor.opened = low
    cursor.skipped = low
  }

  /// Whether the short way will take what stands next.
  private func hasRecord() throws(JournalFailure) -> Bool {
    guard case .good(let header, _) = judge(offset) else { return false }
    return header.kind != JournalSeal.kind && header.sequence.value == sequence
      && header.time >= lastTime
  }

  /// Opens the next segment and checks that it continues the one before.
  private mutating func openSegment() throws(JournalFailure) -> JournalEnd? {
    let segment = cursor.segments[cursor.opened]
    let image = try store.image(of: segment)
    cursor.opened += 1
    let bytes = unsafe image.bytes
    cursor.size = bytes.count
    if bytes.count < SegmentHeader.size {
      guard cursor.isLast else {
        throw cursor.corrupt(
          .size, at: 0, found: UInt64(bytes.count), wanted: UInt64(SegmentHeader.size))
      }
      // A segment gets its name when its header is whole, so this one has been cut by others.
      return .torn(
        TornTail(segment: segment, offset: 0, bytesCut: bytes.count, isCommittedLost: true))
    }
    let words = image.headerWords
    let header = try SegmentHeader(words, of: segment)
    cursor.header = header
    guard let state = SegmentState(word: words[7]), state.offset >= SegmentHeader.size,
      state.offset <= header.capacity
    else {
      throw cursor.corrupt(
        .state, at: SegmentHeader.stateOffset, found: words[7],
        wanted: SegmentState(.open, SegmentHeader.size).word)
    }
    cursor.state = state
    try checkContinuation(header)
    try checkSize(header)
    unsafe base = bytes.baseAddress
    cursor.image = consume image
    offset = SegmentHeader.size
    limit = min(cursor.size, cursor.expectedEnd)
    salt = header.salt
    return nil
  }

  private mutating func checkContinuation(_ header: SegmentHeader) throws(JournalFailure) {
    if cursor.opened == cursor.skipped + 1 && header.index > 0 {
      // The records before were given up or passed over; their count and chain are taken from the
      // header.
      sequence = header.firstSequence
      chain = header.chain
    }
    guard header.firstSequence == sequence else {
      throw cursor.corrupt(.firstSequence, at: 24, found: header.firstSequence, wanted: sequence)
    }
    guard header.chain == chain else {
      throw cursor.corrupt(.chain, at: 40, found: UInt64(header.chain), wanted: UInt64(chain))
    }
  }

  private func checkSize(_ header: SegmentHeader) throws(JournalFailure) {
    let size = cursor.size
    if size == cursor.expectedEnd || size == header.capacity { return }
    if cursor.isTruncated && cursor.isLast { return }
    throw cursor.corrupt(
      .size, at: size, found: UInt64(size), wanted: UInt64(cursor.expectedEnd))
  }

  /// Decides what it means that the present segment has no further record at `offset`.
  ///
  /// - Returns: the journal's end, or nothing if the next segment goes on.
  private mutating func finishSegment() throws(JournalFailure) -> JournalEnd? {
    let place = judge(offset)
    if case .good(let header, let length) = place {
      guard header.kind == JournalSeal.kind else { throw misplaced(header) }
      return try readSeal(header, length: length)
    }
    guard cursor.isLast else {
      try checkWhole(place)
      return nil
    }
    if cursor.isTruncated { return try endOfTruncated(place) }
    if cursor.state.phase == .open { return try endOfOpen(place) }
    guard place == .nothing else { throw damage(place) }
    switch cursor.state.phase {
    case .rolled:
      throw .missingSegment(wanted: UInt32(clamping: Int(cursor.segment) + 1), found: nil)
    case .sealed: throw cursor.corrupt(.seal, at: offset, found: 0, wanted: sequence)
    case .open, .recovered: return .unsealed
    }
  }

  /// Checks that a segment that has a successor holds nothing more.
  private func checkWhole(_ place: FramePlace) throws(JournalFailure) {
    switch (cursor.state.phase, place) {
    case (.rolled, .nothing), (.recovered, .nothing): return
    // The writer was stopped between making the next segment and marking this one.
    case (.open, .nothing), (.open, .zero), (.open, .remainder(isZero: true)):
      if laterFrame(after: offset) == nil { return }
      throw cursor.corrupt(.hole, at: offset, found: 0, wanted: sequence)
    case (.sealed, .nothing):
      throw cursor.corrupt(.seal, at: offset, found: 0, wanted: sequence)
    default: throw damage(place)
    }
  }

  /// The end of a last segment whose file ends before its frames should.
  private func endOfTruncated(_ place: FramePlace) throws(JournalFailure) -> JournalEnd {
    let isLost = cursor.state.phase != .open || offset < cursor.state.offset
    switch place {
    case .nothing where !isLost: return .unsealed
    case .remainder(isZero: true) where !isLost: return .unsealed
    case .nothing, .remainder, .tooLong:
      return .torn(
        TornTail(
          segment: cursor.segment, offset: offset, bytesCut: cursor.size - offset,
          isCommittedLost: isLost))
    default:
      if isLost { throw damage(place) }
      return try endOfOpen(place)
    }
  }

  /// The end of a last segment that was still being written.
  private func endOfOpen(_ place: FramePlace) throws(JournalFailure) -> JournalEnd {
    guard offset >= cursor.state.offset else { throw damage(place) }
    let later = laterFrame(after: offset)
    if let later, cursor.header?.waitsForDevice != true {
      // Stores are seen in their order unless power is lost, so a hole is damage.
      if place == .zero { throw cursor.corrupt(.hole, at: offset, found: later, wanted: sequence) }
      throw damage(place)
    }
    switch place {
    case .nothing, .remainder(isZero: true): return .unsealed
    case .zero where later == nil: return .unsealed
    default:
      return .torn(
        TornTail(
          segment: cursor.segment, offset: offset, bytesCut: bytesInUse - offset,
          isCommittedLost: false))
    }
  }

  /// Checks the seal against what was read, and that it is the last thing in its segment.
  private mutating func readSeal(
    _ header: FrameHeader, length: Int
  ) throws(JournalFailure) -> JournalEnd? {
    guard let base = unsafe base, length == JournalSeal.frameBytes else {
      throw cursor.corrupt(
        .length, at: offset, found: UInt64(length), wanted: UInt64(JournalSeal.frameBytes))
    }
    let payload = unsafe base + (offset + Frame.headerBytes)
    let count = unsafe UInt64(littleEndian: payload.load(as: UInt64.self))
    let joined = unsafe UInt64(littleEndian: payload.load(fromByteOffset: 8, as: UInt64.self))
    guard header.sequence.value == sequence, count == sequence else {
      throw cursor.corrupt(.seal, at: offset + 32, found: count, wanted: sequence)
    }
    guard joined == UInt64(chain) else {
      throw cursor.corrupt(.seal, at: offset + 40, found: joined, wanted: UInt64(chain))
    }
    guard header.time == lastTime else { throw misplaced(header) }
    chain = JournalChain.joining(
      unsafe Frame.header(at: base + offset).checksum, to: chain)
    offset += length
    let isAtEnd = judge(offset) == .nothing || cursor.state.phase == .open
    guard isAtEnd, cursor.state.phase == .open || cursor.state.phase == .sealed else {
      throw cursor.corrupt(.seal, at: offset, found: UInt64(limit), wanted: UInt64(offset))
    }
    return cursor.isLast ? .sealed : nil
  }
}
