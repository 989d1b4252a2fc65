public import OmniCollections
public import OmniModel
import OmniMoney
public import OmniTime

/// Makes events of Hyperliquid's recordings: `<receive ns> {"channel":…,"data":…}` a line.
///
/// `l2Book` is the whole of the best levels each time, so it is a snapshot; `trades` is a list of trades
/// with the side of whoever took: B bought, A sold.
///
/// - Invariant: after an error the decoder and the events are as before.
/// - Complexity: O(bytes) a record; it allocates only while a buffer grows to its largest message.
public struct HyperliquidDecoder: ~Copyable {
  private let instrument: InstrumentID
  private let grid: PriceGrid
  private var levels = GrowingBuffer<DepthLevel>(capacity: 64)
  private var symbol = FeedSymbol()
  /// What is added to times of receipt.
  public var clockOffset: Interval
  /// What there was so far.
  public private(set) var counts = FeedCounts()
  /// How far the recorder's clock is behind, as far as the records show it.
  public private(set) var clock = ClockCorrection()

  struct Fields {
    var channel = JSONCursor.Field()
    var data = JSONCursor.Field()
    var time = JSONCursor.Field()
    var coin = JSONCursor.Field()
    var levels = JSONCursor.Field()
    var price = JSONCursor.Field()
    var size = JSONCursor.Field()
    var side = JSONCursor.Field()
    var id = JSONCursor.Field()

    mutating func set(_ word: UInt64, _ value: JSONCursor.Field) throws(ScanFault) {
      switch word {
      case 0x7469_6D65: try BinanceFields.fill(&time, value)  // time
      case 0x636F_696E: try BinanceFields.fill(&coin, value)  // coin
      case 0x6C65_7665_6C73: try BinanceFields.fill(&levels, value)  // levels
      case 0x7078: try BinanceFields.fill(&price, value)  // px
      case 0x737A: try BinanceFields.fill(&size, value)  // sz
      case 0x7369_6465: try BinanceFields.fill(&side, value)  // side
      case 0x746964: try BinanceFields.fill(&id, value)  // tid
      case 0x6461_7461: try BinanceFields.fill(&data, value)  // data
      case 0x63_6861_6E6E_656C: try BinanceFields.fill(&channel, value)  // channel
      default: break
      }
    }
  }

  /// Creates the decoder of `instrument`, whose prices and sizes are on `grid`.
  public init(instrument: InstrumentID, grid: PriceGrid, clockOffset: Interval = .zero) {
    self.instrument = instrument
    self.grid = grid
    self.clockOffset = clockOffset
  }

  /// Appends the events of a line.
  ///
  /// - Throws: What is wrong with it; nothing is changed but ``FeedCounts/refused``.
  public mutating func decode(
    _ record: borrowing Span<UInt8>, line: Int = 0,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    let before = counts
    do throws(ScanFault) {
      let head = try Scan.receivedPrefix(record, offset: clockOffset.nanoseconds)
      var cursor = JSONCursor(at: head.end)
      let outer = try object(record, &cursor)
      cursor.skipBlanks(record)
      guard cursor.at == record.count else { throw JSONCursor.unexpected(record, cursor.at) }
      guard outer.channel.kind == .text else { throw ScanFault(.unknownType, 0) }
      switch outer.channel.name(record) {
      case (0x6C32_426F_6F6B, 0):  // l2Book
        try book(record, outer.data, head.received, &events)
      case (0x7472_6164_6573, 0):  // trades
        try trades(record, outer.data, head.received, &events)
      case (0x706F_6E67, 0), (0x7375_6273_6372_6970, 0x7469_6F6E_5265_7370):  // pong
        counts.others += 1
      default: throw ScanFault(.unknownType, Int(outer.channel.start))
      }
      counts.records += 1
      counts.events += events.count - count
    } catch {
      events.removeAll(from: count)
      counts = before
      counts.refused += 1
      throw FeedError(error, line: line, record: record)
    }
  }

  private func object(
    _ bytes: borrowing Span<UInt8>, _ cursor: inout JSONCursor
  ) throws(ScanFault) -> Fields {
    var fields = Fields()
    try cursor.expect(0x7B, bytes)
    if try cursor.take(0x7D, bytes) { return fields }
    repeat {
      let name = try cursor.name(bytes)
      try fields.set(Scan.word(bytes, name.range), try cursor.value(bytes))
    } while try cursor.goesOn(until: 0x7D, bytes)
    return fields
  }

