import OmniNumerics
import OmniSnapshotter
import OmniTime
import Testing

@Suite("RetentionRule")
struct RetentionRuleTests {
  // MARK: Examples

  @Test func `the newest stay, with all that they build on`() throws {
    let written = try written(60)
    var snapshotter = written.snapshotter
    let (store, stream) = (written.store, written.stream)
    // Bases at 5, 25 and 45, three deltas on each.
    let report = try snapshotter.prune(stream, keep: RetentionRule(newest: 2))
    #expect(versions(report.kept) == [45, 50, 55, 60])
    #expect(versions(report.removed) == [40, 35, 30, 25, 20, 15, 10, 5])
    #expect(store.keys(of: stream) == report.kept)
    #expect(snapshotter.metrics.pruned == 8)

    let more = try snapshotter.prune(stream, keep: RetentionRule(newest: 1))
    #expect(more.removed.isEmpty)
  }

  @Test func `the only base is never removed`() throws {
    for newest in [Int.min, -1, 0, 1] {
      let written = try written(5)
      var snapshotter = written.snapshotter
      let (store, stream) = (written.store, written.stream)
      try snapshotter.prune(stream, keep: RetentionRule(newest: newest, removesForeign: true))
      #expect(store.keys(of: stream).count == 1)
      #expect(try snapshotter.rehydrate(stream).report.replayedEvents == 0)
    }
  }

  @Test func `versions on hold stay, with all that they build on`() throws {
    let written = try written(60)
    var snapshotter = written.snapshotter
    let (store, stream, events) = (written.store, written.stream, written.events)
    let rule = RetentionRule(newest: 1, holds: [15, 25, 7])
    let report = try snapshotter.prune(stream, keep: rule)
    #expect(versions(report.kept) == [5, 10, 15, 25, 45, 50, 55, 60])
    for version in [UInt64(15), 25] {
      let rehydration = try snapshotter.rehydrate(stream, upTo: version)
      #expect(rehydration.state == sum(events.prefix(Int(version))))
      #expect(rehydration.report.replayedEvents == 0)
    }
    #expect(store.keys(of: stream) == report.kept)
  }

  @Test func `a damaged snapshot takes no good one's place, and goes unless it is on hold`() throws
  {
    for isHeld in [false, true] {
      let written = try written(20)
      var snapshotter = written.snapshotter
      let (store, stream) = (written.store, written.stream)
      let newest = try #require(store.keys(of: stream).last)
      try store.replace(newest, with: [1, 2, 3])
      let rule = RetentionRule(newest: 1, holds: isHeld ? [20] : [])
      let report = try snapshotter.prune(stream, keep: rule)
      #expect(versions(report.kept) == (isHeld ? [5, 10, 15, 20] : [5, 10, 15]))
      #expect(try snapshotter.rehydrate(stream).report.replayedEvents == 5)
    }
  }

  @Test func `what a damaged snapshot on hold may build on stays as well`() throws {
    let written = try written(60)
    var snapshotter = written.snapshotter
    let held = try #require(written.store.keys(of: written.stream).first { $0.version == 15 })
    try written.store.replace(held, with: [0])
    let report = try snapshotter.prune(
      written.stream, keep: RetentionRule(newest: 1, holds: [15]))
    #expect(versions(report.kept) == [5, 10, 15, 45, 50, 55, 60])
  }

  @Test func `snapshots of others are not removed while there is none of one's own`() throws {
    let written = try written(20)
    var otherwise = Snapshotter<ShelfOtherwise, _, _>(store: written.store, log: written.log)
    let rule = RetentionRule(newest: 1, removesForeign: true)
    #expect(try otherwise.prune(written.stream, keep: rule).removed.isEmpty)
    var rehydration = try otherwise.rehydrate(written.stream)
    _ = otherwise.snapshot(&rehydration.aggregate, now: at(1))
    #expect(versions(try otherwise.prune(written.stream, keep: rule).removed) == [20, 15, 10, 5])
  }

