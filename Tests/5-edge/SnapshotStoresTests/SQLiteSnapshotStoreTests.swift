import OmniNumerics
import OmniPlatform
import OmniSQLite
import OmniSnapshotStores
import OmniSnapshotter
import OmniTime
import Testing

@Suite("SQLiteSnapshotStore")
struct SQLiteSnapshotStoreTests {
  // MARK: What all stores promise

  @Test func `it keeps the promises of a store`() throws {
    try inFolder { folder in
      var count = 0
      try SnapshotStoreConformance.check {
        count += 1
        return try SQLiteSnapshotStore.open("\(folder)/\(count).sqlite")
      }
    }
  }

  @Test func `of many writers of one key exactly one is told that it was stored`() async throws {
    try await whileInFolder { folder in
      try await StoreTrials.race { try SQLiteSnapshotStore.open(folder + "/a.sqlite") }
    }
  }

  @Test func `an aggregate is what a full replay gives`() throws {
    try inFolder { folder in
      for seed in UInt64(0)..<4 {
        try StoreTrials.history(seed) {
          try SQLiteSnapshotStore.open("\(folder)/\(seed).sqlite")
        }
      }
    }
  }

  @Test func `a record that was damaged is given as it is, and ignored`() throws {
    try inFolder { folder in
      let path = folder + "/a.sqlite"
      try StoreTrials.damage(try SQLiteSnapshotStore.open(path)) { key, record in
        let database = try SQLiteDatabase(.file(path))
        var update = try database.prepare("UPDATE snapshots SET record = ?1 WHERE stream = ?2")
        try update.bind(1, record)
        try update.bind(2, Array(key.stream.text.utf8))
        try update.run()
        #expect(database.changeCount == 1)
      }
    }
  }

  @Test func `a record above the limit is refused`() throws {
    try inFolder { folder in
      try StoreTrials.limit(
        try SQLiteSnapshotStore.open(
          folder + "/a.sqlite", SQLiteSnapshotStore.Configuration(recordBytesMax: 100)))
    }
  }

  // MARK: What is its own

  @Test func `records are there when the file is opened again`() throws {
    try inFolder { folder in
      let key = try key("a", .max)
      #expect(try SQLiteSnapshotStore.open(folder + "/a.sqlite").put([1, 2], for: key))

      let store = try SQLiteSnapshotStore.open(folder + "/a.sqlite")

      #expect(try store.keys(of: key.stream) == [key])
      #expect(try store.load(key) == [1, 2])
    }
  }

