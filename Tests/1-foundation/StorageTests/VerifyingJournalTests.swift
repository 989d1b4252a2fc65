import OmniEncoding
import OmniStorage
import OmniTime
import Testing

@Suite("VerifyingJournal")
struct VerifyingJournalTests {
  @Test func `records that are derived again pass, and further ones are appended`() throws {
    let disk = try journal(of: 10).afterKill()
    let writer = try JournalWriter.resume(MemoryJournalStore(disk), settings())
    var verifying = VerifyingJournal(JournalReader(MemoryJournalStore(disk)), then: writer)
    for number in UInt64(0)..<15 {
      let sequence = try append(number, to: &verifying)
      #expect(sequence == SequenceNumber(number))
    }
    #expect(verifying.comparedCount == 10)
    #expect(verifying.isStillComparing == false)
    try verifying.commit()
    try verifying.takeNext().close()
    #expect(
      try readAll(MemoryJournalStore(disk)).records == (0..<15).map { record($0, words: 3) })
  }

  @Test func `behind the last record an ended journal refuses`() throws {
    let disk = try journal(of: 3)
    var verifying = VerifyingJournal(
      JournalReader(MemoryJournalStore(disk)), then: EndedJournal(at: SequenceNumber(3)))
    for number in UInt64(0)..<3 { _ = try append(number, to: &verifying) }
    #expect(try verifying.firstRemaining() == nil)
    #expect(throws: JournalFailure.ended(at: SequenceNumber(3))) {
      _ = try append(3, to: &verifying)
    }
  }

  @Test func `records that were not derived again are seen`() throws {
    let disk = try journal(of: 3)
    var verifying = VerifyingJournal(
      JournalReader(MemoryJournalStore(disk)), then: EndedJournal(at: SequenceNumber(3)))
    for number in UInt64(0)..<2 { _ = try append(number, to: &verifying) }
    #expect(try verifying.firstRemaining() == SequenceNumber(2))
  }

  @Test func `the first difference is named`() throws {
    let good = Words(record: 1, count: 3).words
    let cases: [(kind: UInt16, version: UInt16, time: Int64, words: [UInt64], word: Int?)] = [
      (2, 1, 10, good, nil), (1, 2, 10, good, nil), (1, 1, 11, good, nil),
      (1, 1, 10, [good[0] ^ 1, good[1], good[2]], 0), (1, 1, 10, [good[0], good[1], 0], 2),
      (1, 1, 10, [good[0]], 1), (1, 1, 10, good + [0], 3), (1, 1, 10, [], 0),
    ]
    for (kind, version, time, words, word) in cases {
      let disk = try journal(of: 3)
      var verifying = VerifyingJournal(
        JournalReader(MemoryJournalStore(disk)), then: NullJournal())
      _ = try append(0, to: &verifying)
      #expect(
        throws: JournalFailure.differs(
          .init(
            sequence: SequenceNumber(1), recordedKind: 1, derivedKind: kind, word: word))
      ) {
        _ = try verifying.append(
          kind: kind, version: version, time: at(time), payload: Words(words))
      }
    }
  }

  @Test func `a null journal counts`() throws {
    var journal = NullJournal(first: SequenceNumber(5))
    #expect(try append(0, to: &journal) == SequenceNumber(5))
    #expect(try append(0, to: &journal) == SequenceNumber(6))
    #expect(journal.nextSequence == SequenceNumber(7))
  }
}

private func journal(of records: Int) throws -> MemoryJournalDisk {
  let disk = MemoryJournalDisk()
  var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
  try writer.appendRecords(records, words: 3)
  try writer.close()
  return disk
}

private func append(
  _ number: UInt64, to journal: inout some Journal & ~Copyable
) throws(JournalFailure) -> SequenceNumber {
  try journal.append(
    kind: UInt16(number % 5), version: 1, time: at(Int64(number) * 10),
    payload: Words(record: number, count: 3))
}
