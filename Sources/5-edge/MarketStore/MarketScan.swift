public import OmniMarketColumns
public import OmniModel
import OmniTime

/// Goes through the rows of one instrument block by block, in memory that does not grow with them.
///
///     var scan: MarketScan<MarketEvent> = store.scan("btcusdt")
///     while try scan.next() { total &+= scan.sum(EventColumn.size.rawValue) }
public struct MarketScan<Row: MarketRow>: ~Copyable {
  private let paths: [String]
  private let from: Timestamp
  private let to: Timestamp
  private var file = 0
  private var block = 0
  private var reader: PartitionReader<Row>?
  /// The present block.
  public private(set) var rows = MarketRows<Row>()
  /// Which rows of the present block are meant.
  public private(set) var range = 0..<0
  /// What the rows of the present block are of.
  public private(set) var instrument: StoredInstrument?

  init(_ paths: [String], from: Timestamp, to: Timestamp) {
    self.paths = paths
    self.from = from
    self.to = to
  }

  /// Goes to the next block that has rows of the span; false at the end.
  public mutating func next() throws(MarketStoreFailure) -> Bool {
    while true {
      guard let count = reader?.blockCount else {
        guard file < paths.count else { return false }
        let opened = try PartitionReader<Row>(paths[file])
        block = opened.firstBlock(from: from)
        instrument = opened.header.instrument
        reader = consume opened
        continue
      }
      guard block < count else {
        reader = nil
        file += 1
        continue
      }
      try reader?.read(block, into: &rows)
      block += 1
      let start = from == .distantPast ? 0 : rows.count(before: from)
      range = start..<max(start, rows.count(until: to))
      if !range.isEmpty { return true }
      // Rows ascend, so what follows is later still.
      block = count
    }
  }

  /// The row at `index` of the present block, as one of `instrument`.
  ///
  /// - Precondition: `index` lies in ``range``.
  public func row(_ index: Int, of instrument: InstrumentID) -> Row {
    rows.row(index, of: instrument)
  }

  /// The sum of a column over ``range``, modulo 2⁶⁴.
  public func sum(_ column: Int) -> Int64 {
    if range.count == rows.count { return rows.sum(column) }
    var sum: Int64 = 0
    for index in range { sum &+= rows.value(column, index) }
    return sum
  }
}
