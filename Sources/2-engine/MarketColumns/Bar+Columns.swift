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
    var last = columns[6][0]
    var areBars = true
    for index in 0..<count {
      let open = last &+ columns[1][index]
      let close = open &+ columns[2][index]
      let high = max(open, close) &+ columns[3][index]
      let low = min(open, close) &- columns[4][index]
      areBars =
        areBars && high >= max(open, close) && low <= min(open, close) && columns[5][index] >= 0
      columns[1][index] = open
      columns[2][index] = close
      columns[3][index] = high
      columns[4][index] = low
      last = close
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
