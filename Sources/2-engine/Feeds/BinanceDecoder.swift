public import OmniCollections
public import OmniModel
import OmniMoney
public import OmniTime

/// Makes events of Binance's market messages: spot, USD-M and COIN-M, one instrument.
///
/// A record is a message as the venue sends it, alone or inside `{"stream":…,"data":…}`, or the
/// answer of its REST depth request; in a recording the time of receipt in nanoseconds and a blank
/// stand before it. `bookTicker` gives two `best` events, `depthUpdate` a `level` for each price,
/// a snapshot `clear` and levels with the snapshot flag, `trade` and `aggTrade` a `trade` whose side
/// is that of whoever took.
///
/// Updates are checked by ``DepthSequence``. Before the first snapshot they wait; they are told with
/// the snapshot that they belong behind, with its time of receipt. When one is missing, one `clear`
/// with ``MarketEvent/Flags/gap`` is told, and then nothing of the levels until a snapshot heals the
/// book. Best prices and trades have no chain of numbers and are told at once.
///
/// The time of occurrence is the matching time `T` where there is one, else the time `E` at which the
/// message was made, else that of receipt.
///
/// - Invariant: after an error the decoder and the events are as before.
/// - Complexity: O(bytes) a record; it allocates only while a buffer grows to its largest message.
public struct BinanceDecoder: ~Copyable {
  let instrument: InstrumentID
  let grid: PriceGrid
  /// What is added to times of receipt.
  public var clockOffset: Interval
  /// What there was so far.
  public internal(set) var counts = FeedCounts()
  /// How far the recorder's clock is behind, as far as the records show it.
  public internal(set) var clock = ClockCorrection()
  /// Whether the book is whole.
  public internal(set) var sequence = DepthSequence()
  var levels = GrowingBuffer<DepthLevel>(capacity: 256)
  var held: HeldUpdates
  /// The name by which the venue calls the instrument, once a record said it.
  var symbol = FeedSymbol()

  /// Creates the decoder of `instrument`, whose prices and sizes are on `grid`.
  ///
  /// - Parameter clockOffset: What is added to times of receipt; ``ClockCorrection`` finds it.
  public init(
    instrument: InstrumentID, grid: PriceGrid, clockOffset: Interval = .zero,
    limits: FeedLimits = FeedLimits()
  ) {
    self.instrument = instrument
    self.grid = grid
    self.clockOffset = clockOffset
    held = HeldUpdates(updatesMax: limits.heldUpdatesMax, levelsMax: limits.heldLevelsMax)
  }

  /// Appends the events of a line of a recording: time of receipt, blank, message.
  ///
  /// - Parameter line: The line's number, for errors.
  /// - Throws: What is wrong with the record; nothing is changed but ``FeedCounts/refused``.
  public mutating func decode(
    _ record: borrowing Span<UInt8>, line: Int = 0,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    do throws(ScanFault) {
      var at = 0
      while at < record.count, record[at] != 0x20 { at += 1 }
      guard at < record.count else { throw ScanFault(.truncated, at) }
      let received = try Scan.integer(record, 0..<at)
      try decode(record, from: at + 1, receivedAt: received, into: &events)
      counts.records += 1
      counts.events += events.count - count
    } catch {
      counts.refused += 1
      throw FeedError(error, line: line, record: record)
    }
  }

  /// Appends the events of a `message` that was received at `receivedAt` by the recorder's clock.
  ///
  /// - Throws: What is wrong with the record; nothing is changed but ``FeedCounts/refused``.
  public mutating func decode(
    message: borrowing Span<UInt8>, receivedAt: Timestamp,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    do throws(ScanFault) {
      try decode(message, from: 0, receivedAt: receivedAt.nanoseconds, into: &events)
      counts.records += 1
      counts.events += events.count - count
    } catch {
      counts.refused += 1
      throw FeedError(error, line: 0, record: message)
    }
  }

  // MARK: Reading

  private mutating func decode(
    _ bytes: borrowing Span<UInt8>, from start: Int, receivedAt: Int64,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    levels.removeAll()
    var cursor = JSONCursor(at: start)
    var fields = BinanceFields()
    try object(bytes, &cursor, &fields, isOuter: true)
    cursor.skipBlanks(bytes)
    guard cursor.at == bytes.count else { throw JSONCursor.unexpected(bytes, cursor.at) }
    let (received, overflow) = receivedAt.addingReportingOverflow(clockOffset.nanoseconds)
    guard !overflow else { throw ScanFault(.numberTooLarge, 0) }
    let kind = try fields.kind(bytes)
    if kind != .other { try symbol.check(bytes, fields.symbol) }
    switch kind {
    case .quote: try quote(bytes, fields, received, &events)
    case .update: try update(bytes, fields, received, &events)
    case .trade: try trade(bytes, fields, fields.trade, received, &events)
    case .aggregateTrade: try trade(bytes, fields, fields.ask, received, &events)
    case .snapshot: try snapshot(bytes, fields, received, &events)
    case .other: counts.others += 1
    }
    if kind != .other { symbol.learn(bytes, fields.symbol) }
  }

  private mutating func object(
    _ bytes: borrowing Span<UInt8>, _ cursor: inout JSONCursor, _ fields: inout BinanceFields,
    isOuter: Bool
  ) throws(ScanFault) {
    try cursor.expect(0x7B, bytes)
    if try cursor.take(0x7D, bytes) { return }
    repeat {
      let name = try cursor.name(bytes)
      let (head, tail) = name.name(bytes)
      let next = try cursor.peek(bytes)
      if next == 0x5B, tail == 0, try isSide(head, bytes, &cursor, &fields) { continue }
      if isOuter, next == 0x7B, head == 0x6461_7461, tail == 0 {  // data
        guard !fields.hasData else { throw ScanFault(.repeatedField, Int(name.start)) }
        fields.hasData = true
        try object(bytes, &cursor, &fields, isOuter: false)
        continue
      }
      try fields.set(head, tail, to: try cursor.value(bytes))
    } while try cursor.goesOn(until: 0x7D, bytes)
  }

  /// Reads the levels of a side if `head` is the name of one.
  @inline(__always)
  private mutating func isSide(
    _ head: UInt64, _ bytes: borrowing Span<UInt8>, _ cursor: inout JSONCursor,
    _ fields: inout BinanceFields
  ) throws(ScanFault) -> Bool {
    let start = cursor.at
    switch head {
    case 0x62, 0x6269_6473: try cursor.side(bytes, grid, isAsk: false, into: &levels)  // b, bids
    case 0x61, 0x6173_6B73: try cursor.side(bytes, grid, isAsk: true, into: &levels)  // a, asks
    default: return false
    }
    let field = JSONCursor.Field(start: Int32(start), end: Int32(cursor.at), kind: .container)
    switch head {
    case 0x62: try BinanceFields.fill(&fields.bid, field)
    case 0x61: try BinanceFields.fill(&fields.ask, field)
    case 0x6269_6473: try BinanceFields.fill(&fields.bids, field)
    default: try BinanceFields.fill(&fields.asks, field)
    }
    return true
  }
}
