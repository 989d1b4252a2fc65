import OmniEncoding

/// The first 64 bytes of a segment file, as eight words in little-endian order.
///
///     offset  0  "OMNIJRN1"
///             8  version of the layout, 1                       UInt32
///            12  capacity in bytes                              UInt32
///            16  number of the segment                          UInt32
///            20  flags: 1 commits wait for the device, 2 recycled  UInt32
///            24  sequence number of the first record            UInt64
///            32  run id                                         UInt64
///            40  chain of the checksums of all records before   UInt32
///            44  oldest segment that is kept beside this one    UInt32
///            48  CRC-32C of the bytes 0 to 47                   UInt32
///            52  zero                                           UInt32
///            56  state, the one word that changes               UInt64
struct SegmentHeader: Equatable {
  static let size = 64
  static let stateOffset = 56
  /// The bytes "OMNIJRN1".
  static let magic: UInt64 = 0x314E_524A_494E_4D4F
  static let version: UInt32 = 1

  let index: UInt32
  let capacity: Int
  let waitsForDevice: Bool
  let isRecycled: Bool
  let firstSequence: UInt64
  let runID: UInt64
  let chain: UInt32
  let oldest: UInt32

  /// The words before the state.
  var words: [UInt64] {
    var words = [
      Self.magic,
      UInt64(capacity) << 32 | UInt64(Self.version),
      UInt64((waitsForDevice ? 1 : 0) | (isRecycled ? 2 : 0)) << 32 | UInt64(index),
      firstSequence,
      runID,
      UInt64(oldest) << 32 | UInt64(chain),
    ]
    words.append(UInt64(Self.checksum(words)))
    return words
  }

  /// What goes into the seed of each frame's checksum: different for each life of each file.
  var salt: UInt32 { Self.checksum(Array(words[..<6])) }

  private static func checksum(_ words: [UInt64]) -> UInt32 {
    CRC32C.checksum(WordArray(words).bytes)
  }

  /// Reads the header of the segment that is called `index`.
  init(_ words: [UInt64], of index: UInt32) throws(JournalFailure) {
    func check(
      _ subject: JournalFailure.Corruption.Subject, at offset: Int, _ found: UInt64,
      _ wanted: UInt64
    ) throws(JournalFailure) {
      guard found == wanted else {
        throw .corrupt(
          .init(segment: index, offset: offset, subject: subject, found: found, wanted: wanted))
      }
    }
    let low = UInt64(UInt32.max)
    try check(.magic, at: 0, words[0], Self.magic)
    try check(
      .headerChecksum, at: 48, words[6] & low, UInt64(Self.checksum(Array(words[..<6]))))
    try check(.reserved, at: 52, words[6] >> 32, 0)
    try check(.version, at: 8, words[1] & low, UInt64(Self.version))
    try check(.index, at: 16, words[2] & low, UInt64(index))
    try check(.reserved, at: 20, words[2] >> 32 & ~3, 0)
    self.index = index
    capacity = Int(words[1] >> 32)
    waitsForDevice = words[2] >> 32 & 1 != 0
    isRecycled = words[2] >> 32 & 2 != 0
    firstSequence = words[3]
    runID = words[4]
    chain = UInt32(truncatingIfNeeded: words[5])
    oldest = UInt32(truncatingIfNeeded: words[5] >> 32)
    // No journal gets that far; a number that does would overflow in the reader.
    try check(.firstSequence, at: 24, min(firstSequence, 1 << 63), firstSequence)
    try check(.size, at: 12, UInt64(max(capacity, Self.size + 8)), UInt64(capacity))
  }

  init(
    index: UInt32, configuration: JournalConfiguration, firstSequence: UInt64, chain: UInt32,
    oldest: UInt32
  ) {
    self.index = index
    capacity = configuration.segmentBytes
    waitsForDevice = configuration.durability == .power
    isRecycled = configuration.retention != .keepAll
    self.firstSequence = firstSequence
    runID = configuration.runID
    self.chain = chain
    self.oldest = oldest
  }
}

/// How far a segment was written, in one word: an offset divisible by 8 with the phase in its three
/// low bits, and the same with each bit turned.
///
/// While the segment is open, the offset is how far it was committed; a bad frame before it is
/// damage, one behind it may be a tail that a loss of power tore. Afterwards it is the length.
struct SegmentState: Equatable {
  enum Phase: UInt32 {
    case open, rolled, sealed, recovered
  }

  let phase: Phase
  let offset: Int

  init(_ phase: Phase, _ offset: Int) {
    self.phase = phase
    self.offset = offset
  }

  var word: UInt64 {
    let low = UInt32(offset) | phase.rawValue
    return UInt64(~low) << 32 | UInt64(low)
  }

  init?(word: UInt64) {
    let low = UInt32(truncatingIfNeeded: word)
    guard UInt32(truncatingIfNeeded: word >> 32) == ~low, let phase = Phase(rawValue: low & 7)
    else { return nil }
    self.phase = phase
    offset = Int(low & ~7)
  }
}

/// The last record of a journal that was closed: how many records there are, and their chain.
@usableFromInline
enum JournalSeal {
  @usableFromInline static let kind: UInt16 = .max
  static let frameBytes = 48
}

/// Joins the checksums of records, in their order, to one.
@usableFromInline
enum JournalChain {
  /// The chain after a record with `checksum`.
  ///
  /// One different checksum gives another chain for certain, as each step can be undone; two do
  /// with a chance of 1 - 2⁻³².
  @inlinable
  static func joining(_ checksum: UInt32, to chain: UInt32) -> UInt32 {
    let mixed = chain ^ checksum
    // A product modulo 2³² with an odd number is wanted, so overflow is no mistake here.
    return (mixed << 13 | mixed >> 19) &* 0x9E37_79B1
  }
}
