import OmniEncoding
public import OmniMarketColumns
import OmniPlatform
public import OmniTime

/// One file of a store, mapped into memory and read block by block.
///
/// Opening it holds header, index and footer against their checksums; each block is held against its
/// own when it is read.
public struct PartitionReader<Row: MarketRow>: ~Copyable {
  /// What the beginning of the file says.
  public let header: PartitionHeader
  /// What is known of all rows together.
  public let quality: PartitionQuality
  /// How many blocks there are.
  public let blockCount: Int
  private let region: MappedRegion
  private let indexOffset: Int
  /// How far from the beginning the file has been let go of.
  private var releasedEnd = 0

  /// After how many bytes that were read their memory is let go of.
  private static var releaseBytes: Int { 8 << 20 }

  /// Opens the file at `path`.
  public init(_ path: String) throws(MarketStoreFailure) {
    let mapped = try MappedPartition(path)
    let facts = mapped.facts
    guard facts.header.rows == Row.rowKind else {
      throw .unsupported(path: path, version: PartitionHeader.version)
    }
    region = mapped.takeRegion()
    header = facts.header
    quality = facts.footer.quality
    blockCount = facts.footer.blockCount
    indexOffset = facts.footer.indexOffset
  }

  /// Where the file is.
  public var path: String { region.path }

  /// How many bytes it has.
  public var byteCount: Int { region.count }

  func entry(_ block: Int) -> PartitionIndexEntry {
    precondition(block >= 0 && block < blockCount, "a block of the file")
    return region.withSpan {
      PartitionIndexEntry($0, at: indexOffset + block * PartitionIndexEntry.bytes)
    }
  }

  /// Reads the block with the number `block`, from 0.
  ///
  /// - Complexity: O(rows of the block), without allocation.
  public mutating func read(
    _ block: Int, into rows: inout MarketRows<Row>
  ) throws(MarketStoreFailure) {
    let entry = entry(block)
    do throws(MarketColumnsFailure) {
      let head = try region.withSpan { bytes throws(MarketColumnsFailure) in
        try rows.decode(bytes, at: entry.offset)
      }
      guard head.byteCount == entry.byteCount, head.rowCount == entry.rowCount,
        head.first == entry.first, head.last == entry.last
      else { throw .senseless(what: .header) }
    } catch {
      throw .block(error, path: path)
    }
    if entry.offset > releasedEnd + Self.releaseBytes {
      region.release(releasedEnd..<entry.offset)
      releasedEnd = entry.offset
    } else if entry.offset < releasedEnd {
      releasedEnd = entry.offset
    }
  }

  /// The number of the first block that holds a row which is not earlier than `instant`.
  ///
  /// - Complexity: O(log blocks).
  public func firstBlock(from instant: Timestamp) -> Int {
    search { $0.last < instant }
  }

  /// The number of the last block that holds a row which is not later than `instant`, or nil.
  ///
  /// - Complexity: O(log blocks).
  public func lastBlock(until instant: Timestamp) -> Int? {
    let behind = search { $0.first <= instant }
    return behind == 0 ? nil : behind - 1
  }

  /// How many blocks from the beginning on `isBefore` is true of.
  private func search(_ isBefore: (PartitionIndexEntry) -> Bool) -> Int {
    var (low, high) = (0, blockCount)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(entry(middle)) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// A file in memory, with what it says of itself.
struct MappedPartition: ~Copyable {
  let region: MappedRegion
  let facts: PartitionFacts

  /// Maps the file at `path`, and checks what stands around its blocks.
  init(_ path: String) throws(MarketStoreFailure) {
    let mapped = try MarketStoreFailure.wrapping { () throws(FileError) in try Self.map(path) }
    guard let mapped else { throw .truncated(path: path) }
    let facts = try mapped.withSpan { bytes throws(MarketStoreFailure) in
      try PartitionFacts(bytes, path: path)
    }
    region = mapped
    self.facts = facts
  }

  /// The memory of the file at `path`; nil if it is empty, which cannot be mapped.
  private static func map(_ path: String) throws(FileError) -> MappedRegion? {
    let file = try File(path, .read)
    let size = try file.size()
    if size == 0 { return nil }
    return try MappedRegion(reading: file, count: size)
  }

  consuming func takeRegion() -> MappedRegion { region }
}

/// What a file says of itself, without its rows.
struct PartitionFacts: Sendable {
  let header: PartitionHeader
  let footer: PartitionFooter
  let byteCount: Int

  /// Reads and checks what stands around the blocks in `file`.
  init(_ file: Span<UInt8>, path: String) throws(MarketStoreFailure) {
    header = try PartitionHeader(file, path: path)
    footer = try PartitionFooter(endOf: file, path: path)
    byteCount = file.count
    let end = footer.indexOffset + footer.blockCount * PartitionIndexEntry.bytes
    guard CRC32C.checksum(file, footer.indexOffset..<end) == footer.indexChecksum else {
      throw .checksum(path: path, part: "index")
    }
    var place = header.bytes.count
    var rows = 0
    var last: Timestamp?
    for number in 0..<footer.blockCount {
      let entry = PartitionIndexEntry(
        file, at: footer.indexOffset + number * PartitionIndexEntry.bytes)
      guard entry.offset == place, entry.byteCount <= footer.indexOffset - place,
        entry.first <= entry.last, last.map({ $0 <= entry.first }) ?? true
      else { throw .senseless(path: path, part: "index") }
      place += entry.byteCount
      rows += entry.rowCount
      last = entry.last
    }
    guard place == footer.indexOffset, rows == footer.quality.rows,
      last == footer.quality.last
    else { throw .senseless(path: path, part: "index") }
  }
}
