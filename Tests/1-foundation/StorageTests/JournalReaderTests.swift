import OmniEncoding
import OmniStorage
import OmniTime
import OmniTestKit
import Testing

@Suite("JournalReader")
struct JournalReaderTests {
  // MARK: Every byte

  @Test func `every byte of a sealed journal is guarded`() throws {
    let journal = try sealedJournal()
    let (records, _) = try readAll(MemoryJournalStore(journal))
    #expect(journal.segments.count == 3)
    for segment in journal.segments {
      let content = try #require(journal.content(of: segment))
      for offset in content.indices {
        for bits: UInt8 in [0x01, 0x80, 0xFF, 0x24] {
          journal.flip(bits, at: offset, of: segment)
          let found = outcome(journal)
          journal.set(segment, to: content)
          guard case .failure(let failure) = found else {
            Issue.record("segment \(segment), offset \(offset), bits \(bits) was not found")
            continue
          }
          if case .corrupt(let corruption) = failure {
            #expect(corruption.segment == segment || corruption.segment == segment + 1)
          } else {
            Issue.record("segment \(segment), offset \(offset): \(failure)")
          }
        }
      }
    }
    #expect(try readAll(MemoryJournalStore(journal)).records == records)
  }

  @Test func `a tail that is cut anywhere leaves exactly the records before it`() throws {
    let journal = try sealedJournal()
    let (records, _) = try readAll(MemoryJournalStore(journal))
    let last = try #require(journal.segments.last)
    let content = try #require(journal.content(of: last))
    let ends = frameEnds(content)
    let before = records.count - (ends.count - 1)
    for length in 0..<content.count {
      journal.truncate(last, to: length)
      let (found, end) = try outcome(journal).get()
      journal.set(last, to: content)

      let whole = ends.filter { $0 <= length }.count
      #expect(found == Array(records.prefix(before + whole)), "cut to \(length)")
      let offset = length < 64 ? 0 : ends.last { $0 <= length } ?? 64
      let tail = TornTail(
        segment: last, offset: offset, bytesCut: length - offset, isCommittedLost: true)
      #expect(end == .torn(tail), "cut to \(length)")
    }
  }

