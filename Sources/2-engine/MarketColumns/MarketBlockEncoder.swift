import OmniModel
import OmniTime

/// Collects rows and writes them as one block.
///
///     var encoder = MarketBlockEncoder<MarketEvent>()
///     try encoder.append(event)              // until it is full
///     let head = encoder.finish(into: &bytes)
///
/// Its memory is that of one block, taken once.
public struct MarketBlockEncoder<Row: MarketRow>: ~Copyable {
  private var rows: [Row] = []
  private var columns: [[Int64]]
  private var column = ColumnEncoder()

  /// Creates an encoder without rows.
  public init() {
    rows.reserveCapacity(MarketBlock.rowsMax)
    columns = Array(
      repeating: Array(repeating: 0, count: MarketBlock.rowsMax), count: Row.rowKind.columnCount)
  }

  /// How many rows wait.
  public var count: Int { rows.count }
  /// Whether no further row has room.
  public var isFull: Bool { rows.count == MarketBlock.rowsMax }
  /// The row that was taken last since the last block.
  public var last: Row? { rows.last }

  /// Takes a row.
  ///
  /// - Throws: `outOfOrder`, `mixedInstruments`, or `rowCount` if it is full; nothing is taken then.
  public mutating func append(_ row: Row) throws(MarketColumnsFailure) {
    guard !isFull else { throw .rowCount(rows.count + 1) }
    if let last = rows.last {
      guard last.instant <= row.instant else { throw .outOfOrder(row: rows.count) }
      guard last.instrument == row.instrument else { throw .mixedInstruments(row: rows.count) }
    }
    rows.append(row)
  }

  /// Forgets the rows that wait.
  public mutating func removeAll() { rows.removeAll(keepingCapacity: true) }

  /// Adds the rows as a block to `bytes`, and forgets them.
  ///
  /// - Throws: `rowCount` if there are none.
  /// - Complexity: O(rows), and the sorting of distinct values where they are few.
  @discardableResult
  public mutating func finish(
    into bytes: inout [UInt8]
  ) throws(MarketColumnsFailure) -> MarketBlock.Head {
    guard let first = rows.first, let last = rows.last else { throw .rowCount(0) }
    var (earliest, latest) = (first.occurrence, first.occurrence)
    for row in rows {
      earliest = min(earliest, row.occurrence)
      latest = max(latest, row.occurrence)
    }
    let start = bytes.count
    let kind = Row.rowKind
    MarketBlock.append(UInt64(MarketBlock.magic), 4, to: &bytes)
    bytes += [MarketBlock.version, kind.rawValue, UInt8(kind.columnCount), 0]
    MarketBlock.append(UInt64(rows.count), 4, to: &bytes)
    MarketBlock.append(0, 4, to: &bytes)
    for instant in [first.instant, last.instant, earliest, latest] {
      MarketBlock.append(UInt64(bitPattern: instant.nanoseconds), 8, to: &bytes)
    }
    for _ in 0..<kind.columnCount { MarketBlock.append(0, 4, to: &bytes) }
    let columnsStart = bytes.count
    split()
    for index in 0..<kind.columnCount {
      column.append(columns[index], count: rows.count, to: &bytes)
      MarketBlock.put(
        UInt64(bytes.count - columnsStart), 4, at: start + MarketBlock.headBytes + index * 4,
        of: &bytes)
    }
    MarketBlock.append(0, 4, to: &bytes)
    MarketBlock.put(UInt64(bytes.count + 4 - start), 4, at: start + 12, of: &bytes)
    MarketBlock.seal(from: start, &bytes)
    let head = MarketBlock.Head(
      rows: kind, rowCount: rows.count, byteCount: bytes.count - start, first: first.instant,
      last: last.instant, earliest: earliest, latest: latest, columnCount: kind.columnCount)
    removeAll()
    return head
  }

  private mutating func split() {
    // Of its own, since a value lends all of itself or nothing.
    let rows = rows
    Row.split(rows.span, into: &columns)
  }
}
