public import OmniTime

/// What can be written into a frame: a fixed number of words, known before it is written.
public protocol JournalPayload: ~Copyable {
  /// How many words ``encode(into:)`` puts.
  var wordCount: Int { get }

  /// Puts exactly ``wordCount`` words.
  func encode(into sink: inout some WordSink & ~Copyable)
}

/// What stands at the head of a frame, apart from its length and checksum.
@frozen
public struct FrameHeader: Sendable, Equatable {
  /// What kind of record it is; the owner of the journal gives the numbers their meaning.
  public let kind: UInt16
  /// Which version of the kind's payload it holds.
  public let version: UInt16
  /// The record's place in the sequence.
  public let sequence: SequenceNumber
  /// When the record was sequenced.
  public let time: Timestamp

  /// Creates a header.
  @inlinable
  public init(kind: UInt16, version: UInt16, sequence: SequenceNumber, time: Timestamp) {
    self.kind = kind
    self.version = version
    self.sequence = sequence
    self.time = time
  }
}

/// The layout of one record: 32 bytes of header, then words, all in little-endian order.
///
///     offset  0  length of the whole frame in bytes, a multiple of 8        UInt32
///             4  the same with each bit turned                              UInt32
///             8  checksum                                                   UInt32
///            12  kind                                                       UInt16
///            14  version                                                    UInt16
///            16  sequence number                                            UInt64
///            24  time, nanoseconds since the Unix epoch                     Int64
///            32  payload                                                    words
///
/// The checksum is CRC-32C over the bytes from offset 16 on. Its seed is the place's salt, xor the
/// length, xor the word of kind and version. To xor four bytes into the seed is what a CRC itself
/// does with the first four bytes of its input, so kind and version are as safe as if they had been
/// fed in, and what is left are whole words. The salt ties a frame to one life of one file: what a
/// file held before it was used again never passes.
@frozen
public enum Frame {
  /// The size of the header.
  @inlinable
  public static var headerBytes: Int { 32 }

  /// The first word of a frame of `length` bytes.
  @inlinable
  public static func lengthWord(_ length: Int) -> UInt64 {
    let low = UInt32(length)
    return UInt64(~low) << 32 | UInt64(low)
  }

  /// The length that `word`, the first of a frame, names, or nothing if its halves disagree.
  @inlinable
  public static func length(ofWord word: UInt64) -> Int? {
    let low = UInt32(truncatingIfNeeded: word)
    guard UInt32(truncatingIfNeeded: word >> 32) == ~low, low >= 32, low & 7 == 0 else {
      return nil
    }
    return Int(low)
  }

  /// Writes all of a frame but its first word and its payload, which stands there already.
  ///
  /// Whoever stores the first word last, in one piece, makes the frame exist at one instant.
  ///
  /// - Precondition: `length` writable bytes begin at `base`, at an address divisible by 8.
  /// - Returns: the checksum.
  @inlinable
  public static func finish(
    at base: UnsafeMutableRawPointer, length: Int, salt: UInt32, header: FrameHeader
  ) -> UInt32 {
    let what = UInt32(header.version) << 16 | UInt32(header.kind)
    unsafe base.storeBytes(
      of: header.sequence.value.littleEndian, toByteOffset: 16, as: UInt64.self)
    unsafe base.storeBytes(
      of: header.time.nanoseconds.littleEndian, toByteOffset: 24, as: Int64.self)
    let checksum = unsafe CRC32C.checksum(
      UnsafeRawBufferPointer(start: base + 16, count: length - 16),
      continuing: salt ^ UInt32(truncatingIfNeeded: length) ^ what)
    let word = UInt64(what) << 32 | UInt64(checksum)
    unsafe base.storeBytes(of: word.littleEndian, toByteOffset: 8, as: UInt64.self)
    return checksum
  }

  /// The checksum that the frame of `length` bytes at `base` should have.
  ///
  /// - Precondition: `length` readable bytes begin at `base`.
  @inlinable
  public static func checksum(
    at base: UnsafeRawPointer, length: Int, salt: UInt32
  ) -> UInt32 {
    let word = unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    return unsafe CRC32C.checksum(
      UnsafeRawBufferPointer(start: base + 16, count: length - 16),
      continuing: salt ^ UInt32(truncatingIfNeeded: length)
        ^ UInt32(truncatingIfNeeded: word >> 32))
  }

  /// The header and checksum that stand at `base`, checked by nobody.
  ///
  /// - Precondition: 32 readable bytes begin at `base`.
  @inlinable
  public static func header(at base: UnsafeRawPointer) -> (header: FrameHeader, checksum: UInt32) {
    let word = unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    let sequence = unsafe UInt64(
      littleEndian: base.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
    let time = unsafe Int64(littleEndian: base.loadUnaligned(fromByteOffset: 24, as: Int64.self))
    let header = FrameHeader(
      kind: UInt16(truncatingIfNeeded: word >> 32), version: UInt16(truncatingIfNeeded: word >> 48),
      sequence: SequenceNumber(sequence), time: Timestamp(nanoseconds: time))
    return (header, UInt32(truncatingIfNeeded: word))
  }
}
