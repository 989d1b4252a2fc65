// The bids of an order book are what its events add up to. Snapshots make it quick to load; the
// events alone are the truth, so a snapshot that is damaged costs time and no answer.
import OmniSnapshotter
import OmniTime

/// The lots bid at each of 250 prices, one tick apart.
enum Bids: EventSourced {
  typealias Event = (tick: UInt8, lots: UInt8)

  static let schemaVersion: UInt32 = 1
  static let reducerFingerprint = ReducerFingerprint.of("bids", ["set": 1])
  static var initialState: [UInt8] { [UInt8](repeating: 0, count: 250) }

  static func apply(_ event: Event, to bids: inout [UInt8]) { bids[Int(event.tick)] = event.lots }

  static func encode(_ bids: [UInt8]) -> [UInt8] { bids }

  static func decodeState(_ bytes: Span<UInt8>) throws(CodecFailure) -> [UInt8] {
    guard bytes.count == 250 else { throw .malformed(what: "book of 250 prices", at: 0) }
    return bytes.indices.map { bytes[$0] }
  }

  static func encode(_ event: Event, into bytes: inout [UInt8]) {
    bytes += [event.tick, event.lots]
  }

  static func decodeEvent(_ bytes: Span<UInt8>) throws(CodecFailure) -> Event {
    guard bytes.count == 2, bytes[0] < 250 else { throw .malformed(what: "bid", at: 0) }
    return (bytes[0], bytes[1])
  }
}

let (log, store) = (MemoryEventLog(), MemorySnapshotStore())
let stream = try StreamName("BTC-EUR.bids")
var snapshotter = Snapshotter<Bids, _, _>(
  store: store, log: log, configuration: .init(policy: SnapshotPolicy(events: 500)))

var book = try snapshotter.rehydrate(stream).aggregate
for step in 0..<2_300 {
  let bid: Bids.Event = (UInt8(100 + step / 100 + step * 7 % 10), UInt8(1 + step * 13 % 90))
  let report = try snapshotter.append([bid], to: &book, now: Timestamp(nanoseconds: 0))
  guard case .written(let kind, let bytes, _) = report.snapshot else { continue }
  print("event \(report.version): snapshot of \(bytes) bytes, \(kind)")
}

@MainActor func load(_ occasion: String, upTo version: UInt64? = nil) throws {
  let loaded = try snapshotter.rehydrate(stream, upTo: version)
  let best = loaded.state.lastIndex { $0 > 0 } ?? 0
  let (report, flaws) = (loaded.report, loaded.report.ignoredCounts)
  print("\(occasion): best bid at tick \(best), \(report.replayedEvents) events, flaws: \(flaws)")
}
try load("loaded")
try load("as of event 1100", upTo: 1_100)
for key in store.keys(of: stream).suffix(1) {
  _ = try store.remove(key) && store.put([1, 2, 3], for: key)
}
try load("with the newest snapshot damaged")
let metrics = snapshotter.metrics
print("metrics: \(metrics.snapshotsWritten) written, \(metrics.replayedEvents) events replayed")
