public import OmniModel
import OmniMoney
public import OmniTime

/// The columns of bars, by their numbers.
public enum BarColumn: Int, CaseIterable, Sendable {
  /// Nanoseconds at which the bar closed.
  case closedAt
  /// The first price in ticks; packed as the difference to the close of the bar before.
  case open
  /// The last price; packed as the difference to the first.
  case close
  /// The highest price; packed as the difference to the higher of first and last.
  case high
  /// The lowest price; packed as the difference from it to the lower of first and last.
  case low
  /// The volume.
  case volume
  /// The first price of the block's first bar, which stands for the close before it.
  case origin
}

extension Bar: MarketRow {
  /// Rows are bars.
  public static var rowKind: MarketRowKind { .bars }
  /// When the bar closed.
  public var instant: Timestamp { closedAt }
  /// When the bar closed.
  public var occurrence: Timestamp { closedAt }

  /// Never: a bar does not say so.
  public var beginsGap: Bool { false }

  /// Writes `rows` into the first places of each column.
  public static func split(_ rows: Span<Self>, into columns: inout [[Int64]]) {
    guard !rows.isEmpty else { return }
    let origin = rows[0].open.ticks
    var last = origin
    for index in rows.indices {
      let row = rows[index]
      let (open, close) = (row.open.ticks, row.close.ticks)
      columns[0][index] = row.closedAt.nanoseconds
      columns[1][index] = open &- last
      columns[2][index] = close &- open
      columns[3][index] = row.high.ticks &- max(open, close)
      columns[4][index] = min(open, close) &- row.low.ticks
      columns[5][index] = row.volume
      columns[6][index] = origin
      last = close
    }
  }

  /// Sums the differences up, and looks whether each row is a bar.
  public static func join(_ columns: inout [[Int64]], count: Int) -> Bool {
    // Taken out, since an array in an array is made unique at each access.
    var (opens, closes): ([Int64], [Int64]) = ([], [])
    var (highs, lows): ([Int64], [Int64]) = ([], [])
    swap(&opens, &columns[1])
    swap(&closes, &columns[2])
    swap(&highs, &columns[3])
    swap(&lows, &columns[4])
    defer {
      swap(&opens, &columns[1])
      swap(&closes, &columns[2])
      swap(&highs, &columns[3])
      swap(&lows, &columns[4])
    }
    var open = opens.mutableSpan
    var close = closes.mutableSpan
    var high = highs.mutableSpan
    var low = lows.mutableSpan
    var last = columns[6][0]
    var areBars = columns[5].prefix(count).allSatisfy { $0 >= 0 }
    for index in 0..<count {
      let first = last &+ open[index]
      last = first &+ close[index]
      let (upper, lower) = (max(first, last), min(first, last))
      high[index] = upper &+ high[index]
      low[index] = lower &- low[index]
      areBars = areBars && high[index] >= upper && low[index] <= lower
      open[index] = first
      close[index] = last
    }
    return areBars
  }

  /// The bar in place `index`.
  public static func row(
    _ index: Int, of instrument: InstrumentID, in columns: [[Int64]]
  ) -> Self {
    Self(
      instrument: instrument, closedAt: Timestamp(nanoseconds: columns[0][index]),
      prices: OpenHighLowClose(
        open: Price(ticks: columns[1][index]), high: Price(ticks: columns[3][index]),
        low: Price(ticks: columns[4][index]), close: Price(ticks: columns[2][index])),
      volume: columns[5][index])
  }
}
