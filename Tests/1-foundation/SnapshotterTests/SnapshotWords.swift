import OmniNumerics
import OmniSnapshotter
import OmniTime

// Words for the tests of this module.

func at(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds * 1_000_000_000) }

func name(_ text: String) throws -> StreamName { try StreamName(text) }

/// A shelf of numbered places, as a model: the order of events shows in the state.
struct Shelf: Equatable, Sendable {
  enum Event: Equatable, Sendable {
    case put(place: UInt8, count: Int32)
    case cleared(place: UInt8)
    case noted(text: [UInt8])
  }

  static let places = 64

  var counts = [Int64](repeating: 0, count: Self.places)
  var events: UInt64 = 0
  var trace: UInt64 = 0
  var note: [UInt8] = []

  mutating func apply(_ event: Event, factor: UInt64 = 31) {
    events += 1
    switch event {
    case .put(let place, let count):
      counts[Int(place)] += Int64(count)
      trace = trace &* factor &+ UInt64(place) &+ UInt64(bitPattern: Int64(count))
    case .cleared(let place):
      trace = trace &* factor &+ UInt64(bitPattern: counts[Int(place)]) &+ 1
      counts[Int(place)] = 0
    case .noted(let text):
      trace = trace &* factor &+ UInt64(text.count) &+ 2
      note = text
    }
  }

  var encoded: [UInt8] {
    var bytes = littleEndian(events) + littleEndian(trace)
    for count in counts { bytes += littleEndian(UInt64(bitPattern: count)) }
    return bytes + note
  }

  init() {}

  init(decoding bytes: Span<UInt8>) throws(CodecFailure) {
    let fixed = 16 + 8 * Self.places
    guard bytes.count >= fixed else { throw .truncated(at: bytes.count, wantedBytes: fixed) }
    events = word(bytes, at: 0)
    trace = word(bytes, at: 8)
    for place in 0..<Self.places {
      counts[place] = Int64(bitPattern: word(bytes, at: 16 + 8 * place))
    }
    for index in fixed..<bytes.count { note.append(bytes[index]) }
  }
}

extension Shelf.Event {
  func encode(into bytes: inout [UInt8]) {
    switch self {
    case .put(let place, let count):
      bytes.append(0)
      bytes.append(place)
      for shift in stride(from: Int32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: count >> shift))
      }
    case .cleared(let place):
      bytes.append(1)
      bytes.append(place)
    case .noted(let text):
      bytes.append(2)
      bytes.append(contentsOf: text)
    }
  }

  init(decoding bytes: Span<UInt8>) throws(CodecFailure) {
    guard bytes.count > 0 else { throw .truncated(at: 0, wantedBytes: 1) }
    switch (bytes[0], bytes.count) {
    case (0, 6):
      var count: UInt32 = 0
      for index in 0..<4 { count |= UInt32(bytes[2 + index]) << UInt32(8 * index) }
      self = .put(place: bytes[1], count: Int32(bitPattern: count))
    case (1, 2): self = .cleared(place: bytes[1])
    case (2, _):
      var text: [UInt8] = []
      for index in 1..<bytes.count { text.append(bytes[index]) }
      self = .noted(text: text)
    default: throw .malformed(what: "event of a shelf", at: 0)
    }
  }
}

/// What the versions of the shelf's model have in common.
protocol ShelfModel: EventSourced where State == Shelf, Event == Shelf.Event {}

extension ShelfModel {
  static var initialState: Shelf { Shelf() }
  static func apply(_ event: Shelf.Event, to state: inout Shelf) { state.apply(event) }
  static func encode(_ event: Shelf.Event, into bytes: inout [UInt8]) {
    event.encode(into: &bytes)
  }
  static func decodeEvent(_ bytes: Span<UInt8>) throws(CodecFailure) -> Shelf.Event {
    try Shelf.Event(decoding: bytes)
  }
}

/// The model as it was first.
enum ShelfOne: ShelfModel {
  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("shelf", ["put": 1])
  static func encode(_ state: Shelf) -> [UInt8] { state.encoded }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> Shelf {
    try Shelf(decoding: bytes)
  }
}

