import OmniNumerics
import OmniSnapshotter
import OmniTime
import Testing

@Suite("Snapshotter")
struct SnapshotterTests {
  typealias Shelves = Snapshotter<ShelfOne, MemorySnapshotStore, MemoryEventLog>

  let store = MemorySnapshotStore()
  let log = MemoryEventLog()

  // MARK: Examples

  @Test func `a stream that nobody has written to is the initial state at version 0`() throws {
    var snapshotter = Shelves(store: store, log: log)

    let rehydration = try snapshotter.rehydrate(name("new"))

    #expect(rehydration.state == Shelf())
    #expect(rehydration.version == 0)
    #expect(rehydration.report.source == .fullReplay)
    #expect(rehydration.report.replayedEvents == 0)
  }

  @Test func `a snapshot and its tail give what every event gives`() throws {
    var random = SplitMix64(seed: 1)
    let events = randomEvents(25, &random)
    let stream = try name("a")
    var writer = Shelves(store: store, log: log, configuration: every(10))
    var aggregate = try writer.rehydrate(stream).aggregate
    for event in events { try writer.append([event], to: &aggregate, now: at(7)) }

    var reader = Shelves(store: store, log: log)
    let rehydration = try reader.rehydrate(stream)

    #expect(store.keys(of: stream).map(\.version) == [10, 20])
    #expect(rehydration.state == sum(events))
    #expect(rehydration.state == aggregate.state)
    #expect(rehydration.version == 25)
    #expect(rehydration.report.source == .snapshot(key: key(stream, 20), deltas: 0))
    #expect(rehydration.report.replayedEvents == 5)
    #expect(reader.metrics.restoresFromSnapshot == 1)
    #expect(reader.metrics.fullReplays == 0)
    #expect(reader.metrics.replayedEvents == 5)
    #expect(writer.metrics.basesWritten == 2)
    #expect(writer.metrics.appendedEvents == 25)
  }

