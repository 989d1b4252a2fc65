import OmniEncoding
import OmniMarketColumns
import OmniPlatform
import OmniTime

/// A file under a name for the time being; it is removed if it is let go before it has another.
final class UnnamedFile {
  /// Where the file is.
  let path: String
  private var isNamed = false

  init(_ path: String) { self.path = path }

  deinit {
    // Nobody is left to tell; whoever writes in the store next removes it.
    if !isNamed { try? FileSystem.remove(path) }
  }

  /// Gives the file its name.
  func rename(to name: String) throws(MarketStoreFailure) {
    try MarketStoreFailure.wrapping { () throws(FileError) in
      try FileSystem.rename(path, to: name)
    }
    isNamed = true
  }
}

/// The memory for a block of one instrument, used for one file after the other.
final class PartitionScratch<Row: MarketRow> {
  var block = MarketBlockEncoder<Row>()
  var bytes: [UInt8] = []
}

/// Writes one file block after block, in constant memory.
struct PartitionWriter<Row: MarketRow>: ~Copyable {
  let header: PartitionHeader
  /// The file while it is written.
  let target: UnnamedFile
  private(set) var footer = PartitionFooter()
  private let file: File
  private var offset: Int
  private var index: [UInt8] = []
  private var last: Row?
  private let scratch: PartitionScratch<Row>

  /// Begins a file; rows that wait in `scratch` are forgotten.
  init(
    _ header: PartitionHeader, path: String, _ scratch: PartitionScratch<Row>
  ) throws(MarketStoreFailure) {
    let head = header.bytes
    let file = try MarketStoreFailure.wrapping { () throws(FileError) in try File(path, .replace) }
    let target = UnnamedFile(path)
    try MarketStoreFailure.wrapping { () throws(FileError) in try file.append(head) }
    scratch.block.removeAll()
    self.header = header
    self.scratch = scratch
    self.target = target
    self.file = file
    offset = head.count
  }

  private var path: String { target.path }

  /// Takes a row.
  ///
  /// - Precondition: the instant lies in the file's span.
  mutating func append(_ row: Row) throws(MarketStoreFailure) {
    let number = footer.quality.rows + 1
    if let last {
      guard last.instant <= row.instant else {
        throw .outOfOrder(
          symbol: header.instrument.symbol, row: number, instant: row.instant, before: last.instant)
      }
      if Row.rowKind == .bars, last.instant == row.instant {
        throw .doubled(symbol: header.instrument.symbol, row: number, instant: row.instant)
      }
    }
    if scratch.block.isFull { try flush() }
    do throws(MarketColumnsFailure) { try scratch.block.append(row) } catch {
      throw .block(error, path: path)
    }
    note(row)
  }

  private mutating func note(_ row: Row) {
    if let last {
      let (silence, isTooLong) = row.instant.nanoseconds.subtractingReportingOverflow(
        last.instant.nanoseconds)
      footer.quality.silence = max(
        footer.quality.silence, Interval(nanoseconds: isTooLong ? .max : silence))
      if last == row { footer.quality.doubled += 1 }
    } else {
      footer.quality.first = row.instant
    }
    if row.beginsGap { footer.quality.gaps += 1 }
    footer.quality.rows += 1
    footer.quality.last = row.instant
    last = row
  }

  private mutating func flush() throws(MarketStoreFailure) {
    scratch.bytes.removeAll(keepingCapacity: true)
    let head: MarketBlock.Head
    do throws(MarketColumnsFailure) { head = try scratch.block.finish(into: &scratch.bytes) } catch
    {
      throw .block(error, path: path)
    }
    try MarketStoreFailure.wrapping { () throws(FileError) in try file.append(scratch.bytes) }
    PartitionIndexEntry(
      offset: offset, byteCount: scratch.bytes.count, rowCount: head.rowCount, first: head.first,
      last: head.last
    ).append(to: &index)
    footer.blocksChecksum = CRC32C.checksum(scratch.bytes, continuing: footer.blocksChecksum)
    footer.blockCount += 1
    offset += scratch.bytes.count
  }

  /// Writes the rows that wait, the index and the footer, and returns when all is on the device.
  ///
  /// - Returns: how many bytes the file has.
  mutating func finish() throws(MarketStoreFailure) -> Int {
    if scratch.block.count > 0 { try flush() }
    footer.indexOffset = offset
    footer.indexChecksum = CRC32C.checksum(index)
    let end = index + footer.bytes
    try MarketStoreFailure.wrapping { () throws(FileError) in
      try file.append(end)
      try file.synchronize()
    }
    return offset + end.count
  }
}
