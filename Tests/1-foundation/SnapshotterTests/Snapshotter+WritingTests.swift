import OmniEncoding
import OmniNumerics
import OmniSnapshotter
import OmniTime
import Testing

@Suite("Snapshotter+Writing")
struct SnapshotterWritingTests {
  typealias Shelves = Snapshotter<ShelfOne, MemorySnapshotStore, MemoryEventLog>

  let store = MemorySnapshotStore()
  let log = MemoryEventLog()

  // MARK: Optimistic concurrency

  @Test func `of two who append to one version one is refused, and is as before`() throws {
    let stream = try name("s")
    var one = shelves()
    var other = shelves()
    var mine = try one.rehydrate(stream).aggregate
    var theirs = try other.rehydrate(stream).aggregate
    try one.append([.put(place: 1, count: 5)], to: &mine, now: at(1))

    #expect(
      throws: SnapshotterFailure.log(.conflict(stream: stream, expected: 0, actual: 1))
    ) {
      try other.append([.put(place: 2, count: 7)], to: &theirs, now: at(1))
    }

    #expect(theirs.version == 0)
    #expect(theirs.state == Shelf())
    #expect(theirs.progress == SnapshotPolicy.Progress())
    #expect(other.metrics.conflicts == 1)
    theirs = try other.rehydrate(stream).aggregate
    try other.append([.put(place: 2, count: 7)], to: &theirs, now: at(1))
    #expect(theirs.state == sum([.put(place: 1, count: 5), .put(place: 2, count: 7)]))
  }

  @Test func `the expected version is held against the stream's`() throws {
    let stream = try name("s")
    var snapshotter = shelves()
    try snapshotter.append([.cleared(place: 1)], to: stream, expecting: 0, now: at(1))
    for expected in [UInt64(0), 2, .max] {
      #expect(
        throws: SnapshotterFailure.log(.conflict(stream: stream, expected: expected, actual: 1))
      ) {
        try snapshotter.append([.cleared(place: 1)], to: stream, expecting: expected, now: at(1))
      }
    }
    let report = try snapshotter.append(
      [.cleared(place: 1), .cleared(place: 2)], to: stream, expecting: 1, now: at(1))
    #expect(report.version == 3)
    #expect(snapshotter.metrics.conflicts == 3)
  }

  @Test func `nothing appended changes nothing and asks nobody`() throws {
    let stream = try name("s")
    var snapshotter = shelves(every(0))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    let report = try snapshotter.append([], to: &aggregate, now: at(1))
    #expect(report.version == 0)
    #expect(report.triggers.isEmpty)
    #expect(report.snapshot == nil)
    #expect(log.version(of: stream) == 0)
  }

  // MARK: Two writers of one snapshot

  @Test func `of two snapshots of one version the first is kept, and both go on from it`() throws {
    let stream = try name("s")
    let rule = ChainRule(deltaPercentMax: 1_000)
    var one = Snapshotter<Padded, _, _>(store: store, log: log, configuration: every(9, rule))
    var mine = try one.rehydrate(stream).aggregate
    try one.append([.put(place: 1, count: 5)], to: &mine, now: at(1))
    // Another process has encoded the same state in other bytes.
    let key = SnapshotKey(
      stream: stream, version: 1, schemaVersion: 1, reducerFingerprint: Padded.reducerFingerprint)
    var event: [UInt8] = []
    Shelf.Event.put(place: 1, count: 5).encode(into: &event)
    let theirs = SnapshotRecord(
      key: key, kind: .base, createdAt: at(2), eventChecksum: CRC32C.checksum(event),
      payload: [0xEE] + mine.state.encoded)
    _ = try store.put(theirs.encoded(), for: key)

    #expect(one.snapshot(&mine, now: at(3)) == .alreadyThere)
    #expect(one.metrics.writesLost == 1)
    #expect(mine.progress.snapshotAt == at(2))
    #expect(store.load(key) == theirs.encoded())

    try one.append([.put(place: 2, count: 6)], to: &mine, now: at(4))
    guard case .written(.delta(parent: 1, base: 1), _, _) = one.snapshot(&mine, now: at(5)) else {
      Issue.record("no delta on what the other has written")
      return
    }
    let rehydration = try one.rehydrate(stream)
    #expect(rehydration.report.ignored.isEmpty)
    #expect(rehydration.report.replayedEvents == 0)
    #expect(rehydration.state == mine.state)
  }

  @Test func `a snapshot of another history is replaced by one of this`() throws {
    let stream = try name("s")
    var snapshotter = shelves(every(2))
    try snapshotter.append(
      [.cleared(place: 1), .cleared(place: 2)], to: stream, expecting: 0, now: at(1))
    log.cut(stream, after: 1)
    var quiet = shelves(every(9))
    var aggregate = try quiet.rehydrate(stream).aggregate
    // The stale snapshot is put back, as a slow writer might do.
    let stale = try #require(store.keys(of: stream).first)
    let bytes = try #require(store.load(stale))
    try quiet.append([.put(place: 7, count: 7)], to: &aggregate, now: at(2))
    #expect(try store.put(bytes, for: stale))
    #expect(try quiet.rehydrate(stream).report.ignoredCounts[.otherHistory] == 1)

    guard case .written(.base, _, nil) = quiet.snapshot(&aggregate, now: at(3)) else {
      Issue.record("a snapshot of another history was taken for this one's")
      return
    }
    #expect(quiet.metrics.repairs == 1)
    let rehydration = try quiet.rehydrate(stream)
    #expect(rehydration.report.replayedEvents == 0)
    #expect(rehydration.state == sum([.cleared(place: 1), .put(place: 7, count: 7)]))
  }

  @Test func `a snapshot of the present version is not taken twice`() throws {
    let stream = try name("s")
    var snapshotter = shelves(every(1, ChainRule()))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    #expect(snapshotter.snapshot(&aggregate, now: at(1)) == .nothingToKeep)
    try snapshotter.append([.cleared(place: 1)], to: &aggregate, now: at(1))
    let bytes = store.load(try #require(store.keys(of: stream).first))
    #expect(snapshotter.snapshot(&aggregate, now: at(9)) == .alreadyThere)
    #expect(store.keys(of: stream).count == 1)
    #expect(store.load(try #require(store.keys(of: stream).first)) == bytes)
  }

  @Test func `when a part of the chain is lost, the next snapshot is a base`() throws {
    let stream = try name("s")
    for lost in [UInt64(1), 2, 3] {
      let (store, log) = (MemorySnapshotStore(), MemoryEventLog())
      var snapshotter = Shelves(
        store: store, log: log, configuration: every(1, ChainRule(deltaPercentMax: 1_000)))
      var aggregate = try snapshotter.rehydrate(stream).aggregate
      for _ in 0..<3 { try snapshotter.append([.cleared(place: 1)], to: &aggregate, now: at(1)) }
      let key = try #require(store.keys(of: stream).first).at(lost)
      #expect(store.remove(key))

      let report = try snapshotter.append([.cleared(place: 1)], to: &aggregate, now: at(1))

      guard case .written(.base, _, .lost) = report.snapshot else {
        Issue.record("\(report) after the loss of \(lost)")
        continue
      }
      #expect(try snapshotter.rehydrate(stream).report.replayedEvents == 0)
    }
  }

  // MARK: A store that fails

  @Test func `a snapshot that cannot be stored fails no append, and is due again`() throws {
    let stream = try name("s")
    let faulty = FaultyStore(inner: store)
    var snapshotter = Snapshotter<ShelfOne, _, _>(
      store: faulty, log: log, configuration: every(3))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    faulty.faults.writes = true
    let events = [Shelf.Event](repeating: .put(place: 3, count: 1), count: 3)

    let report = try snapshotter.append(events, to: &aggregate, now: at(1))

    #expect(report.snapshot == .failed(FaultyStore.failure))
    #expect(report.triggers == .count)
    #expect(report.version == 3)
    #expect(snapshotter.metrics.writesFailed == 1)
    #expect(store.keys(of: stream).isEmpty)
    // Two more events are too few for another attempt, three are enough.
    for version in UInt64(4)...5 {
      let early = try snapshotter.append([.cleared(place: 9)], to: &aggregate, now: at(1))
      #expect(early.snapshot == .postponed)
      #expect(early.triggers == .count)
      #expect(early.version == version)
    }
    #expect(snapshotter.metrics.writesFailed == 1)
    faulty.faults.writes = false
    let again = try snapshotter.append([.cleared(place: 9)], to: &aggregate, now: at(1))
    guard case .written(.base, _, nil) = again.snapshot else {
      Issue.record("\(again)")
      return
    }
    #expect(try snapshotter.rehydrate(stream).report.replayedEvents == 0)
    for count in [nil, nil, SnapshotTriggers.count] as [SnapshotTriggers?] {
      let later = try snapshotter.append([.cleared(place: 9)], to: &aggregate, now: at(1))
      #expect(later.triggers == count ?? [])
      #expect((later.snapshot == nil) == (count == nil))
    }
    #expect(store.keys(of: stream).map(\.version) == [6, 9])
  }

  @Test func `a state above the limit is no snapshot and no failure of the append`() throws {
    let stream = try name("s")
    var snapshotter = Snapshotter<Huge, _, _>(store: store, log: log, configuration: every(1))
    let report = try snapshotter.append(
      [.cleared(place: 1)], to: stream, expecting: 0, now: at(1))
    #expect(report.snapshot == .tooLarge(bytes: SnapshotRecord.payloadBytesMax + 1))
    #expect(store.keys(of: stream).isEmpty)
    #expect(try snapshotter.rehydrate(stream).version == 1)
  }

  // MARK: Triggers in use

  @Test func `time and size make snapshots due as well`() throws {
    let stream = try name("s")
    var configuration = SnapshotterConfiguration(
      policy: SnapshotPolicy(interval: .seconds(10), bytes: 40))
    configuration.chainRule = .basesOnly
    var snapshotter = shelves(configuration)
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    var due: [SnapshotTriggers] = []
    // A `put` has six bytes.
    for second in [Int64(1), 2, 3, 11, 12, 13, 13, 13, 13, 13, 13, 13, 30] {
      due.append(
        try snapshotter.append([.put(place: 1, count: 1)], to: &aggregate, now: at(second))
          .triggers)
    }
    #expect(
      due == [.time, [], [], .time, [], [], [], [], [], [], .size, [], .time])
    #expect(store.keys(of: stream).map(\.version) == [1, 4, 11, 13])

    // Whoever rebuilds the aggregate counts from the same snapshot.
    aggregate = try snapshotter.rehydrate(stream).aggregate
    #expect(aggregate.progress == SnapshotPolicy.Progress(snapshotAt: at(30)))
    for (second, triggers) in [(Int64(39), SnapshotTriggers()), (40, .time)] {
      let report = try snapshotter.append(
        [.put(place: 1, count: 1)], to: &aggregate, now: at(second))
      #expect(report.triggers == triggers)
    }
  }

  // MARK: States are changed in place

  @Test func `neither appending nor replaying copies the state`() throws {
    let stream = try name("s")
    var snapshotter = Snapshotter<Watched, _, _>(
      store: store, log: log, configuration: every(1_000, readLimit: .init(events: 3)))
    var aggregate = try snapshotter.rehydrate(stream).aggregate
    for _ in 0..<10 { try snapshotter.append([1, 2], to: &aggregate, now: at(1)) }
    #expect(aggregate.state.copies == 0)
    #expect(aggregate.state.box.sum == 30)
    let rehydration = try snapshotter.rehydrate(stream)
    #expect(rehydration.state.copies == 0)
    #expect(rehydration.state.box.sum == 30)
  }

  // MARK: Properties

  /// Several writers, each with an aggregate of its own that may be out of date.
  @Test func `however writers take turns, the stream and the snapshots stay right`() throws {
    for seed in UInt64(0)..<60 {
      var random = SplitMix64(seed: seed)
      let (store, log, stream) = (MemorySnapshotStore(), MemoryEventLog(), try name("s"))
      var first = Shelves(
        store: store, log: log, configuration: every(3, ChainRule(deltaPercentMax: 500)))
      var second = Shelves(
        store: store, log: log, configuration: every(4, ChainRule(deltasMax: 2)))
      var aggregates = [try first.rehydrate(stream).aggregate]
      aggregates.append(try second.rehydrate(stream).aggregate)
      var events: [Shelf.Event] = []
      for step in 0..<60 {
        let writer = Int(random.below(2))
        let more = randomEvents(1 + Int(random.below(3)), &random)
        let isUpToDate = aggregates[writer].version == UInt64(events.count)
        do {
          if writer == 0 {
            try first.append(more, to: &aggregates[0], now: at(Int64(step)))
          } else {
            try second.append(more, to: &aggregates[1], now: at(Int64(step)))
          }
          #expect(isUpToDate, "seed \(seed), step \(step)")
          events += more
        } catch SnapshotterFailure.log(.conflict) {
          #expect(!isUpToDate, "seed \(seed), step \(step)")
          // Both may take one of an old version, and only one of them is first.
          if random.below(2) == 0 { _ = first.snapshot(&aggregates[writer], now: at(1)) }
          aggregates[writer] = try first.rehydrate(stream).aggregate
        }
        if random.below(10) == 0 {
          try second.prune(stream, keep: RetentionRule(newest: 1 + Int(random.below(3))))
        }
        #expect(aggregates[writer].version == UInt64(events.count))
      }
      let rehydration = try second.rehydrate(stream)
      #expect(rehydration.state == sum(events), "seed \(seed)")
      #expect(log.version(of: stream) == UInt64(events.count), "seed \(seed)")
    }
  }

  @Test func `writers on several threads lose no event and spoil no snapshot`() async throws {
    let stream = try name("s")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in UInt8(0)..<4 {
        group.addTask { [store, log] in
          var snapshotter = Shelves(
            store: store, log: log, configuration: every(5, ChainRule(deltaPercentMax: 500)))
          var aggregate = try snapshotter.rehydrate(stream).aggregate
          var left = 50
          while left > 0 {
            do {
              try snapshotter.append([.put(place: writer, count: 1)], to: &aggregate, now: at(1))
              left -= 1
            } catch SnapshotterFailure.log(.conflict) {
              aggregate = try snapshotter.rehydrate(stream).aggregate
            }
          }
        }
      }
      try await group.waitForAll()
    }

    let (reader, replayer) = (try restored(store, stream), try restored(.init(), stream))
    #expect(reader.version == 200)
    #expect(reader.state.counts.prefix(5) == [50, 50, 50, 50, 0])
    #expect(reader.state == replayer.state)
    #expect(reader.report.source != .fullReplay)
    #expect(replayer.report.source == .fullReplay)
    #expect(reader.report.ignored.isEmpty)
  }

  private func restored(
    _ store: MemorySnapshotStore, _ stream: StreamName
  ) throws -> Rehydration<ShelfOne> {
    var snapshotter = Shelves(store: store, log: log)
    return try snapshotter.rehydrate(stream)
  }

  private func shelves(
    _ configuration: SnapshotterConfiguration = SnapshotterConfiguration()
  ) -> Shelves {
    Shelves(store: store, log: log, configuration: configuration)
  }
}

