import OmniEncoding
public import OmniModel
public import OmniTime

/// The rows of one block, as columns in memory that is taken once and used for block after block.
///
///     var rows = MarketRows<MarketEvent>()
///     let head = try rows.decode(bytes.span)
///     rows.withColumn(EventColumn.price.rawValue) { prices in … }
public struct MarketRows<Row: MarketRow>: ~Copyable {
  private var columns: [[Int64]]
  private var decoder = ColumnDecoder()
  /// How many rows there are.
  public private(set) var count = 0

  /// Creates no rows.
  public init() {
    columns = Array(
      repeating: Array(repeating: 0, count: MarketBlock.rowsMax + BitPacking.padding),
      count: Row.rowKind.columnCount)
  }

  /// Replaces the rows by those of the block at `offset` of `bytes`.
  ///
  /// - Throws: what is wrong with the block; there are no rows then.
  /// - Complexity: O(rows × columns), without allocation.
  @discardableResult
  public mutating func decode(
    _ bytes: Span<UInt8>, at offset: Int = 0
  ) throws(MarketColumnsFailure) -> MarketBlock.Head {
    count = 0
    let head = try MarketBlock.head(bytes, at: offset)
    guard head.rows == Row.rowKind else {
      throw .unsupported(version: MarketBlock.version, rows: head.rows.rawValue)
    }
    let start = offset + head.columnsStart
    let end = offset + head.byteCount - MarketBlock.tailBytes
    var columnStart = start
    for index in 0..<head.columnCount {
      let place = offset + MarketBlock.headBytes + index * 4
      let columnEnd = start + Int(MarketBlock.word(bytes, place, 4))
      guard columnEnd >= columnStart, columnEnd <= end else { throw .senseless(what: .columnEnds) }
      var target = columns[index].mutableSpan
      guard decoder.read(bytes, columnStart..<columnEnd, into: &target, count: head.rowCount) else {
        throw .senseless(what: .column(index))
      }
      columnStart = columnEnd
    }
    guard columnStart == end else { throw .senseless(what: .columnEnds) }
    guard Row.join(&columns, count: head.rowCount), columns[0][0] == head.first.nanoseconds,
      columns[0][head.rowCount - 1] == head.last.nanoseconds
    else { throw .senseless(what: .rows) }
    count = head.rowCount
    return head
  }

  /// The row at `index`, as one of `instrument`.
  ///
  /// - Precondition: `index` is from 0 to `count` - 1.
  public func row(_ index: Int, of instrument: InstrumentID) -> Row {
    precondition(index >= 0 && index < count, "a row of the block")
    return Row.row(index, of: instrument, in: columns)
  }

  /// The number in column `column` of the row at `index`.
  ///
  /// - Precondition: there are such a column and such a row.
  public func value(_ column: Int, _ index: Int) -> Int64 {
    precondition(index >= 0 && index < count, "a row of the block")
    return columns[column][index]
  }

  /// Calls `body` with the numbers of a column, one for each row.
  public func withColumn<Result, Failure: Error>(
    _ column: Int, _ body: (Span<Int64>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let numbers = columns[column]
    return try body(numbers.span.extracting(0..<count))
  }

  /// The sum of the numbers of a column, modulo 2⁶⁴.
  ///
  /// - Complexity: O(rows), without allocation.
  public func sum(_ column: Int) -> Int64 {
    let numbers = columns[column]
    let values = numbers.span
    var sum: Int64 = 0
    for index in 0..<count { sum &+= values[index] }
    return sum
  }

  /// How many rows were known at `instant`: those up to the last that is not later.
  ///
  /// - Complexity: O(log rows).
  public func count(until instant: Timestamp) -> Int {
    count { $0 <= instant.nanoseconds }
  }

  /// How many rows are earlier than `instant`.
  ///
  /// - Complexity: O(log rows).
  public func count(before instant: Timestamp) -> Int {
    count { $0 < instant.nanoseconds }
  }

  private func count(while isInside: (Int64) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isInside(columns[0][middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