  @Test func `an earlier version is rebuilt from the newest snapshot before it`() throws {
    var random = SplitMix64(seed: 2)
    let events = randomEvents(25, &random)
    let stream = try name("a")
    var snapshotter = Shelves(store: store, log: log, configuration: every(10))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for event in events { try snapshotter.append([event], to: &aggregate, now: at(7)) }

    for version in UInt64(0)...25 {
      let rehydration = try snapshotter.rehydrate(stream, upTo: version)

      #expect(rehydration.state == sum(events.prefix(Int(version))))
      #expect(rehydration.version == version)
      #expect(rehydration.report.replayedEvents == version % 10)
      #expect(rehydration.report.ignored.isEmpty)
    }
    #expect(throws: SnapshotterFailure.versionAhead(wanted: 26, actual: 25)) {
      _ = try snapshotter.rehydrate(stream, upTo: 26)
    }
  }

  @Test func `deltas are written after a base, and put together again`() throws {
    var random = SplitMix64(seed: 3)
    let events = randomEvents(60, &random)
    let stream = try name("a")
    let rule = ChainRule(deltasMax: 3, deltaPercentMax: 1_000)
    var snapshotter = Shelves(store: store, log: log, configuration: every(10, rule))
    var aggregate = try snapshotter.rehydrate(stream).aggregate

    var outcomes: [AppendReport.Snapshot?] = []
    for event in events {
      let report = try snapshotter.append([event], to: &aggregate, now: at(7))
      if !report.triggers.isEmpty { outcomes.append(report.snapshot) }
    }

    let kinds = outcomes.map { outcome -> SnapshotRecord.Kind? in
      if case .written(let kind, _, _) = outcome { kind } else { nil }
    }
    #expect(
      kinds == [
        .base, .delta(parent: 10, base: 10), .delta(parent: 20, base: 10),
        .delta(parent: 30, base: 10), .base, .delta(parent: 50, base: 50),
      ])
    if case .written(_, _, let reason) = outcomes[4] { #expect(reason == .length) }
    for version in [UInt64(10), 20, 30, 40, 45, 50, 60] {
      let rehydration = try snapshotter.rehydrate(stream, upTo: version)
      #expect(rehydration.state == sum(events.prefix(Int(version))))
      #expect(rehydration.report.replayedEvents == version % 10)
    }
    let top = try snapshotter.rehydrate(stream, upTo: 40).report
    #expect(top.source == .snapshot(key: key(stream, 40), deltas: 3))
    #expect(snapshotter.metrics.deltasWritten == 4)
    #expect(snapshotter.metrics.basesWritten == 2)
  }

  @Test func `a chain is continued by whoever rebuilds the aggregate`() throws {
    var random = SplitMix64(seed: 4)
    let stream = try name("a")
    let rule = ChainRule(deltasMax: 8, deltaPercentMax: 1_000)
    var events: [Shelf.Event] = []
    for round in UInt64(1)...6 {
      var snapshotter = Shelves(store: store, log: log, configuration: every(5, rule))
      let more = randomEvents(5, &random)
      events += more
      let report = try snapshotter.append(
        more, to: stream, expecting: 5 * (round - 1), now: at(Int64(round)))
      guard case .written(let kind, _, _) = report.snapshot else {
        Issue.record("no snapshot in round \(round): \(report)")
        continue
      }
      #expect(kind == (round == 1 ? .base : .delta(parent: 5 * (round - 1), base: 5)))
    }
    var reader = Shelves(store: store, log: log)
    #expect(try reader.rehydrate(stream).state == sum(events))
    #expect(reader.metrics.replayedEvents == 0)
  }

  // MARK: Bad snapshots

  @Test func `a damaged snapshot is passed over for an older one, and replaced`() throws {
    var random = SplitMix64(seed: 5)
    let stream = try name("a")
    let events = randomEvents(20, &random)
    var snapshotter = Shelves(store: store, log: log, configuration: every(10))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for event in events { try snapshotter.append([event], to: &aggregate, now: at(1)) }
    var bytes = try #require(store.load(key(stream, 20)))
    bytes[100] ^= 4
    try store.replace(key(stream, 20), with: bytes)

    var rehydration = try snapshotter.rehydrate(stream)

    #expect(rehydration.state == sum(events))
    #expect(rehydration.report.source == .snapshot(key: key(stream, 10), deltas: 0))
    #expect(rehydration.report.ignoredCounts[.wrongChecksum] == 1)
    #expect(rehydration.report.ignored.map(\.key) == [key(stream, 20)])
    #expect(snapshotter.metrics.ignored.total == 1)

    let outcome = snapshotter.snapshot(&rehydration.aggregate, now: at(2))
    guard case .written = outcome else {
      Issue.record("the damaged snapshot was not replaced: \(outcome)")
      return
    }
    #expect(snapshotter.metrics.repairs == 1)
    #expect(try snapshotter.rehydrate(stream).report.replayedEvents == 0)
  }

  @Test func `a delta whose base is gone is passed over, and so are all that build on it`() throws {
    var random = SplitMix64(seed: 6)
    let stream = try name("a")
    let events = randomEvents(20, &random)
    let rule = ChainRule(deltasMax: 8, deltaPercentMax: 1_000)
    var snapshotter = Shelves(store: store, log: log, configuration: every(5, rule))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for event in events { try snapshotter.append([event], to: &aggregate, now: at(1)) }
    _ = store.remove(key(stream, 5))

    let rehydration = try snapshotter.rehydrate(stream)

    #expect(rehydration.state == sum(events))
    #expect(rehydration.report.source == .fullReplay)
    #expect(rehydration.report.ignoredCounts[.brokenChain] == 3)
    #expect(rehydration.report.replayedEvents == 20)
    #expect(snapshotter.metrics.fullReplays == 2)
  }

  @Test func `a snapshot under the key of another is not believed`() throws {
    var random = SplitMix64(seed: 7)
    let (stream, other) = (try name("a"), try name("b"))
    var snapshotter = Shelves(store: store, log: log, configuration: every(10))
    let events = randomEvents(10, &random)
    try snapshotter.append(events, to: stream, expecting: 0, now: at(1))
    try snapshotter.append(randomEvents(10, &random), to: other, expecting: 0, now: at(1))
    let theirs = try #require(store.load(key(other, 10)))
    try store.replace(key(stream, 10), with: theirs)

    let rehydration = try snapshotter.rehydrate(stream)

    #expect(rehydration.state == sum(events))
    #expect(rehydration.report.ignoredCounts[.misplaced] == 1)
  }

  @Test func `snapshots of another reducer are neither read nor disturbed`() throws {
    var random = SplitMix64(seed: 8)
    let stream = try name("a")
    let events = randomEvents(10, &random)
    var snapshotter = Shelves(store: store, log: log, configuration: every(10))
    try snapshotter.append(events, to: stream, expecting: 0, now: at(1))
    var otherwise = Snapshotter<ShelfOtherwise, _, _>(
      store: store, log: log, configuration: every(5))

    var rehydration = try otherwise.rehydrate(stream)

    var expected = Shelf()
    for event in events { expected.apply(event, factor: 37) }
    #expect(rehydration.state == expected)
    #expect(rehydration.report.ignoredCounts[.otherReducer] == 1)
    _ = otherwise.snapshot(&rehydration.aggregate, now: at(2))
    #expect(try otherwise.rehydrate(stream).report.replayedEvents == 0)
    #expect(try snapshotter.rehydrate(stream).state == sum(events))
    #expect(try snapshotter.rehydrate(stream).report.ignoredCounts[.otherReducer] == 1)
  }

  @Test func `a snapshot of a later format is left alone`() throws {
    var random = SplitMix64(seed: 9)
    let stream = try name("a")
    let events = randomEvents(10, &random)
    var snapshotter = Shelves(store: store, log: log, configuration: every(10))
    try snapshotter.append(events, to: stream, expecting: 0, now: at(1))
    var bytes = try #require(store.load(key(stream, 10)))
    bytes[4] = 2
    try store.replace(key(stream, 10), with: bytes)

    var rehydration = try snapshotter.rehydrate(stream)

    #expect(rehydration.state == sum(events))
    #expect(rehydration.report.ignoredCounts[.futureFormat] == 1)
    #expect(snapshotter.snapshot(&rehydration.aggregate, now: at(2)) == .alreadyThere)
    #expect(store.load(key(stream, 10)) == bytes)
  }

  // MARK: A history that is no more

  @Test func `a snapshot of events that the log has lost is not used, then or later`() throws {
    var random = SplitMix64(seed: 10)
    let stream = try name("a")
    let events = randomEvents(20, &random)
    var snapshotter = Shelves(store: store, log: log, configuration: every(10))
    for part in [events[..<10], events[10...]] {
      try snapshotter.append(
        Array(part), to: stream, expecting: UInt64(part.startIndex), now: at(1))
    }
    log.cut(stream, after: 15)

    var rehydration = try snapshotter.rehydrate(stream)
    #expect(rehydration.version == 15)
    #expect(rehydration.state == sum(events[..<15]))
    #expect(rehydration.report.ignoredCounts[.aheadOfLog] == 1)

    // The same last event, so that its checksum alone would not tell.
    let others = randomEvents(4, &random) + [events[19]]
    var quiet = Shelves(store: store, log: log, configuration: every(100))
    try quiet.append(others, to: &rehydration.aggregate, now: at(2))
    #expect(store.keys(of: stream).map(\.version) == [10])
    #expect(try quiet.rehydrate(stream).state == sum(events[..<15] + others))
  }

  @Test func `a snapshot of another history of the same length is not used`() throws {
    var random = SplitMix64(seed: 11)
    let stream = try name("a")
    let events = randomEvents(20, &random)
    var snapshotter = Shelves(store: store, log: log, configuration: every(10))
    try snapshotter.append(events, to: stream, expecting: 0, now: at(1))
    log.cut(stream, after: 0)
    let others = randomEvents(25, &random)
    var batch = EventBatch()
    for event in others { batch.append { event.encode(into: &$0) } }
    _ = try log.append(batch, to: stream, expecting: 0)

    let rehydration = try snapshotter.rehydrate(stream)

    #expect(rehydration.state == sum(others))
    #expect(rehydration.report.ignoredCounts[.otherHistory] == 1)
  }

  private func key(_ stream: StreamName, _ version: UInt64) -> SnapshotKey {
    SnapshotKey(
      stream: stream, version: version, schemaVersion: 1,
      reducerFingerprint: ShelfOne.reducerFingerprint)
  }
}