/// The model with two words before the state that were not there at first, and two upcasters.
enum ShelfThree: ShelfModel {
  static let schemaVersion: UInt32 = 3
  static let reducerFingerprint = ShelfOne.reducerFingerprint
  static var upcasters: Upcasters {
    Upcasters()
      .adding(from: 1) { state in littleEndian(0xAAAA) + state }
      .adding(from: 2) { state in littleEndian(0xBBBB) + state }
  }
  static func encode(_ state: Shelf) -> [UInt8] {
    littleEndian(0xBBBB) + littleEndian(0xAAAA) + state.encoded
  }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> Shelf {
    guard bytes.count > 16, word(bytes, at: 0) == 0xBBBB, word(bytes, at: 8) == 0xAAAA else {
      throw .malformed(what: "state of schema 3", at: 0)
    }
    return try Shelf(decoding: bytes.extracting(16..<bytes.count))
  }
}

/// The model whose step from schema 1 was never written.
enum ShelfWithoutStep: ShelfModel {
  static let schemaVersion: UInt32 = 3
  static let reducerFingerprint = ShelfOne.reducerFingerprint
  static var upcasters: Upcasters { Upcasters().adding(from: 2) { $0 } }
  static func encode(_ state: Shelf) -> [UInt8] { ShelfThree.encode(state) }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> Shelf {
    try ShelfThree.decodeState(bytes)
  }
}

/// The model that applies the same events in another way.
enum ShelfOtherwise: ShelfModel {
  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("shelf", ["put": 2])
  static func apply(_ event: Shelf.Event, to state: inout Shelf) {
    state.apply(event, factor: 37)
  }
  static func encode(_ state: Shelf) -> [UInt8] { state.encoded }
  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> Shelf {
    try Shelf(decoding: bytes)
  }
}

func littleEndian(_ word: UInt64) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
}

func word(_ bytes: Span<UInt8>, at place: Int) -> UInt64 {
  var word: UInt64 = 0
  for index in 0..<8 { word |= UInt64(bytes[place + index]) << (8 * UInt64(index)) }
  return word
}

func randomEvent(_ random: inout SplitMix64) -> Shelf.Event {
  switch random.below(10) {
  case 0: .cleared(place: UInt8(random.below(UInt64(Shelf.places))))
  case 1: .noted(text: randomBytes(Int(random.below(40)), &random))
  default:
    .put(
      place: UInt8(random.below(UInt64(Shelf.places))),
      count: Int32(random.below(2_000)) - 1_000)
  }
}

func randomEvents(_ count: Int, _ random: inout SplitMix64) -> [Shelf.Event] {
  (0..<count).map { _ in randomEvent(&random) }
}

func randomBytes(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
  (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}

/// What events add up to by the slow and obvious way: one after the other, without bytes.
func sum(_ events: some Sequence<Shelf.Event>) -> Shelf {
  var shelf = Shelf()
  for event in events { shelf.apply(event) }
  return shelf
}

/// Settings with a snapshot after each `events` events.
func every(
  _ events: UInt64, _ chainRule: ChainRule = .basesOnly, readLimit: EventBatch.Limit = .init()
) -> SnapshotterConfiguration {
  SnapshotterConfiguration(
    policy: SnapshotPolicy(events: events), chainRule: chainRule, readLimit: readLimit)
}

/// A store that refuses as often as it is told to.
struct FaultyStore: SnapshotStore {
  final class Faults {
    var reads = false
    var loads = false
    var writes = false
  }

  static let failure = SnapshotStoreFailure.backend(code: "57P01", reason: "shut down")

  let inner: MemorySnapshotStore
  let faults = Faults()

  func keys(of stream: StreamName) throws(SnapshotStoreFailure) -> [SnapshotKey] {
    if faults.reads { throw Self.failure }
    return inner.keys(of: stream)
  }

  func load(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> [UInt8]? {
    if faults.reads || faults.loads { throw Self.failure }
    return inner.load(key)
  }

  func put(_ record: [UInt8], for key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    if faults.writes { throw Self.failure }
    return try inner.put(record, for: key)
  }

  func remove(_ key: SnapshotKey) throws(SnapshotStoreFailure) -> Bool {
    if faults.writes { throw Self.failure }
    return inner.remove(key)
  }
}

extension MemorySnapshotStore {
  /// Puts `bytes` in the place of what is kept under `key`.
  func replace(_ key: SnapshotKey, with bytes: [UInt8]) throws {
    _ = remove(key)
    _ = try put(bytes, for: key)
  }
}
