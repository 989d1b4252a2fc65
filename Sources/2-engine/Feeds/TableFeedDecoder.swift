public import OmniCollections
public import OmniModel
import OmniMoney
public import OmniTime

/// Makes events of tables of quotes, trades or levels: comma-separated text with a header.
///
/// The header's names say what the table is: quotes (`bid`, `ask`, with or without sizes), trades
/// (`price`, `size` or `amount`), Tardis' changes of levels (`is_snapshot`) and its books of N levels.
/// Times are `ts_ms`, `ts_ns`, or `timestamp` with `local_timestamp` in milli-, micro- or nanoseconds by
/// their number of digits.
///
/// A quote whose price and size are both 0 says nothing of its side: tapes give one side a row. An empty
/// field says that the side is empty. Quotes without sizes have one lot. The exchange of a quote, where
/// a letter names it, is the event's `id`: such quotes are of their exchange, and not the best of all.
/// Changes of levels of one time of receipt are one message; since its end shows only in the next row,
/// the last event waits for it, or for ``finish(into:)``. Rows of other symbols than the one that was
/// given are passed over.
///
/// - Invariant: after an error the decoder and the events are as before.
/// - Complexity: O(bytes) a row, with no allocation.
public struct TableFeedDecoder: ~Copyable {
  let instrument: InstrumentID
  let grid: PriceGrid
  let isFiltering: Bool
  var columns: TableColumns?
  var fields = RowFields()
  var symbol: FeedSymbol
  var levels = GrowingBuffer<DepthLevel>(capacity: 64)
  /// An event whose message may go on.
  var waiting: MarketEvent?
  var isInSnapshot = false
  /// What is added to times of receipt.
  public var clockOffset: Interval
  /// What there was so far.
  public internal(set) var counts = FeedCounts()
  /// How far the recorder's clock is behind, as far as the rows show it.
  public private(set) var clock = ClockCorrection()

  /// Creates the decoder of `instrument`, whose prices and sizes are on `grid`.
  ///
  /// - Parameter symbol: Of which symbol rows are read; nil reads a table of one symbol.
  public init(
    instrument: InstrumentID, grid: PriceGrid, symbol: String? = nil,
    clockOffset: Interval = .zero
  ) {
    self.instrument = instrument
    self.grid = grid
    self.symbol = FeedSymbol(symbol)
    self.clockOffset = clockOffset
    isFiltering = symbol != nil
  }

  /// Appends the events of a row; the first row is the header.
  ///
  /// - Throws: What is wrong with the row; nothing is changed but ``FeedCounts/refused``.
  public mutating func decode(
    _ record: borrowing Span<UInt8>, line: Int = 0,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    let before = counts
    do throws(ScanFault) {
      try fields.split(record)
      if let columns {
        try take(record, columns, &events)
        counts.records += 1
        counts.events += events.count - count
      } else {
        try takeHeader(record)
      }
    } catch {
      events.removeAll(from: count)
      counts = before
      counts.refused += 1
      throw FeedError(error, line: line, record: record)
    }
  }

  /// Appends the event that waited for its message's end.
  public mutating func finish(into events: inout GrowingBuffer<MarketEvent>) {
    if var last = waiting {
      last.flags.insert(.last)
      events.append(last)
      counts.events += 1
      waiting = nil
    }
  }

  private mutating func takeHeader(_ bytes: borrowing Span<UInt8>) throws(ScanFault) {
    var names: [String] = []
    for index in 0..<fields.count {
      var name = ""
      for at in fields[index] { name.unicodeScalars.append(Unicode.Scalar(bytes[at])) }
      names.append(name)
    }
    guard let columns = TableColumns(header: names) else { throw ScanFault(.unknownFormat, 0) }
    self.columns = columns
  }

  // MARK: Rows

  private mutating func take(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns,
    _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    try fields.check(columns.count)
    if let column = columns.symbol, !symbol.matches(bytes, fields[column]) {
      guard isFiltering else { throw ScanFault(.otherInstrument, fields[column].lowerBound) }
      counts.others += 1
      return
    }
    if let column = columns.suspicious, try fields.letter(column, bytes) != 0x30 {
      throw ScanFault(.markedSuspicious, fields[column].lowerBound)
    }
    let times = try times(bytes, columns)
    switch columns.kind {
    case .quotes: try quote(bytes, columns, times, &events)
    case .trades: try trade(bytes, columns, times, &events)
    case .changes: try change(bytes, columns, times, &events)
    case .books: try book(bytes, columns, times, &events)
    }
    if let column = columns.symbol { symbol.learn(bytes, fields[column]) }
  }

  private mutating func times(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns
  ) throws(ScanFault) -> MarketTimes {
    let occurred = try instant(bytes, columns.occurred.column, columns.occurred.unit)
    var received = occurred
    if let column = columns.received {
      let (sum, overflow) = try instant(bytes, column.column, column.unit)
        .addingReportingOverflow(clockOffset.nanoseconds)
      guard !overflow else { throw ScanFault(.numberTooLarge, fields[column.column].lowerBound) }
      if sum < occurred { counts.raisedTimes += 1 }
      clock.add(differenceOf: sum - clockOffset.nanoseconds, occurred)
      received = max(occurred, sum)
    }
    return MarketTimes(
      occurredAt: Timestamp(nanoseconds: occurred), receivedAt: Timestamp(nanoseconds: received))
  }

  private func instant(
    _ bytes: borrowing Span<UInt8>, _ column: Int, _ unit: TableColumns.Unit
  ) throws(ScanFault) -> Int64 {
    let range = fields[column]
    let value = try Scan.integer(bytes, range)
    let factor: Int64
    switch (unit, range.count) {
    case (.nanoseconds, _), (.byDigits, 19): factor = 1
    case (.milliseconds, _), (.byDigits, 13): factor = 1_000_000
    case (.byDigits, 16): factor = 1_000
    default: throw ScanFault(.outOfRange, range.lowerBound)
    }
    return try Scan.scaled(value, by: factor, at: range.lowerBound)
  }
}