  @Test func `versions stand in the table in their order`() throws {
    try inFolder { folder in
      let store = try SQLiteSnapshotStore.open(folder + "/a.sqlite")
      for version in [10, 9, .max, 1 << 63, 1] as [UInt64] {
        #expect(try store.put([], for: key("a", version)))
      }
      let rows = try SQLiteDatabase(.readOnly(folder + "/a.sqlite")).query(
        "SELECT version FROM snapshots ORDER BY version")
      #expect(
        rows.map(\.[0]) == [
          .text("00000000000000000001"), .text("00000000000000000009"),
          .text("00000000000000000010"), .text("09223372036854775808"),
          .text("18446744073709551615"),
        ])
    }
  }

  @Test func `a row that no store has written is not listed`() throws {
    try inFolder { folder in
      let store = try SQLiteSnapshotStore.open(folder + "/a.sqlite")
      let key = try key("a", 7)
      #expect(try store.put([1], for: key))
      try SQLiteDatabase(.file(folder + "/a.sqlite")).execute(
        """
        INSERT INTO snapshots VALUES (CAST('a' AS BLOB), 'seven', 1, '0000000000000001', x'00'),
          (CAST('a' AS BLOB), '00000000000000000008', -1, '0000000000000001', x'00'),
          (CAST('a' AS BLOB), '7', 1, '0000000000000001', x'00'),
          (CAST('a' AS BLOB), '00000000000000000008', 1, '1', x'00')
        """)
      #expect(try store.keys(of: key.stream) == [key])
    }
  }

  @Test func `another's lock is waited for, then told of, and forgotten`() throws {
    try inFolder { folder in
      let store = try SQLiteSnapshotStore.open(
        folder + "/a.sqlite",
        SQLiteSnapshotStore.Configuration(
          database: SQLiteDatabase.Configuration(busyTimeout: .milliseconds(20))))
      let key = try key("a", 1)
      let other = try SQLiteDatabase(.file(folder + "/a.sqlite"))

      try other.begin()
      #expect(backendCode { try store.put([1], for: key) } == "SQL-002")
      #expect(try store.load(key) == nil)
      try other.rollback()

      #expect(try store.put([1], for: key))
    }
  }

  @Test func `a file that was taken away is made anew by the next record`() throws {
    try inFolder { folder in
      let store = try SQLiteSnapshotStore.open(
        folder + "/a.sqlite",
        SQLiteSnapshotStore.Configuration(
          database: SQLiteDatabase.Configuration(journal: .delete)))
      let (key, next) = (try key("a", 1), try key("a", 2))
      #expect(try store.put([1], for: key))

      try FileSystem.remove(folder + "/a.sqlite")

      #expect(try store.put([2], for: next))
      #expect(try store.keys(of: key.stream) == [next])
      #expect(try SQLiteSnapshotStore.open(folder + "/a.sqlite").load(next) == [2])
    }
  }

  @Test func `what cannot be opened is told of`() throws {
    try inFolder { folder in
      #expect(backendCode { try SQLiteSnapshotStore.open(folder + "/no/a.sqlite") } == "SQL-001")
      try FileSystem.replaceFile(folder + "/text", with: Array("no database, but a text".utf8))
      let failure = try #require(throws: SnapshotStoreFailure.self) {
        _ = try SQLiteSnapshotStore.open(folder + "/text")
      }
      #expect(failure.description.hasPrefix("SNP-023: the database refused: SQL-005 the file is "))
    }
  }
}

// MARK: - What the tests of all stores share

/// What any store of snapshots must do; a backend's tests call `check` with a maker of theirs.
///
/// The suite knows nothing of a store but its protocol. It does not hold a store to losing nothing,
/// as it may, but no backend loses records within a test.
struct SnapshotStoreConformance<Store: SnapshotStore & ~Copyable> {
  private let make: () throws -> Store

  /// Runs the whole suite on stores that `make` gives, each of them empty.
  static func check(_ make: @escaping () throws -> Store) throws {
    let suite = Self(make: make)
    try suite.anEmptyStoreHasNothing()
    try suite.whatIsPutIsThere()
    try suite.theFirstRecordOfAKeyStays()
    try suite.whatIsRemovedIsGone()
    try suite.eachPartOfAKeyCounts()
    try suite.keysAscend()
    try suite.anyNameOfAStreamIsTaken()
    try suite.anyBytesAreKept()
    try suite.itAgreesWithAModel()
  }

  private func anEmptyStoreHasNothing() throws {
    var store = try make()
    let key = try key("a", 1)
    #expect(try store.keys(of: key.stream).isEmpty)
    #expect(try store.load(key) == nil)
    #expect(try !store.remove(key))
  }

  private func whatIsPutIsThere() throws {
    var store = try make()
    let key = try key("a", 1)
    #expect(try store.put([1, 2, 3], for: key))
    #expect(try store.load(key) == [1, 2, 3])
    #expect(try store.keys(of: key.stream) == [key])
  }

  private func theFirstRecordOfAKeyStays() throws {
    var store = try make()
    let key = try key("a", 1)
    #expect(try store.put([1], for: key))
    #expect(try !store.put([2, 2], for: key))
    #expect(try !store.put([1], for: key))
    #expect(try store.load(key) == [1])
  }

  private func whatIsRemovedIsGone() throws {
    var store = try make()
    let (key, other) = (try key("a", 1), try key("a", 2))
    #expect(try store.put([1], for: key))
    #expect(try store.put([2], for: other))
    #expect(try store.remove(key))
    #expect(try !store.remove(key))
    #expect(try store.load(key) == nil)
    #expect(try store.keys(of: key.stream) == [other])
    #expect(try store.put([3], for: key))
    #expect(try store.load(key) == [3])
  }

