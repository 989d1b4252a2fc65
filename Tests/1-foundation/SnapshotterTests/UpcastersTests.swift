import OmniNumerics
import OmniSnapshotter
import Testing

@Suite("Upcasters")
struct UpcastersTests {
  // MARK: The chain

  @Test func `steps are taken in order, and a missing one is said to be missing`() throws {
    let upcasters = Upcasters().adding(from: 1) { $0 + [1] }.adding(from: 2) { $0 + [2] }
      .adding(from: 4) { _ throws(CodecFailure) in throw .malformed(what: "state", at: 0) }

    #expect(try upcasters.upcast([0], from: 1, to: 3) == [0, 1, 2])
    #expect(try upcasters.upcast([0], from: 2, to: 3) == [0, 2])
    #expect(try upcasters.upcast([0], from: 9, to: 9) == [0])
    #expect(throws: SnapshotFlaw.missingUpcaster) { try upcasters.upcast([0], from: 1, to: 4) }
    #expect(throws: SnapshotFlaw.missingUpcaster) { try upcasters.upcast([0], from: 0, to: 2) }
    #expect(throws: SnapshotFlaw.missingUpcaster) { try upcasters.upcast([0], from: 0, to: .max) }
    #expect(throws: SnapshotFlaw.newerSchema) { try upcasters.upcast([0], from: 3, to: 2) }
    #expect(throws: SnapshotFlaw.upcastRefused) { try upcasters.upcast([0], from: 4, to: 5) }
    #expect(upcasters.covers(from: 1, to: 3))
    #expect(!upcasters.covers(from: 1, to: 4))
    #expect(!upcasters.covers(from: 3, to: 1))
  }

  // MARK: Snapshots of older schemas

  @Test func `a snapshot of an older schema is not read as the new one`() throws {
    let (store, log, stream, events) = try written()
    var without = Snapshotter<ShelfWithoutStep, _, _>(store: store, log: log)

    let rehydration = try without.rehydrate(stream)

    #expect(rehydration.state == sum(events))
    #expect(rehydration.report.source == .fullReplay)
    #expect(rehydration.report.ignoredCounts[.missingUpcaster] == 3)
    #expect(without.metrics.ignored[.missingUpcaster] == 3)
  }

  /// In the Python original an upcast snapshot lost its version, and events were applied twice.
  @Test func `the snapshot's version is kept`() throws {
    let (store, log, stream, events) = try written()
    var snapshotter = Snapshotter<ShelfThree, _, _>(
      store: store, log: log, configuration: every(4, ChainRule(deltaPercentMax: 1_000)))

    for version in UInt64(8)...12 {
      let rehydration = try snapshotter.rehydrate(stream, upTo: version)
      #expect(rehydration.state == sum(events.prefix(Int(version))))
      #expect(rehydration.version == version)
      #expect(rehydration.report.replayedEvents == version % 4)
      guard case .snapshot(let key, _) = rehydration.report.source else {
        Issue.record("version \(version) was not taken from a snapshot")
        continue
      }
      #expect(key.version == version / 4 * 4)
      #expect(key.schemaVersion == 1)
    }
  }

  @Test func `what follows an older schema's chain is a base of today's`() throws {
    let (store, log, stream, events) = try written()
    var snapshotter = Snapshotter<ShelfThree, _, _>(
      store: store, log: log, configuration: every(4, ChainRule(deltaPercentMax: 1_000)))
    var random = SplitMix64(seed: 99)
    let more = randomEvents(4, &random)

    let report = try snapshotter.append(more, to: stream, expecting: 13, now: at(9))

    guard case .written(.base, _, nil) = report.snapshot else {
      Issue.record("\(report)")
      return
    }
    let rehydration = try snapshotter.rehydrate(stream)
    #expect(rehydration.state == sum(events + more))
    #expect(rehydration.report.replayedEvents == 0)
    // The older program sees a snapshot of a schema that it does not know, and goes by its own.
    var older = Snapshotter<ShelfOne, _, _>(store: store, log: log)
    let oldView = try older.rehydrate(stream)
    #expect(oldView.state == sum(events + more))
    #expect(oldView.report.ignoredCounts[.newerSchema] == 1)
    #expect(oldView.report.replayedEvents == 5)
  }

  @Test func `an older schema's bytes under the new schema's key are not believed`() throws {
    let (store, log, stream, events) = try written()
    let old = SnapshotKey(
      stream: stream, version: 4, schemaVersion: 1,
      reducerFingerprint: ShelfOne.reducerFingerprint)
    let new = SnapshotKey(
      stream: stream, version: 4, schemaVersion: 3,
      reducerFingerprint: ShelfOne.reducerFingerprint)
    let record = try SnapshotRecord(decoding: #require(store.load(old)))
    let forged = SnapshotRecord(
      key: new, kind: .base, createdAt: record.createdAt, eventChecksum: record.eventChecksum,
      payload: record.payload)
    for key in store.keys(of: stream) { _ = store.remove(key) }
    _ = try store.put(record.encoded(), for: new)
    var snapshotter = Snapshotter<ShelfThree, _, _>(store: store, log: log)
    #expect(try snapshotter.rehydrate(stream).state == sum(events))
    #expect(snapshotter.metrics.ignored[.misplaced] == 1)

    try store.replace(new, with: forged.encoded())
    #expect(try snapshotter.rehydrate(stream).state == sum(events))
    #expect(snapshotter.metrics.ignored[.undecodable] == 1)
  }

  /// A base at 4 and deltas at 8 and 12 of schema 1, and 13 events.
  private func written() throws -> (
    MemorySnapshotStore, MemoryEventLog, StreamName, [Shelf.Event]
  ) {
    let (store, log, stream) = (MemorySnapshotStore(), MemoryEventLog(), try name("a"))
    var random = SplitMix64(seed: 1)
    let events = randomEvents(13, &random)
    var snapshotter = Snapshotter<ShelfOne, _, _>(
      store: store, log: log, configuration: every(4, ChainRule(deltaPercentMax: 1_000)))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for event in events { try snapshotter.append([event], to: &aggregate, now: at(1)) }
    #expect(snapshotter.metrics.deltasWritten == 2)
    return (store, log, stream, events)
  }
}
