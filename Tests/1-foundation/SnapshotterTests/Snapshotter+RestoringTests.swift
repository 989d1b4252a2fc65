import OmniNumerics
import OmniSnapshotter
import OmniTime
import Testing

@Suite("Snapshotter+Restoring")
struct SnapshotterRestoringTests {
  typealias Shelves = Snapshotter<ShelfOne, MemorySnapshotStore, MemoryEventLog>

  // MARK: A store that fails

  @Test func `a store that cannot be read costs a full replay and is reported`() throws {
    var random = SplitMix64(seed: 1)
    let (inner, log, stream) = (MemorySnapshotStore(), MemoryEventLog(), try name("s"))
    let events = randomEvents(30, &random)
    let store = FaultyStore(inner: inner)
    var snapshotter = Snapshotter<ShelfOne, _, _>(
      store: store, log: log, configuration: every(10))
    try snapshotter.append(events, to: stream, expecting: 0, now: at(1))

    store.faults.reads = true
    var report = try snapshotter.rehydrate(stream)
    #expect(report.state == sum(events))
    #expect(report.report.storeFailure == FaultyStore.failure)
    #expect(report.report.storeFailures == 1)
    #expect(report.report.source == .fullReplay)

    (store.faults.reads, store.faults.loads) = (false, true)
    report = try snapshotter.rehydrate(stream)
    #expect(report.state == sum(events))
    #expect(report.report.storeFailure == FaultyStore.failure)
    #expect(report.report.ignoredCounts[.unreadable] == 1)
    #expect(snapshotter.metrics.readsFailed == 2)

    store.faults.loads = false
    report = try snapshotter.rehydrate(stream)
    #expect(report.report.storeFailure == nil)
    #expect(report.report.replayedEvents == 0)
  }

  @Test func `each bad snapshot is counted once, and named up to a limit`() throws {
    var random = SplitMix64(seed: 2)
    let (store, log, stream) = (MemorySnapshotStore(), MemoryEventLog(), try name("s"))
    let events = randomEvents(100, &random)
    var snapshotter = Shelves(
      store: store, log: log,
      configuration: every(2, ChainRule(deltasMax: 100, deltaPercentMax: 10_000)))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for event in events { try snapshotter.append([event], to: &aggregate, now: at(1)) }
    let first = try #require(store.keys(of: stream).first)
    try store.replace(first, with: [])

    let report = try snapshotter.rehydrate(stream).report

    #expect(report.ignoredCounts.total == 50)
    #expect(report.ignoredCounts[.wrongLength] == 1)
    #expect(report.ignoredCounts[.brokenChain] == 49)
    #expect(report.ignored.count == RehydrationReport.ignoredMax)
    #expect(Set(report.ignored.map(\.key)).count == RehydrationReport.ignoredMax)
  }

