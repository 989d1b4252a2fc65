import OmniCollections
import OmniFeeds
public import OmniModel
import OmniMoney
import OmniPlatform
public import OmniTickVenue
public import OmniTime

/// A recording of Binance's streams, decoded into memory: levels and trades of one instrument.
///
/// Best prices (`bookTicker`) are left out, as the peer's converter leaves them out: the levels say
/// the same, later. Times of receipt are corrected by the one offset that lets nothing be heard before
/// it happened.
public struct RecordedTicks: ~Copyable {
  /// The most bytes of a recording, unpacked.
  public static let bytesMax = 1 << 32

  /// The events.
  public let tape: TickTape
  /// The instrument: a tick of 0.1, a lot of 0.001.
  public let instrument: Instrument
  /// When the first record of the recording happened, or nil if it does not say so: from there the
  /// peer counts its steps, also where the record is an update that no snapshot carries.
  public let start: Timestamp?

  /// Reads a recording, packed by gzip or zstd or not at all.
  public init(path: String) throws(BenchmarkFailure) {
    let instrument = try Self.perpetual()
    let bytes = try Self.bytes(path)
    let events = try Self.events(bytes, path, instrument)
    self.instrument = instrument
    start = Self.firstMatch(bytes)
    tape = TickTape(events)
  }

  private static func bytes(_ path: String) throws(BenchmarkFailure) -> [UInt8] {
    do throws(FileError) {
      var reader = try FileReader(path)
      return try reader.readAll(limit: bytesMax)
    } catch {
      throw .failed(error.description)
    }
  }

  /// The number of milliseconds after the first `"T":` of the first line.
  private static func firstMatch(_ bytes: [UInt8]) -> Timestamp? {
    let line = bytes.prefix { $0 != 0x0A }
    let name = Array("\"T\":".utf8)
    for index in line.indices.dropLast(name.count)
    where line[index..<index + name.count].elementsEqual(name) {
      let digits = line[(index + name.count)...].prefix { (0x30...0x39).contains($0) }.prefix(15)
      if digits.isEmpty { return nil }
      let milliseconds = digits.reduce(0 as Int64) { $0 * 10 + Int64($1 - 0x30) }
      return Timestamp(nanoseconds: milliseconds * 1_000_000)
    }
    return nil
  }

  private static func perpetual() throws(BenchmarkFailure) -> Instrument {
    do {
      return try InstrumentCatalogue.builtIn.instrument("btc-perp")
    } catch {
      throw .failed("\(error)")
    }
  }

  private static func events(
    _ bytes: [UInt8], _ path: String, _ instrument: Instrument
  ) throws(BenchmarkFailure) -> GrowingBuffer<MarketEvent> {
    let events: GrowingBuffer<MarketEvent>
    do {
      events = try decode(bytes, instrument, try clockOffset(bytes, instrument))
    } catch {
      throw .failed("\(path): \(error)")
    }
    if events.isEmpty { throw .failed("\(path): no event of levels or trades in it") }
    return events
  }

  /// Calls `body` with each line and its number.
  private static func forEachLine(
    _ bytes: [UInt8], _ body: (borrowing Span<UInt8>, Int) throws -> Void
  ) rethrows {
    var start = 0
    var number = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      number += 1
      if end > start { try body(bytes.span.extracting(start..<end), number) }
      start = end + 1
    }
  }

  private static func grid(_ instrument: Instrument) -> PriceGrid {
    PriceGrid(tick: instrument.terms.tick, lot: instrument.terms.lot)
  }

  /// What is to be added to the times of receipt of the events that are kept.
  private static func clockOffset(_ bytes: [UInt8], _ instrument: Instrument) throws -> Interval {
    var decoder = BinanceDecoder(instrument: InstrumentID(0), grid: grid(instrument))
    var events = GrowingBuffer<MarketEvent>()
    var correction = ClockCorrection()
    try forEachLine(bytes) { line, number in
      events.removeAll()
      try decoder.decode(line, line: number, into: &events)
      var received: Int64 = 0
      var index = 0
      while index < line.count, (0x30...0x39).contains(line[index]) {
        received = received * 10 + Int64(line[index] - 0x30)
        index += 1
      }
      for index in events.indices where events[index].kind != .best {
        correction.add(
          received: Timestamp(nanoseconds: received), occurred: events[index].occurredAt)
      }
    }
    return correction.offset
  }

  private static func decode(
    _ bytes: [UInt8], _ instrument: Instrument, _ offset: Interval
  ) throws -> GrowingBuffer<MarketEvent> {
    var decoder = BinanceDecoder(
      instrument: InstrumentID(0), grid: grid(instrument), clockOffset: offset)
    var kept = GrowingBuffer<MarketEvent>(capacity: 1 << 16)
    var events = GrowingBuffer<MarketEvent>()
    try forEachLine(bytes) { line, number in
      events.removeAll()
      try decoder.decode(line, line: number, into: &events)
      for index in events.indices where events[index].kind != .best { kept.append(events[index]) }
    }
    return kept
  }
}
