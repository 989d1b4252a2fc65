import OmniEncoding
public import OmniMarketColumns
import OmniMoney
public import OmniTime

/// The beginning of a file: what its rows are, and what was known of them when.
///
///     offset  bytes  what
///     0       8      "OMNIMKT" and 0
///     8       2      version, 1
///     10      1      kind of rows: 1 events, 2 bars
///     11      1      decimals of a bar's volume
///     12      4      number of bytes of the header
///     16      8      from when on this revision was known, in nanoseconds since 1970
///     24      4      first day, in days since 1970, with sign
///     28      4      number of days
///     32      4      revision, from 1
///     36      1      decimals of the tick
///     37      1      decimals of the lot
///     38      2      number of bytes of the symbol
///     40      8      tick, in units of its last decimal
///     48      8      lot, in units of its last decimal
///     56      2      number of bytes of the source
///     58      6      0
///     64      …      symbol and source in UTF-8, then 0 to 7 bytes of 0
///             4      0
///             4      CRC-32C of all bytes before it
public struct PartitionHeader: Sendable, Equatable {
  /// Of which instrument the rows are.
  public let instrument: StoredInstrument
  /// What the rows are.
  public let rows: MarketRowKind
  /// Which days the file is of.
  public let span: PartitionSpan
  /// The number of this revision of the span, from 1.
  public let revision: Int
  /// From when on this revision was known.
  public let knownAt: Timestamp
  /// Where the rows are from, for people.
  public let source: String

  static let magic: [UInt8] = Array("OMNIMKT".utf8) + [0]
  static let version = 1
  static let fixedBytes = 64
  static let sourceBytesMax = 1_000
  /// How many revisions of a span are read; far more than there can be, and far from 32 bits.
  static let revisionMax = 1_000_000_000
  static let bytesMax = fixedBytes + StoredInstrument.symbolBytesMax + sourceBytesMax + 16

  /// The header as it stands in a file.
  var bytes: [UInt8] {
    let symbol = Array(instrument.symbol.utf8)
    let source = Array(source.utf8)
    let padding = (8 - (symbol.count + source.count) % 8) % 8
    let count = Self.fixedBytes + symbol.count + source.count + padding + 8
    var bytes = Self.magic
    LittleEndian.append(UInt64(Self.version), 2, to: &bytes)
    bytes += [rows.rawValue, UInt8(instrument.volumeDecimals)]
    LittleEndian.append(UInt64(count), 4, to: &bytes)
    LittleEndian.append(knownAt.nanoseconds, to: &bytes)
    LittleEndian.append(UInt64(bitPattern: Int64(span.firstDay)), 4, to: &bytes)
    LittleEndian.append(UInt64(span.dayCount), 4, to: &bytes)
    LittleEndian.append(UInt64(revision), 4, to: &bytes)
    bytes += [UInt8(instrument.tick.scale), UInt8(instrument.lot.scale)]
    LittleEndian.append(UInt64(symbol.count), 2, to: &bytes)
    LittleEndian.append(instrument.tick.coefficient, to: &bytes)
    LittleEndian.append(instrument.lot.coefficient, to: &bytes)
    LittleEndian.append(UInt64(source.count), 2, to: &bytes)
    bytes += [UInt8](repeating: 0, count: 6) + symbol + source
    bytes += [UInt8](repeating: 0, count: padding + 4)
    LittleEndian.append(UInt64(CRC32C.checksum(bytes)), 4, to: &bytes)
    return bytes
  }

  /// Creates a header; of `source`, the first 1,000 bytes at most are kept.
  init(
    _ instrument: StoredInstrument, _ rows: MarketRowKind, _ span: PartitionSpan,
    _ version: (revision: Int, knownAt: Timestamp), source: String
  ) {
    self.instrument = instrument
    self.rows = rows
    self.span = span
    revision = version.revision
    knownAt = version.knownAt
    var kept = source
    while kept.utf8.count > Self.sourceBytesMax { kept.removeLast() }
    self.source = kept
  }

  /// Reads the header at the beginning of `bytes`; `path` is for the error.
  init(_ bytes: Span<UInt8>, path: String) throws(MarketStoreFailure) {
    guard bytes.count >= Self.fixedBytes + 8 else { throw .truncated(path: path) }
    for (index, byte) in Self.magic.enumerated() where bytes[index] != byte {
      throw .foreign(path: path)
    }
    let version = Int(LittleEndian.number(bytes, 8, 2))
    guard version == Self.version, let rows = MarketRowKind(rawValue: bytes[10]) else {
      throw .unsupported(path: path, version: version)
    }
    let count = Int(LittleEndian.number(bytes, 12, 4))
    guard (Self.fixedBytes + 8...Self.bytesMax).contains(count) else {
      throw .senseless(path: path, part: "header")
    }
    guard count <= bytes.count else { throw .truncated(path: path) }
    guard LittleEndian.number(bytes, count - 4, 4) == UInt64(CRC32C.checksum(bytes, 0..<count - 4))
    else { throw .checksum(path: path, part: "header") }
    let symbolEnd = Self.fixedBytes + Int(LittleEndian.number(bytes, 38, 2))
    let sourceEnd = symbolEnd + Int(LittleEndian.number(bytes, 56, 2))
    let firstDay = Int(Int32(truncatingIfNeeded: LittleEndian.number(bytes, 24, 4)))
    let dayCount = Int(LittleEndian.number(bytes, 28, 4))
    let (tick, lot) = (LittleEndian.signed(bytes, 40), LittleEndian.signed(bytes, 48))
    let revision = Int(LittleEndian.number(bytes, 32, 4))
    guard sourceEnd <= count - 8, (1...Self.revisionMax).contains(revision), tick > 0, lot > 0,
      bytes[36] <= 18, bytes[37] <= 18,
      bytes[11] <= 18, let span = PartitionSpan(firstDay: firstDay, dayCount: dayCount),
      let symbol = LittleEndian.text(bytes, Self.fixedBytes..<symbolEnd),
      let source = LittleEndian.text(bytes, symbolEnd..<sourceEnd)
    else { throw .senseless(path: path, part: "header") }
    self.rows = rows
    self.span = span
    self.source = source
    self.revision = revision
    knownAt = Timestamp(nanoseconds: LittleEndian.signed(bytes, 16))
    instrument = try StoredInstrument(
      symbol: symbol, tick: FixedDecimal(coefficient: tick, scale: Int(bytes[36])),
      lot: FixedDecimal(coefficient: lot, scale: Int(bytes[37])), volumeDecimals: Int(bytes[11]))
  }
}
