import OmniEncoding

/// Which segment a reader is in, and what is known of it.
@usableFromInline
struct SegmentCursor: ~Copyable {
  var segments: [UInt32] = []
  /// How many segments have been opened or passed over.
  var opened = 0
  /// How many segments were passed over unread.
  var skipped = 0
  var header: SegmentHeader?
  var state = SegmentState(.open, SegmentHeader.size)
  /// How many bytes the present file holds.
  var size = 0
  var image: SegmentImage?
  var end: JournalEnd?

  /// Lists the segments of `store`, and checks that none is missing.
  mutating func begin<Store: JournalStore & ~Copyable>(
    _ store: borrowing Store
  ) throws(JournalFailure) {
    segments = try store.segments()
    guard let first = segments.first, let last = segments.last else { throw .noJournal }
    for (index, segment) in segments.enumerated() where segment != first + UInt32(index) {
      throw .missingSegment(wanted: first + UInt32(index), found: segment)
    }
    guard let oldest = try Self.oldest(beside: last, in: store) else { return }
    // A recycling writer may have been stopped between taking the oldest file away and putting it
    // back as the newest.
    let isRight =
      first == oldest.segment
      || oldest.isRecycled && first > oldest.segment && first - oldest.segment == 1
    guard isRight else { throw .missingSegment(wanted: oldest.segment, found: first) }
  }

  var segment: UInt32 { segments[opened - 1] }
  var isLast: Bool { opened == segments.count }

  /// Where the present file's frames should end.
  var expectedEnd: Int {
    state.phase == .open ? header?.capacity ?? 0 : state.offset
  }

  /// Whether the file ends before its frames should.
  var isTruncated: Bool { size < expectedEnd }

  /// What the newest segment says of the oldest, or nothing if its header cannot be read, which is
  /// found, and said, when it is opened.
  private static func oldest<Store: JournalStore & ~Copyable>(
    beside last: UInt32, in store: borrowing Store
  ) throws(JournalFailure) -> (segment: UInt32, isRecycled: Bool)? {
    let image = try store.image(of: last)
    guard unsafe image.bytes.count >= SegmentHeader.size else { return nil }
    guard let header = try? SegmentHeader(image.headerWords, of: last) else { return nil }
    return (header.oldest, header.isRecycled)
  }

  /// The failure that the byte at `offset` of the present segment is the reason for.
  func corrupt(
    _ subject: JournalFailure.Corruption.Subject, at offset: Int, found: UInt64, wanted: UInt64
  ) -> JournalFailure {
    .corrupt(
      .init(segment: segment, offset: offset, subject: subject, found: found, wanted: wanted))
  }
}

extension SegmentImage {
  /// The words of the segment's header.
  ///
  /// - Precondition: there are at least 64 bytes.
  var headerWords: [UInt64] {
    (0..<8).map { index in
      unsafe UInt64(littleEndian: bytes.load(fromByteOffset: 8 * index, as: UInt64.self))
    }
  }
}