  @Test func `a delta for other bytes than those that it is told to build on is refused`() throws {
    var random = SplitMix64(seed: 3)
    let (store, log, stream) = (MemorySnapshotStore(), MemoryEventLog(), try name("s"))
    let events = randomEvents(3, &random)
    var snapshotter = Shelves(
      store: store, log: log, configuration: every(1, ChainRule(deltaPercentMax: 1_000)))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for event in events { try snapshotter.append([event], to: &aggregate, now: at(1)) }
    let keys = store.keys(of: stream)
    let base = try SnapshotRecord(decoding: #require(store.load(keys[0])))
    let other = SnapshotRecord(
      key: base.key, kind: .base, createdAt: base.createdAt, eventChecksum: base.eventChecksum,
      payload: Shelf().encoded)
    try store.replace(keys[0], with: other.encoded())

    let report = try snapshotter.rehydrate(stream, upTo: 3).report

    #expect(report.ignoredCounts[.wrongDelta] == 1)
    #expect(report.ignoredCounts[.brokenChain] == 1)
  }

  @Test func `what builds on a damaged snapshot is good again when that is replaced`() throws {
    var random = SplitMix64(seed: 5)
    let (store, log, stream) = (MemorySnapshotStore(), MemoryEventLog(), try name("s"))
    let events = randomEvents(20, &random)
    var snapshotter = Shelves(
      store: store, log: log, configuration: every(5, ChainRule(deltaPercentMax: 1_000)))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for event in events { try snapshotter.append([event], to: &aggregate, now: at(1)) }
    try store.replace(store.keys(of: stream)[1], with: [0])
    #expect(try snapshotter.rehydrate(stream).report.ignoredCounts.total == 3)

    var bases = Shelves(store: store, log: log, configuration: every(5))
    var tenth = try bases.rehydrate(stream, upTo: 10).aggregate
    guard case .written(.base, _, nil) = bases.snapshot(&tenth, now: at(2)) else {
      Issue.record("no base in the place of a damaged delta")
      return
    }

    let rehydration = try snapshotter.rehydrate(stream)
    #expect(rehydration.state == sum(events))
    #expect(rehydration.report.ignored.isEmpty)
    guard case .snapshot(let key, let deltas) = rehydration.report.source else {
      Issue.record("\(rehydration.report)")
      return
    }
    #expect(key.version == 20)
    #expect(deltas == 2)
  }

  @Test func `the time of a rehydration teaches what events cost`() throws {
    let (log, stream) = (MemoryEventLog(), try name("s"))
    var snapshotter = Shelves(
      store: MemorySnapshotStore(), log: log,
      configuration: SnapshotterConfiguration(
        policy: SnapshotPolicy(replayTime: .milliseconds(1))))
    var random = SplitMix64(seed: 4)
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    let quick = try snapshotter.append(randomEvents(1_000, &random), to: &aggregate, now: at(1))
    #expect(quick.triggers.isEmpty)

    for _ in 0..<50 {
      let report = try snapshotter.rehydrate(stream).report
      snapshotter.learn(from: report, took: .milliseconds(5))
    }
    let slow = try snapshotter.append([.cleared(place: 1)], to: &aggregate, now: at(1))
    #expect(slow.triggers == .replayCost)
  }

  // MARK: Properties

  /// Random histories, settings, damage and wanted versions: the state is that of a full replay.
  @Test func `a snapshot and its tail are a full replay, whatever is in the store`() throws {
    var restored = 0
    for seed in UInt64(0)..<200 {
      var random = SplitMix64(seed: seed)
      let (store, log, stream) = (MemorySnapshotStore(), MemoryEventLog(), try name("s"))
      let events = try written(store, log, stream, &random)
      for _ in 0..<random.below(6) { try damage(store, stream, &random) }

      let limit = EventBatch.Limit(
        events: 1 + Int(random.below(20)), bytes: 1 + Int(random.below(200)))
      var snapshotter = Shelves(
        store: store, log: log,
        configuration: every(random.below(10), ChainRule(), readLimit: limit))
      for _ in 0..<4 {
        let version = random.below(UInt64(events.count + 1))
        let rehydration = try snapshotter.rehydrate(stream, upTo: version)
        #expect(rehydration.version == version, "seed \(seed)")
        #expect(
          rehydration.state == sum(events.prefix(Int(version))),
          "seed \(seed), version \(version): \(rehydration.report)")
        if rehydration.report.source != .fullReplay { restored += 1 }
        if case .snapshot(let key, _) = rehydration.report.source {
          #expect(key.version + rehydration.report.replayedEvents == version, "seed \(seed)")
        }
      }
      // What follows is built on what was found, and is as good.
      var aggregate = try snapshotter.rehydrate(stream).aggregate
      let more = randomEvents(5, &random)
      for event in more { try snapshotter.append([event], to: &aggregate, now: at(9)) }
      #expect(try snapshotter.rehydrate(stream).state == sum(events + more), "seed \(seed)")
    }
    #expect(restored > 300)
  }

  /// Events of one or two models, with snapshots of random settings in between.
  private func written(
    _ store: MemorySnapshotStore, _ log: MemoryEventLog, _ stream: StreamName,
    _ random: inout SplitMix64
  ) throws -> [Shelf.Event] {
    var events: [Shelf.Event] = []
    for _ in 0..<(1 + random.below(4)) {
      let rule = ChainRule(
        deltasMax: Int(random.below(6)), deltaPercentMax: random.below(200))
      let configuration = every(1 + random.below(8), rule)
      let more = randomEvents(Int(random.below(40)), &random)
      if random.below(4) == 0 {
        var other = Snapshotter<ShelfOtherwise, _, _>(
          store: store, log: log, configuration: configuration)
        var aggregate = try other.rehydrate(stream).aggregate
        for event in more { try other.append([event], to: &aggregate, now: at(1)) }
      } else {
        var snapshotter = Shelves(store: store, log: log, configuration: configuration)
        var aggregate = try snapshotter.rehydrate(stream).aggregate
        for event in more { try snapshotter.append([event], to: &aggregate, now: at(1)) }
      }
      events += more
    }
    return events
  }

  /// Does something to one snapshot that must not show.
  private func damage(
    _ store: MemorySnapshotStore, _ stream: StreamName, _ random: inout SplitMix64
  ) throws {
    let keys = store.keys(of: stream)
    guard !keys.isEmpty else { return }
    let key = keys[Int(random.below(UInt64(keys.count)))]
    guard var bytes = store.load(key) else { return }
    switch random.below(6) {
    case 0:
      guard !bytes.isEmpty else { return }
      bytes[Int(random.below(UInt64(bytes.count)))] ^= 1 << UInt8(random.below(8))
    case 1: bytes.removeLast(Int(random.below(UInt64(bytes.count + 1))))
    case 2: bytes = randomBytes(Int(random.below(200)), &random)
    case 3: bytes = store.load(keys[Int(random.below(UInt64(keys.count)))]) ?? []
    case 4: bytes += [UInt8(random.below(256))]
    default:
      _ = store.remove(key)
      return
    }
    try store.replace(key, with: bytes)
  }
}
