import OmniNumerics
import OmniSnapshotter
import Testing

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
        "e\u{301}", "\u{E9}", "\0", "a\0", "\n", "a+", "*", "日本語", ":{}", "a_b", "a%b",
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

  private func key(
    _ stream: String, _ version: UInt64, schema: UInt32 = 1, reducer: UInt64 = 1
  ) throws -> SnapshotKey {
    SnapshotKey(
      stream: try name(stream), version: version, schemaVersion: schema,
      reducerFingerprint: reducer)
  }
}