  @Test func `snapshots of others stay unless told otherwise, and on hold even then`() throws {
    let written = try written(20)
    var snapshotter = written.snapshotter
    let (store, stream) = (written.store, written.stream)
    var otherwise = Snapshotter<ShelfOtherwise, _, _>(store: store, log: snapshotter.log)
    for version in [UInt64(10), 18, 19] {
      var rehydration = try otherwise.rehydrate(stream, upTo: version)
      _ = otherwise.snapshot(&rehydration.aggregate, now: at(1))
    }
    // The first is a base, the others build on it.
    let foreign = store.keys(of: stream).filter {
      $0.reducerFingerprint == ShelfOtherwise.reducerFingerprint
    }
    #expect(versions(foreign) == [10, 18, 19])

    let mild = try snapshotter.prune(stream, keep: RetentionRule(newest: 1))
    #expect(mild.kept.filter(foreign.contains) == foreign)
    let held = try snapshotter.prune(
      stream, keep: RetentionRule(newest: 1, holds: [18], removesForeign: true))
    #expect(held.removed == [foreign[2]])
    let strict = try snapshotter.prune(
      stream, keep: RetentionRule(newest: 1, removesForeign: true))
    #expect(strict.removed == [foreign[1], foreign[0]])
  }

  @Test func `snapshots of a later schema belong to a later program, and stay`() throws {
    let written = try written(20)
    var later = Snapshotter<ShelfThree, _, _>(store: written.store, log: written.log)
    var rehydration = try later.rehydrate(written.stream)
    guard case .written = later.snapshot(&rehydration.aggregate, now: at(2)) else {
      Issue.record("no snapshot of the later schema")
      return
    }
    var snapshotter = written.snapshotter
    let report = try snapshotter.prune(written.stream, keep: RetentionRule(newest: 1))
    #expect(report.kept.filter { $0.schemaVersion == 3 }.count == 1)
    #expect(try later.rehydrate(written.stream).report.replayedEvents == 0)

    // The later program can read all of them: the newest of its own make the older ones needless.
    let strict = try later.prune(written.stream, keep: RetentionRule(newest: 1))
    #expect(strict.kept.map(\.schemaVersion) == [3])
  }

  @Test func `a snapshot of events that were lost goes, and one of another history too`() throws {
    let written = try written(20)
    var snapshotter = written.snapshotter
    let (store, stream, events) = (written.store, written.stream, written.events)
    snapshotter.log.cut(stream, after: 17)
    let report = try snapshotter.prune(stream, keep: RetentionRule(newest: 9))
    #expect(versions(report.removed) == [20])

    snapshotter.log.cut(stream, after: 12)
    var batch = EventBatch()
    for place in UInt8(0)..<20 { batch.append([1, place]) }
    _ = try snapshotter.log.append(batch, to: stream, expecting: 12)
    let other = try snapshotter.prune(stream, keep: RetentionRule(newest: 9))
    #expect(versions(other.removed) == [15])
    #expect(versions(store.keys(of: stream)) == [5, 10])
    let before = try snapshotter.rehydrate(stream, upTo: 12)
    #expect(before.state == sum(events.prefix(12)))
  }