  private mutating func book(
    _ bytes: borrowing Span<UInt8>, _ data: JSONCursor.Field, _ received: Int64,
    _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    var cursor = JSONCursor(at: Int(data.start))
    let fields = try object(bytes, &cursor)
    let times = try times(bytes, fields.time, received)
    try symbol.check(bytes, fields.coin)
    guard fields.levels.kind == .container else { throw ScanFault(.missingField, 0) }
    levels.removeAll()
    cursor = JSONCursor(at: Int(fields.levels.start))
    try cursor.expect(0x5B, bytes)
    try side(bytes, &cursor, isAsk: false)
    try cursor.expect(0x2C, bytes)
    try side(bytes, &cursor, isAsk: true)
    try cursor.expect(0x5D, bytes)
    LevelWriter(instrument: instrument, times: times, id: 0).snapshot(levels, &events)
    counts.snapshots += 1
    symbol.learn(bytes, fields.coin)
  }

  private mutating func side(
    _ bytes: borrowing Span<UInt8>, _ cursor: inout JSONCursor, isAsk: Bool
  ) throws(ScanFault) {
    try cursor.expect(0x5B, bytes)
    if try cursor.take(0x5D, bytes) { return }
    repeat {
      let (price, size) = try priceAndSize(bytes, try object(bytes, &cursor))
      levels.append(DepthLevel(price: price, size: size, isAsk: isAsk))
    } while try cursor.goesOn(until: 0x5D, bytes)
  }

  private func priceAndSize(
    _ bytes: borrowing Span<UInt8>, _ fields: Fields
  ) throws(ScanFault) -> (Int64, Int64) {
    let price = try grid.ticks.steps(bytes, try fields.price.needed(), off: .offTick)
    let size = try grid.lots.steps(bytes, try fields.size.needed(), off: .offLot)
    guard price > 0, size > 0 else { throw ScanFault(.outOfRange, Int(fields.price.start)) }
    return (price, size)
  }

  private mutating func trades(
    _ bytes: borrowing Span<UInt8>, _ data: JSONCursor.Field, _ received: Int64,
    _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    guard data.kind == .container else { throw ScanFault(.missingField, 0) }
    var cursor = JSONCursor(at: Int(data.start))
    var count = 0
    var coin = JSONCursor.Field()
    try cursor.expect(0x5B, bytes)
    if try cursor.take(0x5D, bytes) { return }
    repeat {
      let fields = try object(bytes, &cursor)
      try symbol.check(bytes, fields.coin)
      coin = fields.coin
      let (price, size) = try priceAndSize(bytes, fields)
      let side: MarketEvent.BookSide
      switch Scan.word(bytes, try fields.side.needed()) {
      case 0x42: side = .bid  // B
      case 0x41: side = .ask  // A
      default: throw ScanFault(.malformed, Int(fields.side.start))
      }
      let id = UInt64(try fields.id.integer(bytes))
      let times = try times(bytes, fields.time, received)
      count += 1
      events.append(
        MarketEvent(
          .trade, side, of: instrument, at: times,
          .init(
            price: Price(ticks: price), size: Quantity(lots: size), id: id, flags: .last)))
    } while try cursor.goesOn(until: 0x5D, bytes)
    counts.trades += count
    symbol.learn(bytes, coin)
  }

  private mutating func times(
    _ bytes: borrowing Span<UInt8>, _ field: JSONCursor.Field, _ received: Int64
  ) throws(ScanFault) -> MarketTimes {
    let occurred = try Scan.scaled(
      field.integer(bytes), by: 1_000_000, at: Int(field.start))
    clock.add(differenceOf: received - clockOffset.nanoseconds, occurred)
    if received < occurred { counts.raisedTimes += 1 }
    return MarketTimes(
      occurredAt: Timestamp(nanoseconds: occurred),
      receivedAt: Timestamp(nanoseconds: max(received, occurred)))
  }
}

extension Scan {
  /// The time of receipt before a message, with `offset` added, and where the message begins.
  static func receivedPrefix(
    _ bytes: borrowing Span<UInt8>, offset: Int64
  ) throws(ScanFault) -> (received: Int64, end: Int) {
    var at = 0
    while at < bytes.count, bytes[at] != 0x20 { at += 1 }
    guard at < bytes.count else { throw ScanFault(.truncated, at) }
    let (received, overflow) = try integer(bytes, 0..<at).addingReportingOverflow(offset)
    guard !overflow else { throw ScanFault(.numberTooLarge, 0) }
    return (received, at + 1)
  }
}
