import OmniBacktest
import OmniKernel
import OmniModel
import OmniStorage
import OmniTime
import Testing

@Suite("Replay")
struct ReplayTests {
  static let bars = RunWords.bars(RunWords.walk(200, seed: 1))

  @Test func `a replay ends as the run did, record by record`() throws {
    let (disk, outcome) = try RunWords.journaled(Self.bars)

    let plain = try RunWords.replay(disk)
    #expect(plain.outcome.digest == outcome.digest && plain.recordedDigest == outcome.digest)
    #expect(plain.comparedCount == 0 && plain.end == .sealed)
    #expect(plain.plan == (try RunWords.plan()))
    #expect(plain.outcome.results.fills == outcome.results.fills)

    let verified = try RunWords.verify(disk)
    #expect(verified.outcome.digest == outcome.digest)
    #expect(verified.comparedCount == verified.recordCount)
    #expect(verified.recordCount == outcome.eventCount)
  }

  @Test func `a record that does not follow is found, though its checksum is right`() throws {
    let (disk, _) = try RunWords.journaled(Self.bars)
    let records = try RunWords.records(disk)
    let derived = records.indices.filter {
      records[$0].kind > RecordKind.barClosed.rawValue
        && records[$0].kind != RecordKind.runEnded.rawValue
    }
    try #require(derived.count > 50)
    for place in derived.prefix(20) {
      for word in records[place].words.indices {
        var changed = records
        changed[place].words[word] ^= 1
        let refusal = RunWords.refusal { () throws(Replay.Failure) in
          try RunWords.verify(RunWords.journalOrEmpty(changed))
        }
        #expect(refusal?.hasPrefix("STO-012 ") == true, "\(place), \(word): \(refusal ?? "none")")
        #expect(refusal?.contains("record \(place) differs in payload word \(word)") == true)
      }
      var shorter = records
      shorter.remove(at: place)
      let refusal = RunWords.refusal { () throws(Replay.Failure) in
        try RunWords.verify(RunWords.journalOrEmpty(shorter))
      }
      #expect(refusal?.contains("record \(place) differs") == true, "\(refusal ?? "none")")
    }
  }

  @Test func `a changed bar or plan gives another digest than the recorded one`() throws {
    let (disk, _) = try RunWords.journaled(Self.bars)
    var records = try RunWords.records(disk)
    let bar = try #require(records.lastIndex { $0.kind == RecordKind.barClosed.rawValue })
    var bars = Self.bars
    bars[199] = RunWords.bars([399_000, 123_456], at: [1, 200 * RunWords.minute])[1]
    let (other, _) = try RunWords.journaled(bars)
    records[bar] = try #require(
      try RunWords.records(other).last { $0.kind == RecordKind.barClosed.rawValue })

    let changed = try RunWords.journal(of: records)
    let refusal = RunWords.refusal { () throws(Replay.Failure) in try RunWords.replay(changed) }
    #expect(refusal?.hasPrefix("RPL-004 the replay ends in ") == true, "\(refusal ?? "none")")
  }

  @Test func `a record behind the end is found`() throws {
    let (disk, _) = try RunWords.journaled(Self.bars)
    var records = try RunWords.records(disk)
    let last = try #require(records.last)
    records.append(last)
    let longer = try RunWords.journal(of: records)
    let refusal = RunWords.refusal { () throws(Replay.Failure) in try RunWords.verify(longer) }
    #expect(refusal?.hasPrefix("RPL-003 record \(records.count - 1) ") == true)
  }

  @Test func `a journal that ends anywhere is replayed that far`() throws {
    let (disk, _) = try RunWords.journaled(Array(Self.bars.prefix(40)))
    let records = try RunWords.records(disk)
    for count in 1..<records.count {
      let some = Array(records.prefix(count))
      let result = try RunWords.verify(try RunWords.journal(of: some))
      let bars = some.count { $0.kind == RecordKind.barClosed.rawValue }
      #expect(result.recordedDigest == nil && result.comparedCount == UInt64(count))
      #expect(result.outcome.results.counts.bars == bars)
      #expect(result.outcome.digest == (try RunWords.run(Array(Self.bars.prefix(bars))).digest))
    }
  }

  @Test func `whoever watches can end a replay`() throws {
    let many = RunWords.bars(Array(repeating: 400_000, count: 16_384))
    let (disk, _) = try RunWords.journaled(many)
    let refusal = RunWords.refusal { () throws(Replay.Failure) in
      try Replay.run(MemoryJournalStore(disk)) { _ in false }
    }
    #expect(refusal == "RUN-005 the run was interrupted")
  }
}

extension RunWords {
  /// A journal of `records`; an empty one, which every test refuses, when it cannot be written.
  static func journalOrEmpty(_ records: [Record]) -> MemoryJournalDisk {
    (try? journal(of: records)) ?? MemoryJournalDisk()
  }
}