  @Test func `a store that fails while it is looked at loses nothing`() throws {
    let written = try written(20)
    let (inner, stream) = (written.store, written.stream)
    let before = inner.keys(of: stream)
    let store = FaultyStore(inner: inner)
    var snapshotter = Snapshotter<ShelfOne, _, _>(store: store, log: written.log)

    store.faults.reads = true
    #expect(throws: SnapshotterFailure.store(FaultyStore.failure)) {
      try snapshotter.prune(stream, keep: RetentionRule(newest: 1))
    }
    store.faults.reads = false
    store.faults.loads = true
    #expect(throws: SnapshotterFailure.store(FaultyStore.failure)) {
      try snapshotter.prune(stream, keep: RetentionRule(newest: 1))
    }
    store.faults.loads = false
    #expect(inner.keys(of: stream) == before)
  }

  @Test func `what a store lists of another stream is neither read nor removed`() throws {
    let written = try written(20)
    let store = LeakyStore(inner: written.store, leaks: written.stream)
    let mine = try name("mine")
    var snapshotter = Snapshotter<ShelfOne, _, _>(
      store: store, log: written.log, configuration: every(1))
    try snapshotter.append([.cleared(place: 1)], to: mine, expecting: 0, now: at(1))
    #expect(try snapshotter.rehydrate(mine).report.ignoredCounts[.misplaced] == 4)
    #expect(
      try snapshotter.prune(mine, keep: RetentionRule(newest: 1, removesForeign: true))
        .removed.isEmpty)
    #expect(written.store.keys(of: written.stream).count == 4)
  }

  // MARK: Properties

  /// After any damage and any pruning, what is kept can be used, and everything is rebuilt.
  @Test func `any version that is retained can be restored`() throws {
    for seed in UInt64(0)..<80 {
      var random = SplitMix64(seed: seed)
      let count = 10 + Int(random.below(60))
      let written = try written(
        count, every: 1 + random.below(5), deltasMax: Int(random.below(5)), seed: seed)
      var snapshotter = written.snapshotter
      let (store, stream, events) = (written.store, written.stream, written.events)
      for key in store.keys(of: stream) where random.below(6) == 0 {
        var bytes = try #require(store.load(key))
        bytes[Int(random.below(UInt64(bytes.count)))] ^= 1 << UInt8(random.below(8))
        try store.replace(key, with: bytes)
      }
      let before = try restorable(snapshotter, stream)
      let holds = Set((0..<random.below(4)).map { _ in random.below(UInt64(count)) + 1 })
      let newest = Int(random.below(5))

      let report = try snapshotter.prune(stream, keep: RetentionRule(newest: newest, holds: holds))

      let after = try restorable(snapshotter, stream)
      let wanted = before.suffix(max(1, newest)) + before.filter(holds.contains)
      #expect(Set(wanted).isSubset(of: after), "seed \(seed)")
      let held = holds.intersection(versions(report.removed))
      #expect(held.isEmpty, "seed \(seed): \(held) were on hold")
      let unheld = report.kept.filter { !holds.contains($0.version) && holds.isEmpty }
      #expect(Set(versions(unheld)).isSubset(of: after), "seed \(seed)")
      for version in [random.below(UInt64(count + 1)), UInt64(count)] {
        let state = try snapshotter.rehydrate(stream, upTo: version).state
        #expect(state == sum(events.prefix(Int(version))), "seed \(seed), version \(version)")
      }
    }
  }

  /// The versions from whose snapshots a rehydration begins.
  private func restorable(
    _ snapshotter: borrowing Snapshotter<ShelfOne, MemorySnapshotStore, MemoryEventLog>,
    _ stream: StreamName
  ) throws -> [UInt64] {
    var reader = Snapshotter<ShelfOne, _, _>(store: snapshotter.store, log: snapshotter.log)
    var restorable: [UInt64] = []
    for version in versions(snapshotter.store.keys(of: stream)) {
      let report = try reader.rehydrate(stream, upTo: version).report
      if report.replayedEvents == 0 { restorable.append(version) }
    }
    return restorable
  }

  /// A stream with a snapshot every few events; bases at 5, 25, 45 … by default.
  private func written(
    _ count: Int, every events: UInt64 = 5, deltasMax: Int = 3, seed: UInt64 = 1
  ) throws -> Written {
    let written = Written(stream: try name("s"), seed: seed, count: count)
    var writer = Snapshotter<ShelfOne, _, _>(
      store: written.store, log: written.log,
      configuration: every(events, ChainRule(deltasMax: deltasMax, deltaPercentMax: 1_000)))
    var aggregate = try writer.rehydrate(written.stream).aggregate
    for event in written.events { try writer.append([event], to: &aggregate, now: at(1)) }
    return written
  }

  private func versions(_ keys: [SnapshotKey]) -> [UInt64] { keys.map(\.version) }
}

/// A stream, its events and its snapshots.
private struct Written {
  let stream: StreamName
  let events: [Shelf.Event]
  let store = MemorySnapshotStore()
  let log = MemoryEventLog()

  init(stream: StreamName, seed: UInt64, count: Int) {
    var random = SplitMix64(seed: seed)
    self.stream = stream
    events = randomEvents(count, &random)
  }

  var snapshotter: Snapshotter<ShelfOne, MemorySnapshotStore, MemoryEventLog> {
    Snapshotter(store: store, log: log)
  }
}

/// A store that takes the snapshots of one stream for those of every other as well.
private struct LeakyStore: SnapshotStore {
  let inner: MemorySnapshotStore
  let leaks: StreamName

  func keys(of stream: StreamName) -> [SnapshotKey] {
    inner.keys(of: stream) + inner.keys(of: leaks)
  }
  func load(_ key: SnapshotKey) -> [UInt8]? { inner.load(key) }
  func put(_ record: [UInt8], for key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    try inner.put(record, for: key)
  }
  func remove(_ key: SnapshotKey) -> Bool { inner.remove(key) }
}
