import OmniMarketColumns
import OmniMarketStore
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime
import Testing

@Suite("PartitionReader")
struct PartitionReaderTests {
  @Test func `a file that is cut off anywhere is refused`() throws {
    try inFolder { folder in
      let (path, bytes) = try smallFile(folder)
      for count in 0..<bytes.count {
        try FileSystem.replaceFile(path, with: Array(bytes[..<count]))
        let found = failure { () throws(MarketStoreFailure) in try readAll(path) }
        #expect(
          found?.code.hasPrefix("MST-00") == true, "\(count) bytes: \(String(describing: found))")
      }
      try FileSystem.replaceFile(path, with: bytes)
      #expect(failure { () throws(MarketStoreFailure) in try readAll(path) } == nil)
    }
  }

  @Test func `a bit that flips anywhere is noticed`() throws {
    try inFolder { folder in
      let (path, bytes) = try smallFile(folder)
      for place in bytes.indices {
        var flipped = bytes
        flipped[place] ^= 1 << UInt8(place % 8)
        try FileSystem.replaceFile(path, with: flipped)
        #expect(failure { () throws(MarketStoreFailure) in try readAll(path) } != nil, "\(place)")
      }
    }
  }

  @Test func `foreign files, later versions and other rows are told apart`() throws {
    try inFolder { folder in
      let (path, bytes) = try smallFile(folder)
      try FileSystem.replaceFile(path, with: [UInt8](repeating: 65, count: 500))
      #expect(
        failure { () throws(MarketStoreFailure) in try readAll(path) } == .foreign(path: path))
      var later = bytes
      later[8] = 2
      try FileSystem.replaceFile(path, with: later)
      #expect(
        failure { () throws(MarketStoreFailure) in try readAll(path) }
          == .unsupported(path: path, version: 2))
      try FileSystem.replaceFile(path, with: bytes)
      #expect(
        failure { () throws(MarketStoreFailure) in
          _ = try PartitionReader<Bar>(path)
        }?.code == "MST-003")
    }
  }

  @Test func `blocks are found by the instants of their rows`() throws {
    try inFolder { folder in
      var store = try MarketStore(writing: folder)
      let events = walk(40_000, seed: 8)
      _ = try take(events, &store, at: 1)
      let reader: PartitionReader<MarketEvent> = try store.open(store.partitions[0])
      #expect(reader.blockCount == 5)
      for place in [0, 8_191, 8_192, 20_000, 39_999] {
        let moment = events[place].receivedAt
        #expect(reader.firstBlock(from: moment) == place / 8_192)
        #expect(reader.lastBlock(until: moment) == place / 8_192)
      }
      #expect(reader.lastBlock(until: .distantPast) == nil)
      #expect(reader.firstBlock(from: .distantFuture) == 5)
    }
  }

  @Test func `the memory stays flat, however many rows are scanned`() throws {
    try inFolder { folder in
      var store = try MarketStore(writing: folder)
      var source = NoisySource(left: 600_000)
      _ = try store.take(
        &source, of: [try instrument("btc")], from: .init(source: "noise", knownAt: instant(1)))
      let bytes = store.partitions.reduce(0) { $0 + $1.byteCount }
      #expect(bytes > 12_000_000)
      _ = try scanned(store)
      let before = Machine.peakResidentBytes
      for _ in 0..<3 { #expect(try scanned(store) == 600_000) }
      #expect(Machine.peakResidentBytes - before < 32 << 20)
    }
  }
}

// MARK: - Words for the tests

private func smallFile(_ folder: String) throws -> (path: String, bytes: [UInt8]) {
  var store = try MarketStore(writing: folder)
  _ = try take(walk(30, seed: 6), &store, at: 1)
  let path = folder + "/" + store.partitions[0].file
  let file = try File(path, .read)
  return (path, try file.bytes(at: 0, count: try file.size()))
}

private func readAll(_ path: String) throws(MarketStoreFailure) {
  var reader = try PartitionReader<MarketEvent>(path)
  var rows = MarketRows<MarketEvent>()
  for block in 0..<reader.blockCount { try reader.read(block, into: &rows) }
}

private func scanned(_ store: borrowing MarketStore) throws(MarketStoreFailure) -> Int {
  var scan: MarketScan<MarketEvent> = store.scan("btc")
  var rows = 0
  while try scan.next() { rows += scan.range.count }
  return rows
}

/// Events that do not pack, so that a file is large soon.
private struct NoisySource: MarketRowSource {
  var left: Int
  private var random = SeededRandom(seed: 3)
  private var index: Int64 = 0

  init(left: Int) { self.left = left }

  mutating func read(into rows: inout [MarketEvent]) throws(MarketStoreFailure) {
    for _ in 0..<min(left, 4_096) {
      index += 1
      var event = noise
      event.receivedAt = instant(newYear + index * 1_000)
      event.occurredAt = event.receivedAt
      event.id = random.next()
      event.price = .init(ticks: Int64(bitPattern: random.next()))
      event.size = .init(lots: random.within(0...(1 << 50)))
      rows.append(event)
    }
    left -= min(left, 4_096)
  }

  private let noise = walk(1, seed: 1)[0]
}
