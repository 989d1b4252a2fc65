import OmniBacktest
import OmniModel
import OmniStorage
import OmniTime
import Testing

@Suite("JournalFeed")
struct JournalFeedTests {
  static let bars = RunWords.bars(RunWords.walk(30, seed: 2))

  @Test func `the feed gives the bars of the run and nothing that follows from them`() throws {
    let (disk, outcome) = try RunWords.journaled(Self.bars)
    var feed = try JournalFeed(MemoryJournalStore(disk))
    var found: [Bar] = []
    while let bar = try feed.next() { found.append(bar) }
    #expect(found == Self.bars)
    #expect(feed.recordedDigest == outcome.digest && feed.end == .sealed)
    #expect(feed.recordCount == outcome.eventCount)
    #expect(try feed.next() == nil)
  }

  @Test func `a journal without a plan at its beginning is refused`() throws {
    let (disk, _) = try RunWords.journaled(Self.bars)
    let records = try RunWords.records(disk)
    for (cut, code) in [(1, "RPL-001 the first record is of kind 2"), (records.count, "RPL-001 ")] {
      let journal = try RunWords.journal(of: Array(records.dropFirst(cut)))
      #expect(refusal(journal)?.hasPrefix(code) == true, "\(refusal(journal) ?? "none")")
    }
    #expect(refusal(MemoryJournalDisk())?.hasPrefix("STO-002 ") == true)
  }

  @Test func `a plan that is cut anywhere, or makes no sense, is refused`() throws {
    let (disk, _) = try RunWords.journaled(Self.bars)
    let records = try RunWords.records(disk)
    for count in records[0].words.indices {
      var short = records
      short[0].words = Array(short[0].words.prefix(count))
      let line = refusal(try RunWords.journal(of: short))
      #expect(line?.hasPrefix("RPL-002 record 0: ") == true, "\(count): \(line ?? "none")")
    }
    // Whatever the words are: they make another plan, or none, but never a trap.
    for word in records[0].words.indices {
      for value in [0, 1, 1 << 40, .max, ~records[0].words[word]] as [UInt64] {
        var changed = records
        changed[0].words[word] = value
        _ = refusal(try RunWords.journal(of: changed))
      }
    }
  }

  @Test func `records of unknown kinds and bars that are cut are refused with their number`() throws
  {
    let (disk, _) = try RunWords.journaled(Self.bars)
    let records = try RunWords.records(disk)
    var strange = records
    strange[5].kind = 99
    #expect(
      refusal(try RunWords.journal(of: strange)) == "RUN-004 record 5 is of the unknown kind 99")

    let place = try #require(records.lastIndex { $0.kind == RecordKind.barClosed.rawValue })
    for count in records[place].words.indices {
      var short = records
      short[place].words = Array(short[place].words.prefix(count))
      let line = refusal(try RunWords.journal(of: short))
      #expect(line?.hasPrefix("RUN-004 record \(place): ") == true, "\(line ?? "none")")
    }
    for count in 0..<4 {
      var short = records
      short[records.count - 1].words = Array(short[records.count - 1].words.prefix(count))
      let line = refusal(try RunWords.journal(of: short))
      #expect(line?.hasPrefix("RUN-004 record \(records.count - 1): ") == true)
    }
  }

  @Test func `a bar of another instrument is refused, and no bar's words stop the program`() throws
  {
    let (disk, _) = try RunWords.journaled(Self.bars)
    let records = try RunWords.records(disk)
    let place = try #require(records.firstIndex { $0.kind == RecordKind.barClosed.rawValue })
    for word in records[place].words.indices {
      for value in [0, 1, 1 << 31, 1 << 40, 1 << 63, .max] as [UInt64] {
        var changed = records
        changed[place].words[word] = value
        // Not each word of a bar shows in the state at the end; none may stop the program.
        let line = refusal(try RunWords.journal(of: changed))
        if word == 0, value != 0 {
          #expect(line?.hasPrefix("RUN-004 ") == true, "\(value): \(line ?? "none")")
        }
      }
    }
  }

  private func refusal(_ disk: MemoryJournalDisk) -> String? {
    RunWords.refusal { () throws(Replay.Failure) in try RunWords.replay(disk) }
  }
}
