import OmniEncoding
import OmniStorage
import OmniTime

// Words for the tests of this module.

/// A payload of any length.
struct Words: JournalPayload, Equatable {
  var words: [UInt64]
  init(_ words: [UInt64]) { self.words = words }

  /// The payload that the tests give to record `number`.
  init(record number: UInt64, count: Int) {
    words = (0..<count).map { number &* 0x9E37_79B9_7F4A_7C15 ^ UInt64($0) }
  }

  var wordCount: Int { words.count }
  func encode(into sink: inout some WordSink & ~Copyable) { for word in words { sink.put(word) } }
}

/// A record as it was read.
struct ReadRecord: Equatable {
  let header: FrameHeader
  let words: [UInt64]
}

func at(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }

func settings(
  _ durability: JournalConfiguration.Durability = .process,
  _ retention: JournalConfiguration.Retention = .keepAll, runID: UInt64 = 7
) throws -> JournalConfiguration {
  try JournalConfiguration(
    segmentBytes: 65_536, durability: durability, retention: retention, runID: runID)
}

/// Reads all records of the journal on `disk`, and how it ends.
func readAll<Store: JournalStore & ~Copyable>(
  _ store: consuming Store
) throws(JournalFailure) -> (records: [ReadRecord], end: JournalEnd?) {
  var reader = JournalReader(store)
  var records: [ReadRecord] = []
  while let header = try reader.next() {
    var words: [UInt64] = []
    while let word = try? reader.take() { words.append(word) }
    records.append(ReadRecord(header: header, words: words))
  }
  return (records, reader.end)
}

/// The same, giving the failure too.
func outcome(_ disk: MemoryJournalDisk) -> Result<([ReadRecord], JournalEnd?), JournalFailure> {
  do throws(JournalFailure) {
    let (records, end) = try readAll(MemoryJournalStore(disk))
    return .success((records, end))
  } catch {
    return .failure(error)
  }
}

/// The record that ``appendRecords(_:to:)`` writes as number `number`.
func record(_ number: UInt64, words: Int) -> ReadRecord {
  ReadRecord(
    header: FrameHeader(
      kind: UInt16(number % 5), version: 1, sequence: SequenceNumber(number),
      time: at(Int64(number) * 10)),
    words: Words(record: number, count: words).words)
}

extension JournalWriter where Store: ~Copyable {
  /// Appends `count` records of `words` payload words, each numbered as its place says.
  mutating func appendRecords(_ count: Int, words: Int) throws(JournalFailure) {
    for _ in 0..<count {
      let number = nextSequence.value
      _ = try append(
        kind: UInt16(number % 5), version: 1, time: at(Int64(number) * 10),
        payload: Words(record: number, count: words))
    }
  }
}