  @Test func `a journal that lost committed records is continued only on demand`() throws {
    let journal = try sealedJournal()
    let last = try #require(journal.segments.last)
    let content = try #require(journal.content(of: last))
    for length in [10, 64, 100, content.count - 1] {
      let disk = journal.afterKill()
      disk.truncate(last, to: length)
      let expected = try outcome(disk).get().0
      var store = MemoryJournalStore(disk)
      #expect(throws: JournalFailure.self, "cut to \(length)") {
        _ = try JournalRecovery.recover(&store)
      }
      _ = try JournalRecovery.recover(&store, acceptingLoss: true)
      var writer = try JournalWriter.resume(MemoryJournalStore(disk), settings())
      try writer.appendRecords(1, words: 3)
      try writer.close()
      let (found, end) = try outcome(disk).get()
      #expect(found.count == expected.count + 1, "cut to \(length)")
      #expect(Array(found.dropLast()) == expected, "cut to \(length)")
      #expect(end == .sealed)
    }
  }

  // MARK: Segments

  @Test func `a reader enters a journal where a record stands`() throws {
    for retention in [JournalConfiguration.Retention.keepAll, .recycle(segments: 3)] {
      let disk = MemoryJournalDisk()
      var writer = try JournalWriter.create(
        MemoryJournalStore(disk), try settings(.process, retention))
      for number: UInt64 in 0..<6_000 {
        _ = try writer.append(
          kind: 1, version: 1, time: at(Int64(number)),
          payload: Words(record: number, count: Int(number % 11)))
      }
      try writer.close()
      let (all, _) = try readAll(MemoryJournalStore(disk))
      let first = try #require(all.first).header.sequence.value
      #expect(disk.segments.count > 2)
      for wanted in Array(stride(from: UInt64(0), to: 6_100, by: 61)) + [5_999, .max] {
        var reader = JournalReader(MemoryJournalStore(disk))
        try reader.skip(to: SequenceNumber(wanted))
        var header = try #require(try reader.next())
        let entered = header.sequence.value
        #expect(entered <= wanted || entered == first)
        var rest = [header.sequence.value]
        while let next = try reader.next() {
          header = next
          rest.append(next.sequence.value)
        }
        #expect(rest == all.map(\.header.sequence.value).suffix(rest.count))
        #expect(header == all.last?.header && reader.end == .sealed)
        // No whole segment was read that could have been passed over.
        #expect(min(wanted, 5_999) - min(entered, wanted, 5_999) < 2_000)
      }
    }
  }

  @Test func `missing, strange and exchanged segments are refused`() throws {
    let journal = try sealedJournal()
    let contents = journal.segments.compactMap { journal.content(of: $0) }
    func refused(_ change: (MemoryJournalDisk) -> Void) -> JournalFailure? {
      let disk = journal.afterKill()
      change(disk)
      guard case .failure(let failure) = outcome(disk) else { return nil }
      return failure
    }
    #expect(refused { $0.remove(0) } == .missingSegment(wanted: 0, found: 1))
    #expect(refused { $0.remove(1) } == .missingSegment(wanted: 1, found: 2))
    #expect(refused { $0.remove(2) } == .missingSegment(wanted: 2, found: nil))
    #expect(refused { $0.set(3, to: contents[0]) } != nil)
    #expect(refused { $0.set(3, to: contents[2]) } != nil)
    #expect(refused { $0.set(4, to: contents[2]) } != nil)
    #expect(
      refused {
        $0.set(0, to: contents[1])
        $0.set(1, to: contents[0])
      } != nil)
    #expect(refused { $0.set(1, to: contents[1] + [0]) } != nil)
    #expect(refused { $0.set(2, to: contents[2] + Array(repeating: 0, count: 8)) } != nil)
    #expect(refused { $0.truncate(1, to: 100) } != nil)
    #expect(refused { _ in } == nil)
  }

  @Test func `a segment of another run does not pass for the next`() throws {
    let journal = try sealedJournal(runID: 1)
    let other = try sealedJournal(runID: 2, firstWord: 99)
    journal.set(1, to: try #require(other.content(of: 1)))
    guard case .failure(.corrupt(let corruption)) = outcome(journal) else {
      Issue.record("a foreign segment was taken")
      return
    }
    #expect(corruption.segment == 1)
    #expect(corruption.subject == .chain)
  }

  @Test func `the seal finds a record that was exchanged for another valid one`() throws {
    func journal(_ word: UInt64) throws -> MemoryJournalDisk {
      let disk = MemoryJournalDisk()
      var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
      for time in Int64(0)..<3 {
        _ = try writer.append(kind: 1, version: 1, time: at(time), payload: Words([word]))
      }
      try writer.close()
      return disk
    }
    let disk = try journal(1)
    var content = try #require(disk.content(of: 0))
    let other = try #require(journal(2).content(of: 0))
    content.replaceSubrange(64..<104, with: other[64..<104])
    disk.set(0, to: content)
    guard case .failure(.corrupt(let corruption)) = outcome(disk) else {
      Issue.record("the exchange was not found")
      return
    }
    #expect(corruption.subject == .seal)
  }

  // MARK: The end of an open segment

  @Test func `what a file held in an earlier life does not pass for a record`() throws {
    let earlier = try #require(openJournal(records: 20, runID: 1).content(of: 0))
    let disk = try openJournal(records: 19, runID: 2)
    var content = try #require(disk.content(of: 0))
    let ends = frameEnds(earlier)
    content.replaceSubrange(ends[18]..<ends[19], with: earlier[ends[18]..<ends[19]])
    disk.set(0, to: content)

    let (records, end) = try outcome(disk).get()
    #expect(records.count == 19)
    let tail = TornTail(
      segment: 0, offset: ends[18], bytesCut: ends[19] - ends[18], isCommittedLost: false)
    #expect(end == .torn(tail))
  }

  @Test func `damage before the last record of an open segment is refused`() throws {
    let open = try openJournal(records: 20)
    let content = try #require(open.content(of: 0))
    let ends = frameEnds(content)
    for offset in 64..<ends[ends.count - 2] {
      open.flip(0x10, at: offset, of: 0)
      let found = outcome(open)
      open.set(0, to: content)
      guard case .failure(.corrupt) = found else {
        Issue.record("offset \(offset) was not found")
        continue
      }
    }
  }

  @Test func `damage to the last record, which nobody committed, is a torn tail`() throws {
    let open = try openJournal(records: 20)
    let content = try #require(open.content(of: 0))
    let ends = frameEnds(content)
    let start = ends[ends.count - 2]
    for offset in start..<ends[ends.count - 1] {
      open.flip(0x10, at: offset, of: 0)
      let (records, end) = try outcome(open).get()
      open.set(0, to: content)
      #expect(records.count == 19, "offset \(offset)")
      guard case .torn(let tail) = end else {
        Issue.record("offset \(offset): \(String(describing: end))")
        continue
      }
      #expect(tail.offset == start && !tail.isCommittedLost)
      #expect(tail.bytesCut == ends[ends.count - 1] - start)
    }
  }

  @Test func `damage to a record that was committed is refused, even if it is the last`() throws {
    let open = try openJournal(records: 20, commits: true)
    let content = try #require(open.content(of: 0))
    let end = try #require(frameEnds(content).last)
    for offset in 64..<end {
      open.flip(0x02, at: offset, of: 0)
      let found = outcome(open)
      open.set(0, to: content)
      guard case .failure(.corrupt) = found else {
        Issue.record("offset \(offset) was not found")
        continue
      }
    }
  }

  @Test func `a zeroed record before a valid one is a hole`() throws {
    let open = try openJournal(records: 20)
    var content = try #require(open.content(of: 0))
    let ends = frameEnds(content)
    content.replaceSubrange(
      ends[4]..<ends[5], with: Array(repeating: 0, count: ends[5] - ends[4]))
    open.set(0, to: content)
    guard case .failure(.corrupt(let corruption)) = outcome(open) else {
      Issue.record("the hole was not found")
      return
    }
    #expect(corruption.subject == .hole)
    #expect(corruption.offset == ends[4])
  }

  // MARK: Properties

  @Test func `whatever stands in the files, reading them ends`() throws {
    let journal = try sealedJournal()
    let open = try openJournal(records: 20)
    for seed in UInt64(0)..<300 {
      var random = SeededRandom(seed: seed)
      let disk = seed % 2 == 0 ? journal.afterKill() : open.afterKill()
      let segment = try #require(disk.segments.randomElement(using: &random))
      var content = Array(try #require(disk.content(of: segment)).prefix(2000))
      for _ in 0..<Int.random(in: 1..<4, using: &random) {
        let start = Int.random(in: 0..<content.count, using: &random)
        for index in start..<min(content.count, start + Int.random(in: 1..<60, using: &random)) {
          content[index] = UInt8.random(in: 0...255, using: &random)
        }
      }
      disk.set(segment, to: content)
      guard case .success(let (records, _)) = outcome(disk) else { continue }
      #expect(records.count <= 20, "seed \(seed)")
    }
  }

  @Test func `what was cut once never comes back`() throws {
    let open = try openJournal(records: 20)
    let ends = frameEnds(try #require(open.content(of: 0)))
    open.flip(0x10, at: ends[18] + 40, of: 0)
    var store = MemoryJournalStore(open)
    let first = try JournalRecovery.recover(&store)
    #expect(first.position.nextSequence == SequenceNumber(19))
    let second = try JournalRecovery.recover(&store)
    #expect(second.end == .unsealed)
    #expect(second.position == first.position)
    #expect(open.content(of: 0)?.count == ends[18])
  }
}

// MARK: - Words for the tests

/// A small sealed journal of three segments, each with few records.
private func sealedJournal(
  runID: UInt64 = 7, firstWord: UInt64 = 1
) throws -> MemoryJournalDisk {
  var disk = MemoryJournalDisk()
  for part in 0..<3 {
    let configuration = try settings(runID: runID)
    var writer =
      part == 0
      ? try JournalWriter.create(MemoryJournalStore(disk), configuration)
      : try JournalWriter.resume(MemoryJournalStore(disk), configuration)
    _ = try writer.append(
      kind: 9, version: 2, time: writer.time == .distantPast ? at(0) : writer.time,
      payload: Words([firstWord, 0, .max]))
    try writer.appendRecords(3, words: part)
    if part == 2 {
      try writer.close()
    } else {
      disk = disk.afterKill()
    }
  }
  return disk
}

/// A journal in one segment whose writer went away.
private func openJournal(
  records: Int, commits: Bool = false, runID: UInt64 = 7
) throws -> MemoryJournalDisk {
  let disk = MemoryJournalDisk()
  var writer = try JournalWriter.create(MemoryJournalStore(disk), settings(runID: runID))
  try writer.appendRecords(records, words: 3)
  if commits { try writer.commit() }
  return disk.afterKill()
}

/// Where the frames of a segment end.
private func frameEnds(_ content: [UInt8]) -> [Int] {
  var ends: [Int] = []
  var offset = 64
  while offset + 8 <= content.count {
    let length = (0..<4).reduce(0) { $0 | Int(content[offset + $1]) << (8 * $1) }
    if length == 0 { break }
    offset += length
    ends.append(offset)
  }
  return ends
}
