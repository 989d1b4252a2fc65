public import OmniCollections
public import OmniModel
import OmniMoney
public import OmniTime

/// Makes events of LOBSTER's files: messages of single orders, and the rows of the book behind each.
///
/// A message has six fields: seconds after midnight, type, order, size, price × 10,000, direction.
/// Types 1 to 3 are an order, its partial cancellation and its deletion; 4 is its execution, which is
/// also a trade of whoever came from the other side; 5 is the execution of a hidden order, 6 a cross,
/// 7 a halt (price -1), the return of quotes (0) or of trading (1).
///
/// The messages alone do not make the book: orders from before the file are never added, and levels
/// below those that the rows show change unseen. Give each row to ``align(_:line:into:)`` behind its
/// message: what the row shows beyond the known orders becomes one order a level, with a number of its
/// own (``unknownOrder(_:isAsk:)``), and what leaves the rows is forgotten. A message of an order that is
/// not known is one of that level's. A row may bring news only in its last place of a side, after the
/// first row; anything else is refused, so that a replay without refusals reproduces every row.
///
/// Source: LOBSTER, "Output structure", lobsterdata.com.
///
/// - Invariant: after an error the decoder and the events are as before.
/// - Complexity: O(bytes) a message, O(levels) a row.
public struct LobsterDecoder: ~Copyable {
  let instrument: InstrumentID
  let grid: PriceGrid
  /// The beginning of the venue's day.
  let midnight: Timestamp
  var fields = RowFields()
  var orders = OrderTable()
  var bids: [Int64: Level] = [:]
  var asks: [Int64: Level] = [:]
  var isAligned = false
  var lastTimes = MarketTimes(occurredAt: .epoch, receivedAt: .epoch)
  /// What there was so far.
  public internal(set) var counts = FeedCounts()
  /// Levels that a row showed first.
  public internal(set) var revealedLevels = 0
  /// Messages of orders that are not known, at a level where nothing unknown waits.
  public internal(set) var unknownOrders = 0

  /// What waits at a price.
  struct Level {
    /// All of it.
    var total: Int64 = 0
    /// The part whose orders are not known.
    var rest: Int64 = 0
    /// The known orders, in their turn.
    var orders: [UInt64] = []
  }

  /// Creates the decoder of `instrument` on the day that begins at `midnight`, New York's.
  public init(instrument: InstrumentID, grid: PriceGrid, midnight: Timestamp) {
    self.instrument = instrument
    self.grid = grid
    self.midnight = midnight
  }

  /// The number of the order that stands for all unknown ones at `price`.
  public static func unknownOrder(_ price: Int64, isAsk: Bool) -> UInt64 {
    1 << 63 | (isAsk ? 1 << 62 : 0) | UInt64(bitPattern: price) & (1 << 62 - 1)
  }

  /// Appends the events of a message.
  ///
  /// - Throws: What is wrong with it; nothing is changed but ``FeedCounts/refused``.
  public mutating func decode(
    _ record: borrowing Span<UInt8>, line: Int = 0,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    do throws(ScanFault) {
      let message = try message(record)
      try take(message, &events)
      lastTimes = message.times
      counts.records += 1
      counts.events += events.count - count
    } catch {
      counts.refused += 1
      throw FeedError(error, line: line, record: record)
    }
  }

  // MARK: Messages

  private struct Message {
    var type: Int64
    var order: UInt64
    var size: Int64
    var price: Int64
    /// The price as it stands, for a halt's meaning.
    var rawPrice: Int64
    var isAsk: Bool
    var times: MarketTimes
  }

  private mutating func message(_ bytes: borrowing Span<UInt8>) throws(ScanFault) -> Message {
    try fields.split(bytes)
    try fields.check(6)
    let time = try Self.seconds.steps(bytes, fields[0], off: .malformedNumber)
    let (instant, overflow) = midnight.nanoseconds.addingReportingOverflow(time)
    guard !overflow else { throw ScanFault(.numberTooLarge, 0) }
    let type = try fields.integer(1, bytes)
    guard (1...7).contains(type) else { throw ScanFault(.unknownType, fields[1].lowerBound) }
    let raw = try Self.whole.steps(bytes, fields[4], signed: true, off: .malformedNumber)
    let direction = try Self.whole.steps(bytes, fields[5], signed: true, off: .malformedNumber)
    guard abs(direction) == 1 else { throw ScanFault(.outOfRange, fields[5].lowerBound) }
    let size = try grid.lots.steps(bytes, fields[3], off: .offLot)
    guard type == 7 || raw > 0 else { throw ScanFault(.outOfRange, fields[4].lowerBound) }
    guard type == 7 || size > 0 else { throw ScanFault(.outOfRange, fields[3].lowerBound) }
    let order = UInt64(try fields.integer(2, bytes))
    // Hidden orders and crosses trade between ticks; the nearest tick below is told.
    let price = try price(raw, at: fields[4].lowerBound, isExact: type <= 4)
    return Message(
      type: type, order: order, size: size, price: type == 7 ? 0 : price, rawPrice: raw,
      isAsk: direction < 0,
      times: MarketTimes(
        occurredAt: Timestamp(nanoseconds: instant), receivedAt: Timestamp(nanoseconds: instant)))
  }