  private func eachPartOfAKeyCounts() throws {
    var store = try make()
    let keys = try [
      key("a", 1), key("b", 1), key("a", 2), key("a", 1, schema: 2), key("a", 1, reducer: 2),
      key("a", .max, schema: .max, reducer: .max), key("a", 1 << 40, schema: 0, reducer: 0),
    ]
    for (index, key) in keys.enumerated() { #expect(try store.put([UInt8(index)], for: key)) }
    for (index, key) in keys.enumerated() {
      let bytes = try store.load(key)
      #expect(bytes == [UInt8(index)], "\(key)")
    }
    let listed = try store.keys(of: name("a"))
    #expect(listed == keys.filter { $0.stream.text == "a" }.sorted())
    #expect(try store.keys(of: name("b")) == [keys[1]])
  }

  private func keysAscend() throws {
    var store = try make()
    // As texts these would stand in another order.
    let versions: [UInt64] = [10, 9, 100, 1, .max, 1 << 32, 256, 255]
    for version in versions { #expect(try store.put([0], for: key("a", version))) }
    #expect(try store.keys(of: name("a")).map(\.version) == versions.sorted())
  }

  private func anyNameOfAStreamIsTaken() throws {
    var store = try make()
    let names =
      [
        ".", "..", "/", "a/b", "a/../b", "%61", "a", "A", "a ", " a", "'; DROP TABLE snapshots; --",
        "e\u{301}", "\u{E9}", "\0", "a\0", "\n", "a+", "*", "日本語", ":{}", "a_b", "a%b", "a}:b",
        "C)",
        "{a}", "\\x61", "a''", "\u{10FFFF}",
      ]
      + [String(repeating: "x", count: 255), String(repeating: "x", count: 254)]
      + [String(repeating: "/", count: 255), String(repeating: "é", count: 127)]
    for (index, text) in names.enumerated() {
      #expect(try store.put([UInt8(index)], for: key(text, 1)), "\(text)")
    }
    for (index, text) in names.enumerated() {
      let key = try key(text, 1)
      let (bytes, keys) = (try store.load(key), try store.keys(of: key.stream))
      #expect(bytes == [UInt8(index)], "\(text)")
      #expect(keys == [key], "\(text)")
    }
  }

  private func anyBytesAreKept() throws {
    var store = try make()
    var random = SplitMix64(seed: 1)
    let records = [[], [0], Array(0...255), randomBytes(100_000, &random)] as [[UInt8]]
    for (index, record) in records.enumerated() {
      #expect(try store.put(record, for: key("a", UInt64(index + 1))))
    }
    for (index, record) in records.enumerated() {
      let bytes = try store.load(key("a", UInt64(index + 1)))
      #expect(bytes == record)
    }
  }

  private func itAgreesWithAModel() throws {
    for seed in UInt64(0)..<4 {
      var random = SplitMix64(seed: seed)
      var store = try make()
      var model: [SnapshotKey: [UInt8]] = [:]
      for step in 0..<60 {
        let key = try key(
          random.below(2) == 0 ? "a" : "b", random.below(6), schema: UInt32(random.below(2)))
        switch random.below(4) {
        case 0:
          let wasThere = try store.remove(key)
          #expect(wasThere == (model.removeValue(forKey: key) != nil), "seed \(seed), step \(step)")
        case 1:
          let keys = try store.keys(of: key.stream)
          let expected = model.keys.filter { $0.stream == key.stream }.sorted()
          #expect(keys == expected, "seed \(seed), step \(step)")
        default:
          let record = randomBytes(Int(random.below(20)), &random)
          let isStored = try store.put(record, for: key)
          #expect(isStored == (model[key] == nil), "seed \(seed), step \(step)")
          if isStored { model[key] = record }
        }
        let bytes = try store.load(key)
        #expect(bytes == model[key], "seed \(seed), step \(step)")
      }
    }
  }
}

/// What is tried with stores of each kind, beside the suite.
enum StoreTrials {
  /// Has stores of one place put records under the same keys at the same time.
  static func race<Store: SnapshotStore & Sendable>(_ open: () throws -> Store) async throws {
    let stores = [try open(), try open(), try open()]
    for version in UInt64(1)...10 {
      let key = try key("race", version)
      let winners = try await withThrowingTaskGroup(of: UInt8?.self) { group in
        for writer in UInt8(0)..<6 {
          let store = stores[Int(writer) % stores.count]
          group.addTask {
            var mine = store
            return try mine.put([writer], for: key) ? writer : nil
          }
        }
        var winners: [UInt8] = []
        for try await winner in group { if let winner { winners.append(winner) } }
        return winners
      }
      #expect(winners.count == 1, "version \(version)")
      for store in stores {
        let record = try store.load(key)
        #expect(record == winners, "version \(version)")
      }
    }
    #expect(try stores[0].keys(of: name("race")).map(\.version) == Array(1...10))
  }

  /// Drives an aggregate through a random history, over stores that `open` gives anew each time.
  static func history<Store: SnapshotStore>(_ seed: UInt64, _ open: () throws -> Store) throws {
    var random = SplitMix64(seed: seed)
    let (stream, log) = (try name("'\(seed)' \0{%}:ü"), MemoryEventLog())
    var events: [Int64] = []
    let configuration = SnapshotterConfiguration(
      policy: SnapshotPolicy(events: 7), chainRule: ChainRule(deltasMax: 3, deltaPercentMax: 400))
    for round in 0..<12 {
      var snapshotter = Snapshotter<Tally, _, _>(
        store: try open(), log: log, configuration: configuration)
      var rehydration = try snapshotter.rehydrate(stream)
      #expect(rehydration.state == Tally.sum(events), "seed \(seed), round \(round)")
      #expect(rehydration.report.storeFailures == 0, "seed \(seed), round \(round)")
      #expect(rehydration.report.ignored.isEmpty, "seed \(seed), round \(round)")
      for _ in 0..<random.below(6) {
        let more = (0...random.below(5)).map { _ in Int64(random.below(1_000)) - 500 }
        events += more
        try snapshotter.append(more, to: &rehydration.aggregate, now: Timestamp(nanoseconds: 1))
      }
      #expect(snapshotter.metrics.writesFailed == 0, "seed \(seed), round \(round)")
    }
    var reader = Snapshotter<Tally, _, _>(store: try open(), log: log)
    var replayer = Snapshotter<Tally, _, _>(store: MemorySnapshotStore(), log: log)
    for version in stride(from: UInt64(0), through: UInt64(events.count), by: 3) {
      let state = try reader.rehydrate(stream, upTo: version).state
      let replayed = try replayer.rehydrate(stream, upTo: version).state
      #expect(state == replayed, "seed \(seed), version \(version)")
    }
    #expect(reader.metrics.restoresFromSnapshot > 0, "seed \(seed)")
    #expect(replayer.metrics.restoresFromSnapshot == 0, "seed \(seed)")
  }

  /// Has `replace` damage a snapshot behind the store's back.
  static func damage<Store: SnapshotStore & Sendable>(
    _ store: Store, _ replace: (SnapshotKey, [UInt8]) throws -> Void
  ) throws {
    let (stream, log) = (try name("damage"), MemoryEventLog())
    var snapshotter = Snapshotter<Tally, _, _>(
      store: store, log: log,
      configuration: SnapshotterConfiguration(policy: SnapshotPolicy(events: 10)))
    let events = (1...10).map { Int64($0) }
    try snapshotter.append(events, to: stream, expecting: 0, now: Timestamp(nanoseconds: 1))
    let key = try #require(try store.keys(of: stream).first)
    let sound = try #require(try store.load(key))
    var flipped = sound
    flipped[sound.count / 2] ^= 1

    for damaged in [flipped, Array(sound.dropLast()), sound + [0], [], [0xFF, 0x00, 0x5C]] {
      try replace(key, damaged)
      #expect(try store.load(key) == damaged)
      #expect(try store.keys(of: stream) == [key])
      let rehydration = try snapshotter.rehydrate(stream)
      #expect(rehydration.state == Tally.sum(events))
      #expect(rehydration.report.source == .fullReplay)
      #expect(rehydration.report.ignored.map(\.key) == [key])
      #expect(rehydration.report.storeFailures == 0)
    }

    var rehydration = try snapshotter.rehydrate(stream)
    _ = snapshotter.snapshot(&rehydration.aggregate, now: Timestamp(nanoseconds: 1))
    #expect(snapshotter.metrics.repairs == 1)
    #expect(try store.load(key) == sound)
  }

  /// Puts records below and above a limit of 100 bytes.
  static func limit<Store: SnapshotStore>(_ store: consuming Store) throws {
    var store = store
    let key = try key("limit", 1)
    let long = [UInt8](repeating: 7, count: 101)
    let failure = #expect(throws: SnapshotStoreFailure.self) {
      _ = try store.put(long, for: key)
    }
    #expect(failure == .recordTooLong(bytes: 101, limitBytes: 100))
    #expect(try store.keys(of: key.stream).isEmpty)
    #expect(try store.put(Array(long.dropLast()), for: key))
    #expect(try store.load(key)?.count == 100)
  }
}

/// Sums in 32 places, and a number that tells the order of what was added.
enum Tally: EventSourced {
  struct State: Equatable, Sendable {
    var sums = [Int64](repeating: 0, count: 32)
    var trace: Int64 = 0
  }

  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("tally", ["added": 1])
  static var initialState: State { State() }

