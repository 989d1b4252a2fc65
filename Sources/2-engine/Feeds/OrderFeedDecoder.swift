public import OmniCollections
public import OmniModel
import OmniMoney
public import OmniTime

/// Makes events of a market by order in text: one row for each change of one order.
///
/// The columns are `ts_ns,ts_recv_ns,action,side,price,size,order_id,flags,sequence`, as CME's feed is
/// given by Databento: A adds an order, C takes its size away, M gives it another price or size, R clears
/// the book, T is a trade with the side of whoever took, F the execution of an order that waited.
/// Flag 32 marks a snapshot and 128 the last row of a message.
///
/// In this form T and F do not change the book; the C or M behind them does. So that an execution is
/// not mistaken for a cancellation, an F waits for the C or M of its order in the same message: what
/// was executed becomes `orderExecuted`, and only the rest `orderReduced`. An M that is not exactly the
/// execution (an iceberg that shows its next part) becomes `orderChanged`. An F of an order that is not
/// in the book, since whoever took was not yet in it, makes no event; the trade says it.
/// An order that is changed keeps its turn if its price stays and its size does not grow.
///
/// - Invariant: after an error the decoder and the events are as before.
/// - Complexity: O(bytes) a row; it allocates only while its table of orders grows.
public struct OrderFeedDecoder: ~Copyable {
  /// The first line of a file.
  public static let header = "ts_ns,ts_recv_ns,action,side,price,size,order_id,flags,sequence"
  /// The executions of a message that can wait for their orders' changes.
  static let fillsMax = 65_536

  struct Fill: BitwiseCopyable {
    var order: UInt64
    var size: Int64
  }

  /// A row, read and checked.
  struct Row {
    var action: UInt8
    var side: MarketEvent.BookSide
    var price: Int64
    var size: Int64
    var order: UInt64
    var flags: Int64
    var sequence: UInt64
    var times: MarketTimes
  }

  private let instrument: InstrumentID
  private let grid: PriceGrid
  var fields = RowFields()
  var orders = OrderTable()
  var fills = GrowingBuffer<Fill>()
  /// What is added to times of receipt.
  public var clockOffset: Interval
  /// What there was so far.
  public private(set) var counts = FeedCounts()

  /// How many orders wait in the book.
  public var orderCount: Int { orders.count }

  /// Creates the decoder of `instrument`, whose prices and sizes are on `grid`.
  public init(instrument: InstrumentID, grid: PriceGrid, clockOffset: Interval = .zero) {
    self.instrument = instrument
    self.grid = grid
    self.clockOffset = clockOffset
  }

  /// Appends the events of a row; the header makes none.
  ///
  /// - Throws: What is wrong with the row; an order that is not in the book, or is in it already, is
  ///   `FED-018`. Nothing is changed but ``FeedCounts/refused``.
  public mutating func decode(
    _ record: borrowing Span<UInt8>, line: Int = 0,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    do throws(ScanFault) {
      try fields.split(record)
      if line <= 1, fields.count == 9, Scan.word(record, fields[0]) == 0x74_735F_6E73 {  // ts_ns
        counts.others += 1
      } else {
        try take(try row(record), &events)
      }
      counts.records += 1
      counts.events += events.count - count
    } catch {
      counts.refused += 1
      throw FeedError(error, line: line, record: record)
    }
  }