/// A model whose states can be written in several ways.
private enum Padded: ShelfModel {
  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("padded")
  static func encode(_ state: Shelf) -> [UInt8] { [0] + state.encoded }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> Shelf {
    guard bytes.count > 0 else { throw .truncated(at: 0, wantedBytes: 1) }
    return try Shelf(decoding: bytes.extracting(1..<bytes.count))
  }
}

/// A model whose states are too large to be kept.
private enum Huge: ShelfModel {
  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("huge")
  static func encode(_ state: Shelf) -> [UInt8] {
    [UInt8](repeating: 0, count: SnapshotRecord.payloadBytesMax + 1)
  }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> Shelf { Shelf() }
}

/// A model whose state notices when it is shared while an event is applied.
private enum Watched: EventSourced {
  final class Box { var sum: UInt64 = 0 }
  struct State {
    var box = Box()
    var copies = 0
  }
  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("watched")
  static var initialState: State { State() }
  static func apply(_ event: UInt8, to state: inout State) {
    if !isKnownUniquelyReferenced(&state.box) { state.copies += 1 }
    state.box.sum += UInt64(event)
  }
  static func encode(_ state: State) -> [UInt8] { littleEndian(state.box.sum) }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> State {
    let state = State()
    state.box.sum = word(bytes, at: 0)
    return state
  }
  static func encode(_ event: UInt8, into bytes: inout [UInt8]) { bytes.append(event) }
  static func decodeEvent(_ bytes: Span<UInt8>) throws(CodecFailure) -> UInt8 { bytes[0] }
}
