import OmniEncoding
public import OmniTime

/// The end of a file: where its blocks are listed, and what all of its rows say together.
///
///     offset  bytes  what
///     0       8      where the index of blocks begins in the file
///     8       4      number of blocks
///     12      4      CRC-32C of the index
///     16      8      number of rows
///     24      8      instant of the first row
///     32      8      instant of the last row
///     40      8      rows that begin a gap, as their source says
///     48      8      rows that are equal to the row before them
///     56      8      the longest time between two rows, in nanoseconds
///     64      4      CRC-32C of all blocks
///     68      4      CRC-32C of the bytes before it
///     72      8      "OMNIEND" and 0
struct PartitionFooter: Sendable, Equatable {
  var indexOffset = 0
  var blockCount = 0
  var indexChecksum: UInt32 = 0
  var quality = PartitionQuality()
  var blocksChecksum: UInt32 = 0

  static let bytes = 80
  static let magic: [UInt8] = Array("OMNIEND".utf8) + [0]

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    LittleEndian.append(UInt64(indexOffset), to: &bytes)
    LittleEndian.append(UInt64(blockCount), 4, to: &bytes)
    LittleEndian.append(UInt64(indexChecksum), 4, to: &bytes)
    LittleEndian.append(UInt64(quality.rows), to: &bytes)
    LittleEndian.append(quality.first.nanoseconds, to: &bytes)
    LittleEndian.append(quality.last.nanoseconds, to: &bytes)
    LittleEndian.append(UInt64(quality.gaps), to: &bytes)
    LittleEndian.append(UInt64(quality.doubled), to: &bytes)
    LittleEndian.append(UInt64(bitPattern: quality.silence.nanoseconds), to: &bytes)
    LittleEndian.append(UInt64(blocksChecksum), 4, to: &bytes)
    LittleEndian.append(UInt64(CRC32C.checksum(bytes)), 4, to: &bytes)
    return bytes + Self.magic
  }

  init() {}

  /// Reads the footer that ends a file of the content `file`.
  init(endOf file: Span<UInt8>, path: String) throws(MarketStoreFailure) {
    let start = file.count - Self.bytes
    guard start >= 0 else { throw .truncated(path: path) }
    for (index, byte) in Self.magic.enumerated() where file[start + 72 + index] != byte {
      throw .truncated(path: path)
    }
    guard
      LittleEndian.number(file, start + 68, 4)
        == UInt64(CRC32C.checksum(file, start..<start + 68))
    else { throw .checksum(path: path, part: "footer") }
    indexOffset = Int(clamping: LittleEndian.number(file, start))
    blockCount = Int(LittleEndian.number(file, start + 8, 4))
    indexChecksum = UInt32(truncatingIfNeeded: LittleEndian.number(file, start + 12, 4))
    quality.rows = Int(clamping: LittleEndian.number(file, start + 16))
    quality.first = Timestamp(nanoseconds: LittleEndian.signed(file, start + 24))
    quality.last = Timestamp(nanoseconds: LittleEndian.signed(file, start + 32))
    quality.gaps = Int(clamping: LittleEndian.number(file, start + 40))
    quality.doubled = Int(clamping: LittleEndian.number(file, start + 48))
    quality.silence = Interval(nanoseconds: LittleEndian.signed(file, start + 56))
    blocksChecksum = UInt32(truncatingIfNeeded: LittleEndian.number(file, start + 64, 4))
    guard blockCount >= 1, indexOffset >= 0,
      start - indexOffset == blockCount * PartitionIndexEntry.bytes,
      quality.rows >= blockCount, quality.first <= quality.last
    else { throw .senseless(path: path, part: "footer") }
  }
}

/// What is known of all rows of a file.
public struct PartitionQuality: Sendable, Equatable {
  /// How many rows there are.
  public var rows = 0
  /// The instant of the first row.
  public var first = Timestamp.epoch
  /// The instant of the last row.
  public var last = Timestamp.epoch
  /// How many rows begin a gap, as their source says.
  public var gaps = 0
  /// How many rows are equal to the row before them.
  public var doubled = 0
  /// The longest time between two rows.
  public var silence = Interval(nanoseconds: 0)

  /// What to think of the rows.
  public enum Verdict: String, Sendable, CaseIterable {
    /// Nothing speaks against them.
    case sound
    /// Some stand twice.
    case doubled
    /// Some are missing.
    case gaps
  }

  /// What to think of the rows.
  public var verdict: Verdict { gaps > 0 ? .gaps : doubled > 0 ? .doubled : .sound }
}

/// Where a block is, and which instants it holds.
///
///     offset  bytes  what
///     0       8      where the block begins in the file
///     8       4      number of its bytes
///     12      4      number of its rows
///     16      8      instant of its first row
///     24      8      instant of its last row
struct PartitionIndexEntry: Sendable, Equatable {
  let offset: Int
  let byteCount: Int
  let rowCount: Int
  let first: Timestamp
  let last: Timestamp

  static let bytes = 32

  func append(to bytes: inout [UInt8]) {
    LittleEndian.append(UInt64(offset), to: &bytes)
    LittleEndian.append(UInt64(byteCount), 4, to: &bytes)
    LittleEndian.append(UInt64(rowCount), 4, to: &bytes)
    LittleEndian.append(first.nanoseconds, to: &bytes)
    LittleEndian.append(last.nanoseconds, to: &bytes)
  }

  init(offset: Int, byteCount: Int, rowCount: Int, first: Timestamp, last: Timestamp) {
    self.offset = offset
    self.byteCount = byteCount
    self.rowCount = rowCount
    self.first = first
    self.last = last
  }

  /// Reads the entry at `place` of a file.
  init(_ file: Span<UInt8>, at place: Int) {
    offset = Int(clamping: LittleEndian.number(file, place))
    byteCount = Int(LittleEndian.number(file, place + 8, 4))
    rowCount = Int(LittleEndian.number(file, place + 12, 4))
    first = Timestamp(nanoseconds: LittleEndian.signed(file, place + 16))
    last = Timestamp(nanoseconds: LittleEndian.signed(file, place + 24))
  }
}
