import OmniDataProviders
import OmniMarketColumns
import OmniMarketData
import OmniMarketStore
import OmniModel
import OmniMoney
import OmniNumerics
import OmniPlatform
import OmniTime

/// Takes a table into a store of market data, and scans all columns of it, again and again.
public struct MarketStoreScan {
  /// How many rows are made when no table is named.
  public static let madeRowCount = 2_000_000
  /// How many rows are scanned at least, however few the table has.
  public static let scannedRowsMin = 20_000_000
  /// How many times that is done; the best counts.
  public static let runCount = 5

  private let path: String?

  /// Creates the benchmark.
  ///
  /// - Parameter path: a table of quotes, trades or bars, plain or compressed; nil for quotes that
  ///   walk at random.
  public init(path: String?) { self.path = path }

  /// Measures in a folder that is removed afterwards.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    try BenchmarkFolder.make { folder throws(BenchmarkFailure) in
      do throws(MarketStoreFailure) {
        var store = try MarketStore(writing: folder + "/store")
        guard let path else {
          var made = MadeQuotes(count: Self.madeRowCount)
          return try measure(&store, &made, [try Self.instrument("made")], nil)
        }
        if var table = try TickTable.open(path) {
          // The symbols of a table are known behind it; these are the first it may have.
          let names = try Self.symbols(path)
          let instruments = try names.map { name throws(MarketStoreFailure) in
            try Self.instrument(name)
          }
          return try measure(&store, &table, instruments, path)
        }
        return try bars(&store, path)
      } catch {
        throw .failed("\(error)")
      }
    }
  }

  private static func symbols(_ path: String) throws(MarketStoreFailure) -> [String] {
    guard var table = try TickTable.open(path) else { return [] }
    var rows: [MarketEvent] = []
    repeat {
      rows.removeAll(keepingCapacity: true)
      try table.read(into: &rows)
    } while !rows.isEmpty
    return table.symbols
  }

  private static func instrument(_ symbol: String) throws(MarketStoreFailure) -> StoredInstrument {
    try StoredInstrument(symbol: symbol, tick: TickTable.step, lot: TickTable.step)
  }

  private func bars(
    _ store: inout MarketStore, _ path: String
  ) throws(MarketStoreFailure) -> [Figure] {
    var options = ImportOptions()
    options.fallbackTerms = InstrumentTerms(
      tick: TickTable.step, lot: TickTable.step, currency: .usd, settlement: .cash,
      costs: .init(), volumeDecimals: 8)
    options.catalogue = InstrumentCatalogue([])
    options.aliases = [:]
    let result: ImportResult
    do throws(ImportError) {
      result = try BarImporter.importFile(path: path, options: options)
    } catch {
      throw .source("\(error)")
    }
    var instruments: [StoredInstrument] = []
    var bars: [Bar] = []
    for series in result.series {
      instruments.append(try StoredInstrument(series.instrument))
      bars += series.bars
    }
    var rows = MarketRowArray(bars)
    return try measure(&store, &rows, instruments, path)
  }

  private func measure<Source: MarketRowSource & ~Copyable>(
    _ store: inout MarketStore, _ source: inout Source, _ instruments: [StoredInstrument],
    _ path: String?
  ) throws(MarketStoreFailure) -> [Figure] where Source.Row: MarketTextRow {
    let origin = MarketStore.Origin(source: path ?? "made", knownAt: .epoch)
    let start = Machine.threadCPUNanoseconds
    let outcome = try store.take(&source, of: instruments, from: origin)
    let taking = Measurement(
      nanoseconds: max(1, Machine.threadCPUNanoseconds - start), allocations: 0)
    let stored = outcome.added.reduce(0) { $0 + $1.byteCount }
    let exported = try Self.exportedBytes(store, Source.Row.self)
    let plain =
      try path.map { path throws(MarketStoreFailure) in
        try Self.plainBytes(path)
      } ?? exported
    let scan = try scan(store, outcome.rows, Source.Row.self)
    return [
      Figure("rows", Double(outcome.rows), "rows in the store"),
      Figure("csv_bytes", Double(plain), "bytes of the table as plain text"),
      Figure("export_bytes", Double(exported), "bytes of the store's own text of the rows"),
      Figure("store_bytes", Double(stored), "bytes of the store's files"),
      Figure("bytes_per_row", Double(stored) / Double(outcome.rows), "bytes of the store a row"),
      Figure("ratio", Double(plain) / Double(stored), "how much smaller than the table"),
      Figure("take_rows_per_cpu_s", taking.perSecond(outcome.rows), "rows taken in a second"),
      Figure(
        "scan_rows_per_cpu_s", scan.perSecond,
        "rows a second of which every column is decoded and summed"),
      Figure("scan_allocations_per_block", scan.allocations, "requests for memory a block"),
      Figure(
        "resident_mib_max", Double(Machine.peakResidentBytes) / 1_048_576,
        "the most memory in use, MiB"),
    ]
  }

  private static func exportedBytes<Row: MarketTextRow>(
    _ store: borrowing MarketStore, _: Row.Type
  ) throws(MarketStoreFailure) -> Int {
    var bytes = 0
    for symbol in store.symbols {
      try store.lines(MarketStore.Selection(symbol), Row.self) { text, _ in bytes += text.count }
    }
    return bytes
  }

  private static func plainBytes(_ path: String) throws(MarketStoreFailure) -> Int {
    do throws(FileError) {
      var reader = try FileReader(path)
      var chunk: [UInt8] = []
      while try reader.next(&chunk) {}
      return reader.totalBytes
    } catch {
      throw .file(error)
    }
  }

  private func scan<Row: MarketRow>(
    _ store: borrowing MarketStore, _ rowCount: Int, _: Row.Type
  ) throws(MarketStoreFailure) -> (perSecond: Double, allocations: Double) {
    let rounds = max(1, (Self.scannedRowsMin + rowCount - 1) / rowCount)
    var best = 0.0  // statistic: rows a second
    var allocations = Double.infinity
    var expected: Int64?
    for _ in 0..<Self.runCount {
      var (total, rows, blocks) = (Int64(0), 0, 0)
      var failure: MarketStoreFailure?
      let measurement = Measurement.of {
        do throws(MarketStoreFailure) {
          for _ in 0..<rounds {
            for symbol in store.symbols {
              var scan: MarketScan<Row> = store.scan(symbol)
              while try scan.next() {
                for column in 0..<Row.rowKind.columnCount { total &+= scan.sum(column) }
                rows += scan.range.count
                blocks += 1
              }
            }
          }
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      guard rows == rounds * rowCount, expected ?? total == total else {
        throw .source("\(rows) rows with the sum \(total) came back")
      }
      expected = total
      best = max(best, measurement.perSecond(rows))
      allocations = min(allocations, Double(measurement.allocations) / Double(blocks))
    }
    return (best, allocations)
  }
}

/// Best bids and asks that walk at random, some milliseconds apart.
private struct MadeQuotes: MarketRowSource {
  private var random = SplitMix64(seed: 7)
  private var left: Int
  private var instant: Int64 = 1_767_225_600_000_000_000
  private var price: Int64 = 10_000_000

  init(count: Int) { left = count }

  mutating func read(into rows: inout [MarketEvent]) throws(MarketStoreFailure) {
    for _ in 0..<min(left, 4_096) {
      let word = random.next()
      instant += Int64(word & 63) * 1_000_000
      price += Int64(word >> 8 & 15) - 7
      let times = MarketTimes(
        occurredAt: Timestamp(nanoseconds: instant - Int64(word >> 12 & 1_023) * 1_000),
        receivedAt: Timestamp(nanoseconds: instant))
      let side: MarketEvent.BookSide = word >> 24 & 1 == 0 ? .bid : .ask
      let content = MarketEvent.Content(
        price: Price(ticks: side == .bid ? price : price + 5),
        size: Quantity(lots: Int64(word >> 32 & 255) * 10), flags: .last)
      rows.append(MarketEvent(.best, side, of: InstrumentID(0), at: times, content))
    }
    left -= min(left, 4_096)
  }
}
