import OmniMarketColumns
import OmniMarketStore
import OmniModel
import OmniMoney
import OmniPlatform
import OmniTestKit
import OmniTime

// Words for the tests of this module.

/// Midnight of 2026-01-01.
let newYear: Int64 = 1_767_225_600_000_000_000

func instant(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }

func instrument(_ symbol: String) throws(MarketStoreFailure) -> StoredInstrument {
  try StoredInstrument(
    symbol: symbol, tick: FixedDecimal(coefficient: 5, scale: 2),
    lot: FixedDecimal(coefficient: 1, scale: 3), volumeDecimals: 4)
}

/// Events that walk at random, evenly spread over some days from 2026-01-01 on.
func walk(_ count: Int, seed: UInt64, days: Int = 1, of instrument: UInt32 = 0) -> [MarketEvent] {
  var random = SeededRandom(seed: seed)
  let step = Int64(days) * 86_400_000_000_000 / Int64(count + 1)
  var price: Int64 = 50_000
  return (0..<count).map { index in
    price += random.within(-3...3)
    let received = newYear + Int64(index) * step + random.within(0...(step / 2))
    let times = MarketTimes(
      occurredAt: instant(received - random.within(0...1_000)), receivedAt: instant(received))
    let content = MarketEvent.Content(
      price: Price(ticks: price), size: Quantity(lots: random.within(0...900)),
      id: UInt64(index), flags: .last)
    return MarketEvent(
      .level, random.pick([.bid, .ask]), of: InstrumentID(instrument), at: times, content)
  }
}

func bar(day: Int, close: Int64) -> Bar {
  Bar(
    instrument: InstrumentID(0), closedAt: instant(newYear + Int64(day) * 86_400_000_000_000),
    prices: OpenHighLowClose(
      open: Price(ticks: 100), high: Price(ticks: max(100, close) + 2),
      low: Price(ticks: min(100, close) - 1), close: Price(ticks: close)), volume: 12_345)
}

func take<Row: MarketRow>(
  _ rows: [Row], _ store: inout MarketStore, at knownAt: Int64
) throws(MarketStoreFailure) -> MarketStore.Outcome {
  var source = MarketRowArray(rows)
  return try store.take(
    &source, of: [try instrument("btc")], from: .init(source: "test", knownAt: instant(knownAt)))
}

/// The rows of a store, each as one of instrument 0.
func all<Row: MarketRow>(
  _ store: borrowing MarketStore, _ symbol: String = "btc", from: Timestamp = .distantPast,
  to: Timestamp = .distantFuture, asOf knowledge: Timestamp? = nil
) throws(MarketStoreFailure) -> [Row] {
  var scan: MarketScan<Row> = store.scan(symbol, from: from, to: to, asOf: knowledge)
  var rows: [Row] = []
  while try scan.next() {
    rows += scan.range.map { scan.row($0, of: InstrumentID(0)) }
  }
  return rows
}

/// The files of a store's only instrument, whatever state they are in.
func files(_ folder: String) throws(FileError) -> [String] {
  var files: [String] = []
  for kind in ["events", "bars"] where FileSystem.exists("\(folder)/btc/\(kind)") {
    files += try FileSystem.names(in: "\(folder)/btc/\(kind)").map { "btc/\(kind)/\($0)" }
  }
  return files
}

func inFolder(_ body: (String) throws -> Void) throws {
  let folder = try FileSystem.makeTemporaryDirectory("market-store")
  defer { try? FileSystem.removeDirectory(folder) }
  try body(folder)
}

func failure(_ body: () throws(MarketStoreFailure) -> Void) -> MarketStoreFailure? {
  do throws(MarketStoreFailure) {
    try body()
    return nil
  } catch {
    return error
  }
}