  static func apply(_ event: Int64, to state: inout State) {
    state.sums[Int(event & 31)] += event
    state.trace = state.trace &* 31 &+ event
  }

  static func encode(_ state: State) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in state.sums + [state.trace] { encode(number, into: &bytes) }
    return bytes
  }

  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> State {
    guard bytes.count == 33 * 8 else { throw .malformed(what: "tally", at: 0) }
    var state = State()
    for place in 0..<32 {
      state.sums[place] = try decodeEvent(bytes.extracting((8 * place)..<(8 * place + 8)))
    }
    state.trace = try decodeEvent(bytes.extracting((8 * 32)..<(8 * 33)))
    return state
  }

  static func encode(_ event: Int64, into bytes: inout [UInt8]) {
    for shift in stride(from: Int64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: event >> shift))
    }
  }

  static func decodeEvent(_ bytes: Span<UInt8>) throws(CodecFailure) -> Int64 {
    guard bytes.count == 8 else { throw .malformed(what: "number", at: 0) }
    var word: UInt64 = 0
    for index in 0..<8 { word |= UInt64(bytes[index]) << UInt64(8 * index) }
    return Int64(bitPattern: word)
  }

  /// What events add up to by the slow and obvious way.
  static func sum(_ events: [Int64]) -> State {
    events.reduce(into: State()) { apply($1, to: &$0) }
  }
}

// MARK: - Words for the tests

func name(_ text: String) throws -> StreamName { try StreamName(text) }

func key(
  _ stream: String, _ version: UInt64, schema: UInt32 = 1, reducer: UInt64 = 1
) throws -> SnapshotKey {
  SnapshotKey(
    stream: try name(stream), version: version, schemaVersion: schema, reducerFingerprint: reducer)
}

func randomBytes(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
  (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// The database's code of the failure of `body`; nil if it does not fail, or in another way.
func backendCode<Value>(_ body: () throws -> Value) -> String? {
  do {
    _ = try body()
    return nil
  } catch SnapshotStoreFailure.backend(let code, _) {
    return code
  } catch {
    return nil
  }
}

private func inFolder(_ body: (String) throws -> Void) throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-snapshots")
  defer { try? FileSystem.removeDirectory(folder) }
  try body(folder)
}

private func whileInFolder(_ body: (String) async throws -> Void) async throws {
  let folder = try FileSystem.makeTemporaryDirectory("omni-snapshots")
  defer { try? FileSystem.removeDirectory(folder) }
  try await body(folder)
}
