import OmniNumerics
import OmniPlatform
import OmniSnapshotter
import OmniTime
import Testing

@Suite("EventLog")
struct EventLogTests {
  @Test func `logs in memory and in files keep the promises of a log`() throws {
    try keepsItsPromises { MemoryEventLog() }
    try inFolder { folder in
      var count = 0
      try keepsItsPromises {
        count += 1
        try FileSystem.makeDirectory(folder + "/\(count)")
        return FileEventLog(folder + "/\(count)")
      }
    }
  }

  @Test func `an aggregate is rebuilt from files by a later process`() throws {
    try inFolder { folder in
      var random = SplitMix64(seed: 1)
      let stream = try name("s")
      let events = randomEvents(33, &random)
      var writer = Snapshotter<ShelfOne, _, _>(
        store: FileSnapshotStore(folder + "/snapshots"), log: FileEventLog(folder),
        configuration: every(10, ChainRule(deltaPercentMax: 1_000)))
      var aggregate = try writer.rehydrate(stream).aggregate
      for event in events { try writer.append([event], to: &aggregate, now: at(1)) }

      var reader = Snapshotter<ShelfOne, _, _>(
        store: FileSnapshotStore(folder + "/snapshots"), log: FileEventLog(folder))
      let rehydration = try reader.rehydrate(stream)

      #expect(rehydration.state == sum(events))
      #expect(rehydration.report.replayedEvents == 3)
    }
  }

  @Test func `an event that cannot be read is named by its version`() throws {
    let (log, stream) = (MemoryEventLog(), try name("s"))
    var batch = EventBatch()
    for index in 0..<20 { batch.append(index == 12 ? [9, 9] : [1, UInt8(index)]) }
    _ = try log.append(batch, to: stream, expecting: 0)
    let cause = CodecFailure.malformed(what: "event of a shelf", at: 0)
    for readLimit in [EventBatch.Limit(), .init(events: 1), .init(events: 5)] {
      var snapshotter = Snapshotter<ShelfOne, _, _>(
        store: MemorySnapshotStore(), log: log, configuration: every(5, readLimit: readLimit))
      #expect(throws: SnapshotterFailure.event(stream: stream, version: 13, cause: cause)) {
        _ = try snapshotter.rehydrate(stream)
      }
      var before = try snapshotter.rehydrate(stream, upTo: 12)
      #expect(before.version == 12)
      #expect(snapshotter.snapshot(&before.aggregate, now: at(1)) != .nothingToKeep)
      #expect(throws: SnapshotterFailure.event(stream: stream, version: 13, cause: cause)) {
        _ = try snapshotter.rehydrate(stream)
      }
    }
  }

  @Test func `a log that breaks its word is a failure and no endless loop`() throws {
    let stream = try name("s")
    var short = Snapshotter<ShelfOne, _, _>(
      store: MemorySnapshotStore(), log: FaithlessLog(gives: 0))
    #expect(throws: SnapshotterFailure.logEnded(stream: stream, actual: 0, wanted: 5)) {
      _ = try short.rehydrate(stream)
    }
    var long = Snapshotter<ShelfOne, _, _>(
      store: MemorySnapshotStore(), log: FaithlessLog(gives: 9))
    #expect(throws: SnapshotterFailure.log(.damaged(stream: stream, version: 5))) {
      _ = try long.rehydrate(stream)
    }
  }

  private func keepsItsPromises<Log: EventLog>(_ make: () throws -> Log) throws {
    var log = try make()
    let (stream, other) = (try name("a/b"), try name("b"))
    var batch = EventBatch()
    batch.append([7])
    try log.read(stream, after: 0, limit: .init(), into: &batch)
    #expect(batch.isEmpty)
    #expect(try log.version(of: stream) == 0)

    #expect(try log.append(events(0..<5), to: stream, expecting: 0) == 5)
    #expect(try log.append(events(5..<9), to: stream, expecting: 5) == 9)
    #expect(try log.version(of: stream) == 9)
    #expect(try log.version(of: other) == 0)
    for expected in [UInt64(0), 5, 8, 10] {
      #expect(
        throws: EventLogFailure.conflict(stream: stream, expected: expected, actual: 9)
      ) { _ = try log.append(events(9..<10), to: stream, expecting: expected) }
    }
    var long = events(0..<2)
    long.append([UInt8](repeating: 0, count: EventBatch.eventBytesMax + 1))
    #expect(throws: EventLogFailure.self) {
      _ = try log.append(long, to: stream, expecting: 9)
    }

    for version in 0...10 {
      for count in 1...10 {
        try log.read(stream, after: UInt64(version), limit: .init(events: count), into: &batch)
        let range = min(version, 9)..<min(version + count, 9)
        #expect(batch == events(range), "\(count) after \(version)")
      }
    }
    // Event i has i + 1 bytes: 3 + 4 are within ten bytes, 3 + 4 + 5 are not.
    try log.read(stream, after: 2, limit: .init(events: 9, bytes: 10), into: &batch)
    #expect(batch == events(2..<4))
    try log.read(stream, after: 2, limit: .init(events: 9, bytes: 1), into: &batch)
    #expect(batch == events(2..<3))
  }

  private func events(_ range: Range<Int>) -> EventBatch {
    var batch = EventBatch()
    for index in range { batch.append([UInt8](repeating: UInt8(index), count: index + 1)) }
    return batch
  }
}

/// A log that says that a stream has five events, and gives as many as it is told to.
private struct FaithlessLog: EventLog {
  let gives: Int

  func version(of stream: StreamName) -> UInt64 { 5 }

  func read(
    _ stream: StreamName, after version: UInt64, limit: EventBatch.Limit,
    into batch: inout EventBatch
  ) {
    batch.removeAll()
    for _ in 0..<gives { batch.append([1, 1]) }
  }

  func append(
    _ events: EventBatch, to stream: StreamName, expecting expected: UInt64
  ) throws(EventLogFailure) -> UInt64 {
    throw .conflict(stream: stream, expected: expected, actual: 5)
  }
}
