import OmniBacktest
import OmniBus
import OmniEncoding
import OmniEvents
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniStorage
import OmniTestKit
import OmniTime
import Testing

@Suite("JournalPublisher")
struct JournalPublisherTests {
  typealias Publisher = JournalPublisher<MemoryJournalStore>

  /// A journal of several segments of a run that trades.
  static func journal() throws -> MemoryJournalDisk {
    var random = SeededRandom(seed: 4)
    var open: Int64 = 400_000
    let bars = (0..<900).map { number in
      let close = open + Int64.random(in: -4_000...4_000, using: &random)
      defer { open = close }
      return Bar(
        instrument: InstrumentID(0),
        closedAt: Timestamp(nanoseconds: Int64(number + 1) * 60_000_000_000),
        prices: OpenHighLowClose(
          open: Price(ticks: open), high: Price(ticks: max(open, close)),
          low: Price(ticks: min(open, close)), close: Price(ticks: close)), volume: 1)
    }
    let plan = RunPlan(
      instruments: [try InstrumentCatalogue.builtIn.instrument("btc-perp")],
      strategies: [
        .init(
          label: "cross", strategy: "ema-cross",
          parameters: [.init("fast", "1"), .init("slow", "2")],
          instruments: [InstrumentID(0)], capital: 10_000_000 * 100_000)
      ], policy: .omni, limits: .research, currency: .usdt)
    let disk = MemoryJournalDisk()
    let writer = try JournalWriter.create(
      MemoryJournalStore(disk), JournalConfiguration(segmentBytes: 65_536, runID: 1))
    var feed = SeriesFeed([bars])
    var finished = try Backtest.run(plan, over: &feed, journal: writer)
    if let journal = finished.takeJournal() { try journal.close() }
    return disk
  }

  @Test func `a bus gets every record once, in order, wherever the publisher was stopped`() throws {
    let disk = try Self.journal()
    var reader = JournalReader(MemoryJournalStore(disk))
    var wanted: [(kind: UInt16, time: Timestamp, words: [UInt64])] = []
    while let frame = try reader.next() {
      var words: [UInt64] = []
      while reader.remainingWords > 0 { words.append(try reader.take()) }
      wanted.append((frame.kind, frame.time, words))
    }
    #expect(wanted.count > 1_500 && disk.segments.count > 2)
    let bus = try Bus(try RingConfiguration(capacity: 4_096, recordBytes: 2_048))
    var listener = try bus.subscribe(policy: .block)
    var writer = try bus.makeWriter()
    var random = SeededRandom(seed: 8)
    var got = 0
    while true {
      // Each time as after a start: what the bus has had says where to go on.
      var publisher = try Publisher(MemoryJournalStore(disk), after: bus.published)
      #expect(publisher.recordCount == bus.published)
      let limit = Int.random(in: 1...400, using: &random)
      if try publisher.publish(on: &writer, limit: limit) == 0 {
        #expect(publisher.end == .sealed)
        break
      }
      #expect(publisher.recordCount == bus.published)
      try listener.poll(limit: 4_096) { header, payload in
        let bytes = (0..<payload.byteCount).map {
          unsafe payload.unsafeLoad(fromByteOffset: $0, as: UInt8.self)
        }
        let record = wanted[got]
        #expect(header.sequence == UInt64(got + 1) && header.timestamp == record.time)
        #expect(header.schema == BusSchema(record.kind) && bytes == WordArray(record.words).bytes)
        let event = try? EventPayload(header.schema, bytes)
        #expect(event?.topic == header.topic && event?.bytes == bytes)
        if case .node(let node)? = event, let order = node.order {
          #expect(header.key == order.value)
        }
        got += 1
      }
    }
    #expect(got == wanted.count)
    try bus.close()
  }

  @Test func `what a full bus refuses is published later, and nothing is left out`() throws {
    let disk = try Self.journal()
    let ring = try RingConfiguration(
      capacity: 64, recordBytes: 2_048, writerPatience: .milliseconds(1))
    let bus = try Bus(ring)
    var listener = try bus.subscribe(policy: .block)
    var writer = try bus.makeWriter()
    var publisher = try Publisher(MemoryJournalStore(disk))
    var (seen, refusals) = (UInt64(0), 0)
    while true {
      do throws(Publisher.Failure) {
        if try publisher.publish(on: &writer) == 0 { break }
      } catch {
        guard case .bus(.full) = error else { throw error }
        refusals += 1
        #expect(publisher.recordCount == bus.published)
      }
      try listener.poll(limit: 50) { header, _ in
        #expect(header.sequence == seen + 1)
        seen = header.sequence
      }
    }
    while seen < bus.published { try listener.poll { header, _ in seen = header.sequence } }
    #expect(refusals > 10 && seen == publisher.recordCount)
  }

  @Test func `a record that is unknown or too long is refused by number`() throws {
    func failure(_ kind: UInt16, words: Int) throws -> Publisher.Failure? {
      let disk = MemoryJournalDisk()
      var journal = try JournalWriter.create(
        MemoryJournalStore(disk), JournalConfiguration(segmentBytes: 131_072, runID: 1))
      for place in 0..<3 {
        _ = try journal.append(
          kind: place == 2 ? kind : RecordKind.barClosed.rawValue, version: 1, time: .epoch,
          payload: PreparedRecord([UInt64](repeating: 0, count: place == 2 ? words : 7)))
      }
      try journal.close()
      let bus = try Bus(try RingConfiguration(capacity: 64, recordBytes: 2_048))
      var writer = try bus.makeWriter()
      var publisher = try Publisher(MemoryJournalStore(disk))
      do throws(Publisher.Failure) {
        _ = try publisher.publish(on: &writer)
        return nil
      } catch {
        #expect(bus.published == 2)
        return error
      }
    }
    #expect(try failure(999, words: 1)?.code == "EVT-001")
    #expect(try failure(1, words: 9_000)?.code == "EVT-002")
    #expect(try failure(2, words: 7) == nil)
    #expect(throws: Publisher.Failure.self) {
      var publisher = try Publisher(MemoryJournalStore(MemoryJournalDisk()), after: 1)
      let bus = try Bus(try RingConfiguration(capacity: 64, recordBytes: 2_048))
      var writer = try bus.makeWriter()
      _ = try publisher.publish(on: &writer)
    }
  }
}
