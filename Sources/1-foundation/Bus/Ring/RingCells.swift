public import OmniTime
public import Synchronization

/// A word of the ring's memory that several threads use.
@usableFromInline typealias RingCell = UnsafeMutablePointer<Atomic<UInt64>>

/// Where things stand in the ring's one allocation.
///
///     line 0            published: the last number that readers may read, and     writer
///                       in its highest bit whether it is the last for ever
///     line 1            claimed: the number being written, or the last written    writer
///                       grant: up to where the writer may go without looking      writer
///     line 2            state: open, closed, failed; sleeping readers             rare
///     line 3            sleeping writers, sleeping log; whether there is a writer  rare
///     then 2 lines for each reader: its position and counters; its mode
///     then one record for each reader, to copy into
///     then the records
///
/// A line is 128 bytes: processors fetch lines of 64 in pairs, so 64 would still be shared.
///
/// Every word is written and read as an atomic, relaxed where nothing else is needed, so that a
/// reader which is being overrun reads old or new words and there is no data race; whether it read
/// a whole record is found out afterwards (Boehm, "Can seqlocks get along with programming language
/// memory models?", MSPC 2012). Readers that cannot be overrun read the record in its place.
@frozen
@usableFromInline @safe struct RingCells {
  @usableFromInline let base: UnsafeMutableRawPointer
  @usableFromInline let records: UnsafeMutableRawPointer
  @usableFromInline let scratch: UnsafeMutableRawPointer
  @usableFromInline let mask: UInt64
  @usableFromInline let recordBytes: Int
  let readerCountMax: Int

  static let lineBytes = 128
  static let headerLines = 4

  init(_ configuration: RingConfiguration) {
    let readers = configuration.readerCountMax
    readerCountMax = readers
    let table = Self.lineBytes * (Self.headerLines + 2 * readers)
    // Records begin on a pair of lines again.
    let copies = (readers * configuration.recordBytes + 127) & ~127
    let total = table + copies + configuration.capacity * configuration.recordBytes
    unsafe base = .allocate(byteCount: total, alignment: Self.lineBytes)
    let words = unsafe base.bindMemory(to: Atomic<UInt64>.self, capacity: total / 8)
    for index in 0..<total / 8 { unsafe (words + index).initialize(to: Atomic(0)) }
    unsafe scratch = base + table
    unsafe records = base + table + copies
    mask = UInt64(configuration.capacity - 1)
    recordBytes = configuration.recordBytes
  }

  func deallocate() { unsafe base.deallocate() }

  @inlinable @inline(__always)
  func cell(_ byteOffset: Int) -> RingCell {
    unsafe (base + byteOffset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  @inlinable var capacity: UInt64 { mask + 1 }
  @inlinable var payloadBytesMax: Int { recordBytes - 32 }
  @inlinable var published: RingCell { unsafe cell(0) }
  /// The bit of `published` that says that nothing more will be.
  @inlinable static var endBit: UInt64 { 1 << 63 }
  /// The last number that readers may read.
  @inlinable var publishedNumber: UInt64 {
    unsafe published.pointee.load(ordering: .acquiring) & ~Self.endBit
  }
  @inlinable var claimed: RingCell { unsafe cell(128) }
  @inlinable var grant: RingCell { unsafe cell(136) }
  @inlinable var state: RingCell { unsafe cell(256) }
  @inlinable var sleepingReaders: RingCell { unsafe cell(264) }
  @inlinable var sleepingWriters: RingCell { unsafe cell(384) }
  @inlinable var writerTaken: RingCell { unsafe cell(392) }
  @inlinable var sleepingFollower: RingCell { unsafe cell(400) }

  /// The last number that reader `slot` is done with.
  @inlinable
  func position(_ slot: Int) -> RingCell { unsafe cell(512 + 256 * slot) }
  @inlinable
  func delivered(_ slot: Int) -> RingCell { unsafe cell(512 + 256 * slot + 8) }
  @inlinable
  func dropped(_ slot: Int) -> RingCell { unsafe cell(512 + 256 * slot + 16) }
  @inlinable
  func skipped(_ slot: Int) -> RingCell { unsafe cell(512 + 256 * slot + 24) }
  /// Generation × 256 + mode: an ``OverflowPolicy``, or 0 for free, or 4 for closed by the writer.
  @inlinable
  func mode(_ slot: Int) -> RingCell { unsafe cell(512 + 256 * slot + 128) }

  @inlinable @inline(__always)
  func record(_ sequence: UInt64) -> UnsafeMutableRawPointer {
    unsafe records + Int(sequence & mask) * recordBytes
  }

  @inlinable
  func copy(_ slot: Int) -> UnsafeMutableRawPointer { unsafe scratch + slot * recordBytes }
}

/// The first four words of a record.
///
///     sequence; timestamp; key; topic | schema | version of the schema | payload bytes, 16 bits each
@frozen
@usableFromInline struct RecordWords {
  @usableFromInline var sequence: UInt64
  @usableFromInline var timestamp: UInt64
  @usableFromInline var key: UInt64
  @usableFromInline var kind: UInt64

  @inlinable
  init(sequence: UInt64, timestamp: UInt64, key: UInt64, kind: UInt64) {
    self.sequence = sequence
    self.timestamp = timestamp
    self.key = key
    self.kind = kind
  }

  @inlinable
  var topic: BusTopic { BusTopic(masking: UInt16(truncatingIfNeeded: kind)) }
  @inlinable
  var byteCount: Int { Int(kind >> 48) }

  @inlinable
  var header: BusHeader {
    BusHeader(
      sequence: sequence,
      BusDraft(
        topic,
        schema: BusSchema(
          UInt16(truncatingIfNeeded: kind >> 16), version: UInt16(truncatingIfNeeded: kind >> 32)),
        timestamp: Timestamp(nanoseconds: Int64(bitPattern: timestamp)), key: key))
  }

  /// Reads the words at `record`, which may be being overwritten.
  @inlinable @inline(__always)
  @unsafe init(at record: UnsafeMutableRawPointer) {
    let words = unsafe record.assumingMemoryBound(to: Atomic<UInt64>.self)
    sequence = unsafe words[0].load(ordering: .relaxed)
    timestamp = unsafe words[1].load(ordering: .relaxed)
    key = unsafe words[2].load(ordering: .relaxed)
    kind = unsafe words[3].load(ordering: .relaxed)
  }

  @inlinable @inline(__always)
  @unsafe func store(at record: UnsafeMutableRawPointer) {
    let words = unsafe record.assumingMemoryBound(to: Atomic<UInt64>.self)
    unsafe words[0].store(sequence, ordering: .relaxed)
    unsafe words[1].store(timestamp, ordering: .relaxed)
    unsafe words[2].store(key, ordering: .relaxed)
    unsafe words[3].store(kind, ordering: .relaxed)
  }
}
