public import OmniPlatform

/// Where a journal's segments are kept: a folder, or a disk that is only simulated.
///
/// A store knows files and memory; what stands in them is for ``JournalWriter`` and
/// ``JournalReader`` to know.
public protocol JournalStore: ~Copyable {
  /// The numbers of all segments, ascending.
  func segments() throws(JournalFailure) -> [UInt32]

  /// Makes this the only one who may write, and removes what an interrupted creation left behind.
  mutating func beginWriting() throws(JournalFailure)

  /// Puts a new segment in its place, with its header, and gives its memory.
  ///
  /// If it fails, nothing was changed. The segment has its name only when its header is whole. The
  /// memory stays valid until ``finish(_:length:durably:)`` or the end of the store.
  ///
  /// - Throws: `diskFull` if there is no room.
  @unsafe mutating func create(_ request: SegmentRequest) throws(JournalFailure)
    -> UnsafeMutableRawPointer

  /// Returns when the first `end` bytes of an open segment are on the device.
  mutating func synchronize(_ segment: UInt32, upTo end: Int) throws(FileError)

  /// Ends the writing of an open segment, cutting its file off at `length` if there is one.
  ///
  /// A segment without a length may be used again by a later request.
  mutating func finish(_ segment: UInt32, length: Int?, durably: Bool) throws(FileError)

  /// Sets the word at `offset` of a segment that is not open, then cuts its file at `length`.
  mutating func amend(_ segment: UInt32, _ amendment: SegmentAmendment) throws(FileError)

  /// Takes a segment away that is not open.
  mutating func remove(_ segment: UInt32) throws(FileError)

  /// The content of a segment, to be read.
  func image(of segment: UInt32) throws(JournalFailure) -> SegmentImage
}

/// What a new segment should be.
public struct SegmentRequest: Sendable {
  /// The segment's number.
  public let segment: UInt32
  /// Its size in bytes.
  public let capacity: Int
  /// What stands at its beginning.
  public let words: [UInt64]
  /// The segment whose file it takes over, if any.
  public let reused: UInt32?
  /// Whether it must be on the device before the request returns.
  public let isDurable: Bool
}

/// What is to be changed in a segment that nobody writes any more.
public struct SegmentAmendment: Sendable {
  /// Where the word stands, divisible by 8.
  public let offset: Int
  /// The word.
  public let word: UInt64
  /// The file's new length, or nothing if it stays.
  public let length: Int?
}

/// The content of one segment file, in memory.
@safe public struct SegmentImage: ~Copyable {
  /// The bytes; the first stands at an address divisible by 8.
  @unsafe public let bytes: UnsafeRawBufferPointer
  private let region: MappedRegion?
  private let isOwned: Bool

  /// Creates an image of a mapped file.
  public init(_ region: consuming MappedRegion) {
    unsafe bytes = region.bytes
    self.region = consume region
    isOwned = false
  }

  /// Creates an image of a copy of `content`.
  public init(_ content: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count + 8, alignment: 8)
    unsafe copy.copyBytes(from: content)
    unsafe bytes = UnsafeRawBufferPointer(rebasing: copy[..<content.count])
    region = nil
    isOwned = true
  }

  deinit {
    if isOwned { unsafe bytes.deallocate() }
  }
}
