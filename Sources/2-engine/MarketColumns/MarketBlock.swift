import OmniEncoding
public import OmniTime

/// What all blocks have in common, whatever their rows are.
///
/// A block is one piece of bytes, little-endian throughout:
///
///     offset  bytes  what
///     0       4      0x424B_434D, which reads "MCKB"
///     4       1      version, 1
///     5       1      kind of rows: 1 events, 2 bars
///     6       1      number of columns
///     7       1      0
///     8       4      number of rows, 1 to 8,192
///     12      4      number of bytes of the block
///     16      8      instant of the first row
///     24      8      instant of the last row
///     32      8      smallest, and
///     40      8      largest instant at which something occurred
///     48      4 × c  where each column ends, counted from the end of this list
///             …      the columns, one behind the other
///             4      0
///             4      CRC-32C of all bytes before it
public enum MarketBlock {
  /// How many rows a block has at most.
  public static let rowsMax = 8_192
  /// How many bytes a block's head has before the list of columns.
  public static let headBytes = 48
  /// How many bytes a block has at most: a column takes at most ten bytes a value and its heads.
  public static let bytesMax = 1 << 20

  static let magic: UInt32 = 0x424B_434D
  static let version: UInt8 = 1
  static let tailBytes = BitPacking.padding

  /// What the head of a block says.
  public struct Head: Sendable, Equatable {
    /// The kind of rows.
    public let rows: MarketRowKind
    /// How many rows there are.
    public let rowCount: Int
    /// How many bytes the block has.
    public let byteCount: Int
    /// The instant of the first row.
    public let first: Timestamp
    /// The instant of the last row.
    public let last: Timestamp
    /// The earliest instant at which something occurred.
    public let earliest: Timestamp
    /// The latest instant at which something occurred.
    public let latest: Timestamp

    let columnCount: Int
    var columnsStart: Int { headBytes + columnCount * 4 }
  }

  /// Reads the head of the block at `offset` of `bytes`, and holds its checksum against its bytes.
  ///
  /// - Complexity: O(bytes of the block), without allocation.
  public static func head(
    _ bytes: Span<UInt8>, at offset: Int = 0
  ) throws(MarketColumnsFailure) -> Head {
    let left = max(0, bytes.count - offset)
    guard left >= headBytes else { throw .truncated(bytes: left, wanted: headBytes) }
    let mark = UInt32(truncatingIfNeeded: word(bytes, offset, 4))
    guard mark == magic else { throw .foreign(found: mark) }
    guard bytes[offset + 4] == version, bytes[offset + 7] == 0,
      let rows = MarketRowKind(rawValue: bytes[offset + 5])
    else { throw .unsupported(version: bytes[offset + 4], rows: bytes[offset + 5]) }
    let head = Head(
      rows: rows, rowCount: Int(word(bytes, offset + 8, 4)),
      byteCount: Int(word(bytes, offset + 12, 4)),
      first: instant(bytes, offset + 16), last: instant(bytes, offset + 24),
      earliest: instant(bytes, offset + 32), latest: instant(bytes, offset + 40),
      columnCount: Int(bytes[offset + 6]))
    guard head.byteCount >= head.columnsStart + tailBytes, head.byteCount <= bytesMax
    else { throw .senseless(what: .header) }
    guard head.byteCount <= left else { throw .truncated(bytes: left, wanted: head.byteCount) }
    let sum = UInt32(truncatingIfNeeded: word(bytes, offset + head.byteCount - 4, 4))
    let computed = CRC32C.checksum(bytes, offset..<offset + head.byteCount - 4)
    guard sum == computed else { throw .checksum(found: sum, computed: computed) }
    guard (1...rowsMax).contains(head.rowCount), head.columnCount == rows.columnCount,
      head.first <= head.last, head.earliest <= head.latest
    else { throw .senseless(what: .header) }
    return head
  }

  /// The little-endian number in `count` bytes at `offset`.
  static func word(_ bytes: Span<UInt8>, _ offset: Int, _ count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<count { number |= UInt64(bytes[offset + index]) << UInt64(index * 8) }
    return number
  }

  private static func instant(_ bytes: Span<UInt8>, _ offset: Int) -> Timestamp {
    Timestamp(nanoseconds: Int64(bitPattern: word(bytes, offset, 8)))
  }

  static func append(_ number: UInt64, _ count: Int, to bytes: inout [UInt8]) {
    for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(index * 8))) }
  }

  static func put(_ number: UInt64, _ count: Int, at offset: Int, of bytes: inout [UInt8]) {
    for index in 0..<count {
      bytes[offset + index] = UInt8(truncatingIfNeeded: number >> UInt64(index * 8))
    }
  }

  /// Adds the checksum of the bytes from `start` on.
  static func seal(from start: Int, _ bytes: inout [UInt8]) {
    append(UInt64(CRC32C.checksum(bytes.span, start..<bytes.count)), 4, to: &bytes)
  }
}

/// What the rows of a block are.
public enum MarketRowKind: UInt8, Sendable, CaseIterable {
  /// Rows are `MarketEvent`s.
  case events = 1
  /// Rows are `Bar`s.
  case bars = 2

  /// How many columns a block of such rows has.
  public var columnCount: Int {
    switch self {
    case .events: 8
    case .bars: 7
    }
  }
}
