import OmniCollections
import OmniFeeds
public import OmniModel
import OmniMoney
import OmniPlatform
public import OmniTickVenue
import OmniTime

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

  /// Reads a recording, packed by gzip or zstd or not at all.
  public init(path: String) throws(BenchmarkFailure) {
    do {
      instrument = try InstrumentCatalogue.builtIn.instrument("btc-perp")
      var reader = try FileReader(path)
      let bytes = try reader.readAll(limit: Self.bytesMax)
      let offset = try Self.clockOffset(bytes, instrument)
      let events = try Self.decode(bytes, instrument, offset)
      guard !events.isEmpty else {
        throw BenchmarkFailure.failed("\(path): no event of levels or trades in it")
      }
      tape = TickTape(events)
    } catch let failure as BenchmarkFailure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
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