  static let seconds = StepReader(step: FixedDecimal(coefficient: 1, scale: 9))
  static let whole = StepReader(step: FixedDecimal(coefficient: 1, scale: 0))

  /// Ten-thousandths as ticks.
  func price(_ raw: Int64, at offset: Int, isExact: Bool) throws(ScanFault) -> Int64 {
    let unit = Int128(FixedDecimal.powerOfTen(grid.ticks.scale)) * Int128(raw)
    let (ticks, rest) = unit.quotientAndRemainder(
      dividingBy: 10_000 * Int128(grid.ticks.coefficient))
    guard rest == 0 || !isExact else { throw ScanFault(.offTick, offset) }
    guard let ticks = Int64(exactly: ticks) else { throw ScanFault(.numberTooLarge, offset) }
    return ticks
  }

  private mutating func take(
    _ message: Message, _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    switch message.type {
    case 1: try add(message, &events)
    case 2, 3, 4: try reduce(message, &events)
    case 5, 6:
      counts.trades += 1
      let side: MarketEvent.BookSide = message.type == 6 ? .none : message.isAsk ? .bid : .ask
      let flags: MarketEvent.Flags = message.type == 5 ? [.hidden, .last] : .last
      events.append(event(.trade, side, message, message.order, flags))
    default:
      let state: TradingState
      switch message.rawPrice {
      case -1: state = .halted
      case 0: state = .auction
      case 1: state = .continuous
      default: throw ScanFault(.outOfRange, fields[4].lowerBound)
      }
      events.append(event(.state, .none, message, UInt64(state.rawValue), .last))
    }
  }

  private mutating func add(
    _ message: Message, _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    guard orders[message.order] == nil, message.order >> 62 == 0 else {
      throw ScanFault(.unknownOrder, fields[2].lowerBound)
    }
    let total = level(message.price, message.isAsk).total
    guard !total.addingReportingOverflow(message.size).overflow else {
      throw ScanFault(.numberTooLarge, fields[3].lowerBound)
    }
    orders.set(
      message.order, .init(price: message.price, size: message.size, isAsk: message.isAsk))
    change(message.price, message.isAsk) { level in
      level.total += message.size
      level.orders.append(message.order)
    }
    counts.orders += 1
    events.append(event(.orderAdded, message.isAsk ? .ask : .bid, message, message.order, .last))
  }

  /// A cancellation, a deletion or an execution.
  private mutating func reduce(
    _ message: Message, _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    let kind: MarketEvent.Kind = message.type == 4 ? .orderExecuted : .orderReduced
    let side: MarketEvent.BookSide = message.isAsk ? .ask : .bid
    let isTrade = message.type == 4
    if var order = orders[message.order] {
      guard order.price == message.price, order.isAsk == message.isAsk,
        order.size >= message.size, message.type != 3 || order.size == message.size
      else { throw ScanFault(.contradiction, fields[3].lowerBound) }
      order.size -= message.size
      let isGone = order.size == 0
      if isGone { orders.remove(message.order) } else { orders.set(message.order, order) }
      change(message.price, message.isAsk) { level in
        level.total -= message.size
        if isGone { level.orders.removeAll { $0 == message.order } }
      }
      events.append(event(kind, side, message, message.order, isTrade ? [] : .last))
    } else if level(message.price, message.isAsk).rest >= message.size {
      change(message.price, message.isAsk) { level in
        level.total -= message.size
        level.rest -= message.size
      }
      let id = Self.unknownOrder(message.price, isAsk: message.isAsk)
      events.append(event(kind, side, message, id, isTrade ? [] : .last))
    } else if isAligned {
      throw ScanFault(.unknownOrder, fields[2].lowerBound)
    } else {
      unknownOrders += 1
    }
    counts.orders += 1
    if isTrade {
      counts.trades += 1
      events.append(event(.trade, message.isAsk ? .bid : .ask, message, message.order, .last))
    }
  }

  // MARK: Parts

  func level(_ price: Int64, _ isAsk: Bool) -> Level {
    (isAsk ? asks[price] : bids[price]) ?? Level()
  }

  mutating func change(_ price: Int64, _ isAsk: Bool, _ body: (inout Level) -> Void) {
    var level = level(price, isAsk)
    body(&level)
    let kept = level.total == 0 ? nil : level
    if isAsk { asks[price] = kept } else { bids[price] = kept }
  }

  private func event(
    _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, _ message: Message, _ id: UInt64,
    _ flags: MarketEvent.Flags
  ) -> MarketEvent {
    MarketEvent(
      kind, side, of: instrument, at: message.times,
      .init(
        price: Price(ticks: message.price), size: Quantity(lots: message.size), id: id,
        flags: flags))
  }
}
