import OmniEncoding
import OmniPlatform
import OmniStorage
import OmniTime
import OmniTestKit
import Testing

@Suite("JournalWriter")
struct JournalWriterTests {
  // MARK: Examples

  @Test func `records come back as they were written, and the seal ends them`() throws {
    let disk = MemoryJournalDisk()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
    try writer.appendRecords(20, words: 7)
    try writer.close()

    let (records, end) = try readAll(MemoryJournalStore(disk))
    #expect(records == (0..<20).map { record($0, words: 7) })
    #expect(end == .sealed)
  }

  @Test func `a journal of no records is read as empty`() throws {
    let disk = MemoryJournalDisk()
    let writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
    let open = disk.afterKill()
    try writer.close()

    #expect(try readAll(MemoryJournalStore(open)).end == .unsealed)
    #expect(try readAll(MemoryJournalStore(disk)).end == .sealed)
    #expect(throws: JournalFailure.noJournal) {
      _ = try readAll(MemoryJournalStore(MemoryJournalDisk()))
    }
  }

  @Test func `a full segment is followed by the next`() throws {
    let disk = MemoryJournalDisk()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
    try writer.appendRecords(50, words: 1000)
    try writer.close()

    #expect(disk.segments.count == 7)
    let (records, end) = try readAll(MemoryJournalStore(disk))
    #expect(records == (0..<50).map { record($0, words: 1000) })
    #expect(end == .sealed)
  }

  @Test func `without a seal each record that was appended is there after a kill`() throws {
    let disk = MemoryJournalDisk()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
    for count in UInt64(0)..<40 {
      let (records, end) = try readAll(MemoryJournalStore(disk.afterKill()))
      #expect(records == (0..<count).map { record($0, words: 500) })
      #expect(end == .unsealed)
      try writer.appendRecords(1, words: 500)
    }
  }

  @Test func `what cannot be written is refused, and the writer goes on`() throws {
    let disk = MemoryJournalDisk()
    let configuration = try settings()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), configuration)
    _ = try writer.append(kind: 1, version: 1, time: at(5), payload: Words([1]))

    let limit = configuration.payloadWordsMax
    #expect(
      throws: JournalFailure.recordTooLong(bytes: 8 * limit + 40, limitBytes: 8 * limit + 32)
    ) {
      _ = try writer.append(
        kind: 1, version: 1, time: at(5), payload: Words(record: 1, count: limit + 1))
    }
    #expect(throws: JournalFailure.timeWentBack(last: at(5), given: at(4))) {
      _ = try writer.append(kind: 1, version: 1, time: at(4), payload: Words([1]))
    }
    let largest = Words(record: 1, count: limit)
    let sequence = try writer.append(kind: 2, version: 1, time: at(5), payload: largest)
    #expect(sequence == SequenceNumber(1))
    try writer.close()

    let (records, end) = try readAll(MemoryJournalStore(disk))
    #expect(records.map(\.words.count) == [1, limit])
    #expect(records.last?.words == largest.words)
    #expect(end == .sealed)
  }

  @Test func `settings out of their limits are refused`() {
    #expect(throws: JournalFailure.unusable(setting: "segment size in bytes", value: 4096)) {
      _ = try JournalConfiguration(segmentBytes: 4096, runID: 1)
    }
    #expect(throws: JournalFailure.unusable(setting: "number of recycled segments", value: 1)) {
      _ = try JournalConfiguration(retention: .recycle(segments: 1), runID: 1)
    }
  }

  @Test func `a new journal is not begun where one is`() throws {
    let disk = MemoryJournalDisk()
    try JournalWriter.create(MemoryJournalStore(disk), settings()).close()
    #expect(throws: JournalFailure.journalExists(segments: 1)) {
      _ = try JournalWriter.create(MemoryJournalStore(disk), settings()).nextSequence
    }
  }

  // MARK: Faults of the disk

  @Test func `a full disk refuses the record that needs a segment, and changes nothing`() throws {
    let disk = MemoryJournalDisk()
    disk.capacityBytes = 65_536
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
    try writer.appendRecords(8, words: 1000)
    let before = disk.content(of: 0)
    #expect(throws: JournalFailure.diskFull(segment: 1, wantedBytes: 65_536)) {
      try writer.appendRecords(1, words: 1000)
    }
    // The commit before the attempt is all that may be seen.
    #expect(disk.content(of: 0)?[64...] == before?[64...])
    #expect(writer.nextSequence == SequenceNumber(8))
    // Room was made: the writer goes on.
    disk.capacityBytes = .max
    try writer.appendRecords(1, words: 1000)
    try writer.close()
    #expect(try readAll(MemoryJournalStore(disk)).records.count == 9)

    let small = MemoryJournalDisk()
    small.capacityBytes = 100
    #expect(throws: JournalFailure.diskFull(segment: 0, wantedBytes: 65_536)) {
      _ = try JournalWriter.create(MemoryJournalStore(small), settings()).nextSequence
    }
    #expect(small.segments.isEmpty)
  }

  @Test func `after a failed synchronisation nothing more is taken`() throws {
    let disk = MemoryJournalDisk()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings(.power))
    try writer.appendRecords(3, words: 2)
    try writer.commit()
    #expect(writer.committedSequence == SequenceNumber(2))
    try writer.appendRecords(2, words: 2)
    disk.synchronizationsUntilFailure = 0
    #expect(throws: JournalFailure.self) { try writer.commit() }
    disk.synchronizationsUntilFailure = nil

    #expect(poisoned { try writer.commit() })
    #expect(poisoned { try writer.appendRecords(1, words: 2) })
    #expect(writer.committedSequence == SequenceNumber(2))
    #expect(disk.synchronizationCount == 2)
    for seed in UInt64(0)..<20 {
      let (records, _) = try readAll(MemoryJournalStore(disk.afterPowerLoss(seed: seed)))
      #expect(records.count >= 3, "seed \(seed)")
    }
  }

  @Test func `a commit of nothing new does not bother the device`() throws {
    let disk = MemoryJournalDisk()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings(.power))
    let count = disk.synchronizationCount
    try writer.commit()
    #expect(disk.synchronizationCount == count)
    try writer.appendRecords(5, words: 1)
    try writer.commit()
    try writer.commit()
    #expect(disk.synchronizationCount == count + 1)
  }

  // MARK: Recycling

  @Test func `of a recycling journal the newest records are there, and nothing older`() throws {
    let disk = MemoryJournalDisk()
    let configuration = try settings(.process, .recycle(segments: 2))
    var writer = try JournalWriter.create(MemoryJournalStore(disk), configuration)
    for _ in 0..<60 {
      try writer.appendRecords(1, words: 1000)
      let killed = disk.afterKill()
      let (records, end) = try readAll(MemoryJournalStore(killed))
      #expect(killed.segments.count <= 2)
      #expect(end == .unsealed)
      let last = writer.nextSequence.value
      let first = try #require(records.first).header.sequence.value
      #expect(records == (first..<last).map { record($0, words: 1000) })
      #expect(last < 8 || records.count >= 8)
    }
    try writer.close()
    #expect(try readAll(MemoryJournalStore(disk)).end == .sealed)
  }

  // MARK: Going on

  @Test func `a journal goes on after a seal, after a kill, and after nothing was added`() throws {
    var disk = MemoryJournalDisk()
    try JournalWriter.create(MemoryJournalStore(disk), settings()).close()
    for round in UInt64(1)...12 {
      var writer = try JournalWriter.resume(MemoryJournalStore(disk), settings(runID: round))
      if round % 4 != 0 { try writer.appendRecords(12, words: 900) }
      if round % 3 == 0 {
        try writer.close()
      } else {
        try writer.commit()
        disk = disk.afterKill()
      }
      let (records, end) = try readAll(MemoryJournalStore(disk))
      let expected = 12 * (round - round / 4)
      #expect(records == (0..<expected).map { record($0, words: 900) }, "round \(round)")
      #expect(round % 4 == 0 || end == (round % 3 == 0 ? .sealed : .unsealed), "round \(round)")
    }
  }

  @Test func `a journal that was whole but not closed is sealed when it is resumed`() throws {
    let disk = MemoryJournalDisk()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
    try writer.appendRecords(10, words: 1)
    try writer.commit()
    let killed = disk.afterKill()

    try JournalWriter.resume(MemoryJournalStore(killed), settings()).close()

    let (records, end) = try readAll(MemoryJournalStore(killed))
    #expect(records == (0..<10).map { record($0, words: 1) })
    #expect(end == .sealed)
    let segments = killed.segments
    try JournalWriter.resume(MemoryJournalStore(killed), settings()).close()
    #expect(killed.segments == segments)
  }

  @Test func `a record older than the last one is refused after a restart too`() throws {
    let disk = MemoryJournalDisk()
    var writer = try JournalWriter.create(MemoryJournalStore(disk), settings())
    try writer.appendRecords(10, words: 1)
    try writer.close()
    var resumed = try JournalWriter.resume(MemoryJournalStore(disk), settings())
    #expect(throws: JournalFailure.timeWentBack(last: at(90), given: at(89))) {
      _ = try resumed.append(kind: 1, version: 1, time: at(89), payload: Words([]))
    }
  }

  // MARK: Properties

  /// Appends and commits at random, loses power, recovers and goes on, several times over.
  @Test func `after a loss of power every committed record is there, once and in order`() throws {
    for seed in UInt64(0)..<8 {
      var random = SeededRandom(seed: seed)
      let recycles = seed % 3 == 0
      var disk = MemoryJournalDisk()
      let configuration = try settings(.power, recycles ? .recycle(segments: 2) : .keepAll)
      var writer = try JournalWriter.create(MemoryJournalStore(disk), configuration)
      for life in 0..<4 {
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
          let words = [0, 3, 40, 700][Int.random(in: 0..<4, using: &random)]
          let count = Int.random(in: 0..<25, using: &random)
          for _ in 0..<count { try writer.appendOne(words: words) }
          if Bool.random(using: &random) { try writer.commit() }
        }
        let committed = writer.committedSequence.map { $0.value + 1 } ?? 0
        let written = writer.nextSequence.value
        disk = disk.afterPowerLoss(seed: random.next())
        let names = Comment(rawValue: "seed \(seed), life \(life)")

        var store = MemoryJournalStore(disk)
        let report: JournalRecovery.Report
        do throws(JournalFailure) {
          report = try JournalRecovery.recover(&store)
        } catch {
          Issue.record("\(names): \(error)")
          break
        }
        let next = report.position.nextSequence.value
        #expect(next >= committed && next <= written, names)
        let (records, end) = try readAll(MemoryJournalStore(disk))
        #expect(end == .unsealed, names)
        let first = next - UInt64(records.count)
        #expect(recycles || first == 0, names)
        #expect(records.map(\.header.sequence.value) == Array(first..<next), names)
        #expect(
          records.allSatisfy {
            $0.words == Words(record: $0.header.sequence.value, count: $0.words.count).words
          }, names)
        writer = try JournalWriter.resume(MemoryJournalStore(disk), configuration)
      }
    }
  }

  /// Loses power within an operation of the disk: while a segment is made, marked, cut, kept.
  @Test func `power may be lost between any two steps of a change of segments`() throws {
    for seed in UInt64(0)..<40 {
      var random = SeededRandom(seed: seed)
      let recycles = seed % 2 == 0
      let disk = MemoryJournalDisk()
      let configuration = try settings(.power, recycles ? .recycle(segments: 2) : .keepAll)
      var writer = try JournalWriter.create(MemoryJournalStore(disk), configuration)
      disk.powerLossSeed = random.next()
      disk.operationsUntilPowerLoss = Int.random(in: 0..<30, using: &random)
      var committed: UInt64 = 0
      while disk.imageAtPowerLoss == nil {
        committed = writer.committedSequence.map { $0.value + 1 } ?? 0
        if Int.random(in: 0..<8, using: &random) == 0 {
          try writer.commit()
        } else {
          try writer.appendRecords(1, words: Int.random(in: 1000..<4000, using: &random))
        }
      }
      let image = try #require(disk.imageAtPowerLoss)
      var store = MemoryJournalStore(image)
      do throws(JournalFailure) {
        let next = try JournalRecovery.recover(&store).position.nextSequence.value
        #expect(next >= committed && next <= writer.nextSequence.value, "seed \(seed)")
        #expect(try readAll(MemoryJournalStore(image)).end == .unsealed, "seed \(seed)")
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
  }
}

extension JournalWriter where Store: ~Copyable {
  fileprivate mutating func appendOne(words: Int) throws(JournalFailure) {
    try appendRecords(1, words: words)
  }
}

private func poisoned(_ body: () throws -> Void) -> Bool {
  do {
    try body()
    return false
  } catch {
    if case .poisoned = error as? JournalFailure { return true }
    return false
  }
}
