import OmniMarketColumns
import OmniModel
import OmniPlatform
import OmniTime

/// The files of one import, while they have no names yet.
struct ImportSession<Row: MarketRow>: ~Copyable {
  /// A file that is whole.
  struct Finished {
    let file: UnnamedFile
    let header: PartitionHeader
    let partition: StoredPartition
  }

  /// A file that is being written, and what is there of its span.
  private struct Open: ~Copyable {
    var writer: PartitionWriter<Row>
    let latest: StoredPartition?
  }

  private let instruments: [StoredInstrument]
  private let origin: MarketStore.Origin
  private var slots: [Slot]
  private var openCount = 0
  private(set) var finished: [Finished] = []

  /// An instrument's file, its memory, and the instant of its last row in a file that is whole.
  private final class Slot {
    var open: Open?
    var scratch: PartitionScratch<Row>?
    var lastInstant: Timestamp?
    var rowCount = 0
  }

  init(_ instruments: [StoredInstrument], _ origin: MarketStore.Origin) {
    self.instruments = instruments
    self.origin = origin
    slots = instruments.map { _ in Slot() }
  }

  mutating func append(
    _ row: Row, _ store: borrowing MarketStore
  ) throws(MarketStoreFailure) {
    let index = Int(row.instrument.index)
    guard index < instruments.count else { throw .unnamed(instrument: index) }
    let slot = slots[index]
    slot.rowCount += 1
    if let before = slot.lastInstant {
      if row.instant < before {
        throw .outOfOrder(
          symbol: instruments[index].symbol, row: slot.rowCount, instant: row.instant,
          before: before)
      }
      if Row.rowKind == .bars, row.instant == before {
        throw .doubled(
          symbol: instruments[index].symbol, row: slot.rowCount, instant: row.instant)
      }
    }
    slot.lastInstant = row.instant
    if slot.open?.writer.header.span.contains(row.instant) != true {
      try finish(index, store)
      try begin(index, row.instant, store)
    }
    try slot.open?.writer.append(row)
  }

  private mutating func begin(
    _ index: Int, _ instant: Timestamp, _ store: borrowing MarketStore
  ) throws(MarketStoreFailure) {
    let slot = slots[index]
    let scratch: PartitionScratch<Row>
    if let own = slot.scratch { scratch = own } else { scratch = try newScratch() }
    slot.scratch = scratch
    let instrument = instruments[index]
    let span = PartitionSpan(of: Row.rowKind, at: instant)
    let latest = store.latest(instrument, Row.rowKind, span)
    // Revisions follow each other in the order in which they were known, whatever the clock does.
    let knownAt = latest.map { latest in
      let (after, isBeyond) = latest.knownAt.nanoseconds.addingReportingOverflow(1)
      return max(origin.knownAt, isBeyond ? latest.knownAt : Timestamp(nanoseconds: after))
    }
    let revision = (latest?.revision ?? 0) + 1
    let folder = store.path + "/" + store.folder(of: instrument, Row.rowKind)
    try MarketStoreFailure.wrapping { () throws(FileError) in
      try FileSystem.makeDirectory(folder)
    }
    let header = PartitionHeader(
      instrument, Row.rowKind, span, (revision, knownAt ?? origin.knownAt), source: origin.source)
    let name = MarketStore.name(span, revision: revision)
    var writer = try PartitionWriter(
      header, path: folder + "/" + name + MarketStore.temporarySuffix, scratch)
    if let latest, latest.quality.first < instant {
      let end = instant + Interval(nanoseconds: -1)
      try Self.copy(latest, to: &writer, from: .distantPast, to: end, index, store)
    }
    slot.open = Open(writer: writer, latest: latest)
  }

  private mutating func newScratch() throws(MarketStoreFailure) -> PartitionScratch<Row> {
    guard openCount < MarketStore.instrumentsMax else {
      throw .tooManyInstruments(openCount + 1, most: MarketStore.instrumentsMax)
    }
    openCount += 1
    return PartitionScratch()
  }

  /// Takes rows of an older revision over.
  private static func copy(
    _ latest: StoredPartition, to writer: inout PartitionWriter<Row>, from: Timestamp,
    to end: Timestamp, _ index: Int, _ store: borrowing MarketStore
  ) throws(MarketStoreFailure) {
    var scan = MarketScan<Row>([store.path + "/" + latest.file], from: from, to: end)
    while try scan.next() {
      guard scan.instrument == writer.header.instrument else {
        throw .otherTerms(symbol: latest.symbol, file: latest.file)
      }
      for place in scan.range {
        try writer.append(scan.row(place, of: InstrumentID(UInt32(index))))
      }
    }
  }

  /// Ends the file that is being written of an instrument, if there is one.
  private mutating func finish(
    _ index: Int, _ store: borrowing MarketStore
  ) throws(MarketStoreFailure) {
    guard var open = slots[index].open.take() else { return }
    let last = open.writer.footer.quality.last
    if let latest = open.latest, latest.quality.last > last {
      let start = last + Interval(nanoseconds: 1)
      try Self.copy(latest, to: &open.writer, from: start, to: .distantFuture, index, store)
    }
    let byteCount = try open.writer.finish()
    let header = open.writer.header
    let folder = store.folder(of: header.instrument, Row.rowKind)
    let name = folder + "/" + MarketStore.name(header.span, revision: header.revision)
    let partition = StoredPartition(
      symbol: header.instrument.symbol, rows: Row.rowKind, span: header.span,
      version: (header.revision, header.knownAt), byteCount: byteCount,
      quality: open.writer.footer.quality, source: header.source, file: name)
    finished.append(Finished(file: open.writer.target, header: header, partition: partition))
  }

  mutating func finishAll(_ store: borrowing MarketStore) throws(MarketStoreFailure) {
    for index in slots.indices { try finish(index, store) }
  }

  /// Those of the finished files that say something new.
  func changed(_ store: borrowing MarketStore) throws(MarketStoreFailure) -> [Finished] {
    var changed: [Finished] = []
    for file in finished {
      if let latest = store.latest(file.header.instrument, Row.rowKind, file.header.span),
        try PartitionTwins.areEqual(file.file.path, store.path + "/" + latest.file)
      {
        continue
      }
      changed.append(file)
    }
    return changed
  }
}

/// Compares the rows of two files.
private enum PartitionTwins {
  private static let pieceBytes = 8 << 20

  /// Whether the blocks of both files are the same, byte for byte, and so are tick and lot.
  static func areEqual(_ path: String, _ other: String) throws(MarketStoreFailure) -> Bool {
    let left = try MappedPartition(path)
    let right = try MappedPartition(other)
    let (facts, otherFacts) = (left.facts, right.facts)
    guard facts.header.instrument == otherFacts.header.instrument,
      facts.footer.blocksChecksum == otherFacts.footer.blocksChecksum,
      facts.footer.quality == otherFacts.footer.quality
    else { return false }
    let start = facts.header.bytes.count
    let otherStart = otherFacts.header.bytes.count
    let count = facts.footer.indexOffset - start
    guard otherFacts.footer.indexOffset - otherStart == count else { return false }
    // In pieces, so that large files do not fill the memory.
    for piece in stride(from: 0, to: count, by: pieceBytes) {
      let range = piece..<min(piece + pieceBytes, count)
      let areEqual = left.region.withSpan { left in
        right.region.withSpan { right in
          range.allSatisfy { left[start + $0] == right[otherStart + $0] }
        }
      }
      guard areEqual else { return false }
      left.region.release(start + range.lowerBound..<start + range.upperBound)
      right.region.release(otherStart + range.lowerBound..<otherStart + range.upperBound)
    }
    return true
  }
}
