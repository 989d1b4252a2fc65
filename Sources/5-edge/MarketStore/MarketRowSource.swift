public import OmniMarketColumns

/// What hands rows over, some at a time: a recording, a table, a vendor.
///
/// This is the seam between whoever reads foreign files and the store. Rows of one instrument come in
/// the order of their instants; those of several may be mixed.
public protocol MarketRowSource<Row>: ~Copyable {
  /// What is handed over.
  associatedtype Row: MarketRow

  /// Adds the next rows to `rows`, some thousands at most; adding none says that there are no more.
  ///
  /// - Throws: `source` with the reason in the words of whoever knows it.
  mutating func read(into rows: inout [Row]) throws(MarketStoreFailure)
}

/// Hands over rows that are in memory.
public struct MarketRowArray<Row: MarketRow>: MarketRowSource {
  private let rows: [Row]
  private let chunk: Int
  private var index = 0

  /// Creates a source of `rows`.
  ///
  /// - Precondition: `chunk` is above zero.
  public init(_ rows: [Row], chunk: Int = 4_096) {
    precondition(chunk > 0, "at least one row at a time")
    self.rows = rows
    self.chunk = chunk
  }

  /// Adds the next rows.
  public mutating func read(into rows: inout [Row]) throws(MarketStoreFailure) {
    let end = min(index + chunk, self.rows.count)
    rows += self.rows[index..<end]
    index = end
  }
}
