import OmniBacktest
import OmniEncoding
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniStorage
import OmniTestKit
import OmniTime

/// Words for runs and their journals.
enum RunWords {
  static let minute: Int64 = 60_000_000_000

  /// Bars of `closes` in ticks, one a minute; each opens where the one before closed.
  static func bars(_ closes: [Int64]) -> [Bar] {
    bars(closes, at: closes.indices.map { Int64($0 + 1) * minute })
  }

  /// Bars of `closes` in ticks that close at `times`.
  static func bars(_ closes: [Int64], at times: [Int64]) -> [Bar] {
    var open = closes.first ?? 0
    return zip(closes, times).map { close, time in
      defer { open = close }
      return Bar(
        instrument: InstrumentID(0), closedAt: Timestamp(nanoseconds: time),
        prices: OpenHighLowClose(
          open: Price(ticks: open), high: Price(ticks: max(open, close)),
          low: Price(ticks: min(open, close)), close: Price(ticks: close)), volume: 0)
    }
  }

  /// Closes that wander.
  static func walk(_ count: Int, seed: UInt64) -> [Int64] {
    var random = SeededRandom(seed: seed)
    var price: Int64 = 400_000
    return (0..<count).map { _ in
      price += Int64.random(in: -900...900, using: &random)
      return price
    }
  }

  /// One cross of averages over one and two bars, with 10,000 USDT.
  static func plan() throws -> RunPlan {
    RunPlan(
      instruments: [try InstrumentCatalogue.builtIn.instrument("btc-perp")],
      strategies: [
        .init(
          label: "cross", strategy: "ema-cross",
          parameters: [.init("fast", "1"), .init("slow", "2")],
          instruments: [InstrumentID(0)], capital: usdt(10_000_000))
      ],
      policy: .omni, limits: .research, currency: .usdt)
  }

  /// Thousandths of a dollar in minor units.
  static func usdt(_ thousandths: Int128) -> Int128 { thousandths * 100_000 }

  static func run(_ bars: [Bar]) throws -> Backtest.Outcome {
    var feed = SeriesFeed([bars])
    return try Backtest.run(try plan(), over: &feed, journal: NullJournal()).outcome
  }

  // MARK: Journals

  /// A journal of a run in memory, and what came of the run.
  static func journaled(_ bars: [Bar]) throws -> (disk: MemoryJournalDisk, Backtest.Outcome) {
    let disk = MemoryJournalDisk()
    var feed = SeriesFeed([bars])
    var finished = try Backtest.run(try plan(), over: &feed, journal: try writer(disk))
    if let journal = finished.takeJournal() { try journal.close() }
    return (disk, finished.outcome)
  }

  static func writer(_ disk: MemoryJournalDisk) throws -> JournalWriter<MemoryJournalStore> {
    try JournalWriter.create(
      MemoryJournalStore(disk), JournalConfiguration(segmentBytes: 1 << 20, runID: 1))
  }

  /// A record as its words.
  struct Record {
    var kind: UInt16
    var time: Timestamp
    var words: [UInt64]
  }

  /// Every record of a journal.
  static func records(_ disk: MemoryJournalDisk) throws -> [Record] {
    var reader = JournalReader(MemoryJournalStore(disk))
    var records: [Record] = []
    while let frame = try reader.next() {
      var words: [UInt64] = []
      while reader.remainingWords > 0 { words.append(try reader.take()) }
      records.append(Record(kind: frame.kind, time: frame.time, words: words))
    }
    return records
  }

  /// A closed journal of `records`, with checksums that are right.
  static func journal(of records: [Record]) throws -> MemoryJournalDisk {
    let disk = MemoryJournalDisk()
    var writer = try writer(disk)
    for record in records {
      _ = try writer.append(
        kind: record.kind, version: 1, time: record.time, payload: PreparedRecord(record.words))
    }
    try writer.close()
    return disk
  }

  static func replay(_ disk: MemoryJournalDisk) throws(Replay.Failure) -> Replay.Result {
    try Replay.run(MemoryJournalStore(disk))
  }

  static func verify(_ disk: MemoryJournalDisk) throws(Replay.Failure) -> Replay.Result {
    try Replay.verify(MemoryJournalStore(disk), against: MemoryJournalStore(disk))
  }

  /// The code and the line of what `body` throws, or nothing.
  static func refusal(_ body: () throws(Replay.Failure) -> Replay.Result) -> String? {
    do throws(Replay.Failure) {
      _ = try body()
      return nil
    } catch {
      return "\(error.code) \(error)"
    }
  }
}