  private mutating func row(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Row {
    try fields.check(9)
    let action = try fields.letter(2, bytes)
    let side: MarketEvent.BookSide
    switch try fields.letter(3, bytes) {
    case 0x42: side = .bid  // B
    case 0x41: side = .ask  // A
    case 0x4E: side = .none  // N
    default: throw ScanFault(.malformed, fields[3].lowerBound)
    }
    var price: Int64 = 0
    if action != 0x52 || !fields[4].isEmpty {
      price = try grid.ticks.steps(bytes, fields[4], signed: true, off: .offTick)
    }
    let size = try grid.lots.steps(bytes, fields[5], off: .offLot)
    let occurred = try fields.integer(0, bytes)
    let raw = try fields.integer(1, bytes)
    let (received, overflow) = raw.addingReportingOverflow(clockOffset.nanoseconds)
    guard !overflow else { throw ScanFault(.numberTooLarge, fields[1].lowerBound) }
    return Row(
      action: action, side: side, price: price, size: size,
      order: UInt64(try fields.integer(6, bytes)), flags: try fields.integer(7, bytes),
      sequence: UInt64(try fields.integer(8, bytes)),
      times: MarketTimes(
        occurredAt: Timestamp(nanoseconds: occurred),
        receivedAt: Timestamp(nanoseconds: max(received, occurred))))
  }

  private mutating func take(
    _ row: Row, _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    switch row.action {
    case 0x41: try add(row, &events)  // A
    case 0x43: try cancel(row, &events)  // C
    case 0x4D: try modify(row, &events)  // M
    case 0x46: try fill(row)  // F
    case 0x54:  // T
      counts.trades += 1
      events.append(event(.trade, row, size: row.size, id: row.sequence, flags(row)))
    case 0x52:  // R
      counts.snapshots += 1
      orders.removeAll()
      events.append(event(.clear, row, size: 0, id: row.sequence, flags(row)))
    default: throw ScanFault(.unknownType, fields[2].lowerBound)
    }
    if row.times.receivedAt == row.times.occurredAt { counts.raisedTimes += 1 }
    if row.flags & 128 != 0 { fills.removeAll() }
  }

  private mutating func add(
    _ row: Row, _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    try checkSide(row)
    guard row.size > 0 else { throw ScanFault(.outOfRange, fields[5].lowerBound) }
    guard orders[row.order] == nil else { throw ScanFault(.unknownOrder, fields[6].lowerBound) }
    orders.set(row.order, .init(price: row.price, size: row.size, isAsk: row.side == .ask))
    _ = takeFill(of: row.order)
    counts.orders += 1
    events.append(event(.orderAdded, row, size: row.size, id: row.order, flags(row)))
  }

  private mutating func cancel(
    _ row: Row, _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    try checkSide(row)
    var order = try known(row)
    guard row.size > 0, row.size <= order.size else {
      throw ScanFault(.outOfRange, fields[5].lowerBound)
    }
    let executed = min(takeFill(of: row.order), row.size)
    order.size -= row.size
    if order.size == 0 { orders.remove(row.order) } else { orders.set(row.order, order) }
    counts.orders += 1
    if executed > 0 {
      let marks = flags(row, isLast: executed == row.size)
      events.append(event(.orderExecuted, row, size: executed, id: row.order, marks))
    }
    if row.size > executed {
      let rest = row.size - executed
      events.append(event(.orderReduced, row, size: rest, id: row.order, flags(row)))
    }
  }

  private mutating func modify(
    _ row: Row, _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    try checkSide(row)
    let order = try known(row)
    guard row.size > 0 else { throw ScanFault(.outOfRange, fields[5].lowerBound) }
    guard order.isAsk == (row.side == .ask) else {
      throw ScanFault(.contradiction, fields[3].lowerBound)
    }
    let executed = takeFill(of: row.order)
    orders.set(row.order, .init(price: row.price, size: row.size, isAsk: order.isAsk))
    counts.orders += 1
    let stays = row.price == order.price
    if executed > 0, stays, order.size - row.size == executed {
      events.append(event(.orderExecuted, row, size: executed, id: row.order, flags(row)))
    } else {
      let keeps = stays && row.size <= order.size && executed == 0
      let marks = flags(row, keepsTurn: keeps)
      events.append(event(.orderChanged, row, size: row.size, id: row.order, marks))
    }
  }

  private mutating func fill(_ row: Row) throws(ScanFault) {
    guard fills.count < Self.fillsMax else { throw ScanFault(.tooMany, fields[2].lowerBound) }
    fills.append(Fill(order: row.order, size: row.size))
  }

  /// What was executed of an order in this message and not yet told.
  private mutating func takeFill(of order: UInt64) -> Int64 {
    var size: Int64 = 0
    for index in fills.indices where fills[index].order == order {
      size = size.addingReportingOverflow(fills[index].size).partialValue
      fills[index].size = 0
    }
    return max(0, size)
  }

  private func known(_ row: Row) throws(ScanFault) -> OrderTable.Entry {
    guard let order = orders[row.order] else {
      throw ScanFault(.unknownOrder, fields[6].lowerBound)
    }
    return order
  }

  private func checkSide(_ row: Row) throws(ScanFault) {
    if row.side == .none { throw ScanFault(.contradiction, fields[3].lowerBound) }
  }

  /// Flags of the present row.
  private func flags(_ row: Row, isLast: Bool = true, keepsTurn: Bool = false) -> MarketEvent.Flags
  {
    var flags: MarketEvent.Flags = isLast && row.flags & 128 != 0 ? .last : []
    if row.flags & 32 != 0 { flags.insert(.snapshot) }
    if keepsTurn { flags.insert(.keepsTurn) }
    return flags
  }

  private func event(
    _ kind: MarketEvent.Kind, _ row: Row, size: Int64, id: UInt64, _ flags: MarketEvent.Flags
  ) -> MarketEvent {
    MarketEvent(
      kind, row.side, of: instrument, at: row.times,
      .init(price: Price(ticks: row.price), size: Quantity(lots: size), id: id, flags: flags))
  }
}
