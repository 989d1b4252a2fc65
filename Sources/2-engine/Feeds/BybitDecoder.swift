public import OmniCollections
public import OmniModel
import OmniMoney
public import OmniTime

/// Makes events of Bybit's order book messages, live or from its files of history (one a line).
///
/// A snapshot replaces the book, whatever its number: the venue sends one with `u` = 1 when its service
/// starts anew. A delta sets the sizes of its prices. Its number `u` has to follow the one before: the
/// venue does not promise that, but its recordings keep it, and a jump cannot be told from a loss; so it
/// is a gap, and nothing of the levels is told until the next snapshot. A number that was there is
/// dropped. `cts` is the time of matching, and `ts` that of sending, which here is also that of receipt
/// unless one is given.
///
/// - Invariant: after an error the decoder and the events are as before.
/// - Complexity: O(bytes) a record; it allocates only while a buffer grows to its largest message.
public struct BybitDecoder: ~Copyable {
  private let instrument: InstrumentID
  private let grid: PriceGrid
  private var levels = GrowingBuffer<DepthLevel>(capacity: 256)
  private var symbol = FeedSymbol()
  /// What there was so far.
  public private(set) var counts = FeedCounts()
  /// Whether the book is whole.
  public private(set) var sequence = DepthSequence()

  struct Fields {
    var type = JSONCursor.Field()
    var sent = JSONCursor.Field()
    var matched = JSONCursor.Field()
    var symbol = JSONCursor.Field()
    var number = JSONCursor.Field()
    var bids = JSONCursor.Field()
    var asks = JSONCursor.Field()
    var data = JSONCursor.Field()
  }

  /// Creates the decoder of `instrument`, whose prices and sizes are on `grid`.
  public init(instrument: InstrumentID, grid: PriceGrid) {
    self.instrument = instrument
    self.grid = grid
  }

  /// Appends the events of a message.
  ///
  /// - Parameter receivedAt: When it was received, by a clock that is right; nil takes `ts`.
  /// - Throws: What is wrong with it; nothing is changed but ``FeedCounts/refused``.
  public mutating func decode(
    _ record: borrowing Span<UInt8>, line: Int = 0, receivedAt: Timestamp? = nil,
    into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    do throws(ScanFault) {
      levels.removeAll()
      var cursor = JSONCursor(at: 0)
      var fields = Fields()
      try object(record, &cursor, &fields, isOuter: true)
      cursor.skipBlanks(record)
      guard cursor.at == record.count else { throw JSONCursor.unexpected(record, cursor.at) }
      try take(record, fields, receivedAt, &events)
      counts.records += 1
      counts.events += events.count - count
    } catch {
      counts.refused += 1
      throw FeedError(error, line: line, record: record)
    }
  }

  private mutating func object(
    _ bytes: borrowing Span<UInt8>, _ cursor: inout JSONCursor, _ fields: inout Fields,
    isOuter: Bool
  ) throws(ScanFault) {
    try cursor.expect(0x7B, bytes)
    if try cursor.take(0x7D, bytes) { return }
    repeat {
      let name = try cursor.name(bytes)
      let word = Scan.word(bytes, name.range)
      let next = try cursor.peek(bytes)
      let start = cursor.at
      if isOuter {
        if word == 0x6461_7461, next == 0x7B {  // data
          try BinanceFields.fill(&fields.data, name)
          try object(bytes, &cursor, &fields, isOuter: false)
          continue
        }
        let value = try cursor.value(bytes)
        switch word {
        case 0x7479_7065: try BinanceFields.fill(&fields.type, value)  // type
        case 0x7473: try BinanceFields.fill(&fields.sent, value)  // ts
        case 0x63_7473: try BinanceFields.fill(&fields.matched, value)  // cts
        default: break
        }
        continue
      }
      let isAsk = word == 0x61
      if word == 0x62 || isAsk, next == 0x5B {  // b, a
        try cursor.side(bytes, grid, isAsk: isAsk, into: &levels)
        let side = JSONCursor.Field(
          start: Int32(start), end: Int32(cursor.at), kind: .container)
        if isAsk {
          try BinanceFields.fill(&fields.asks, side)
        } else {
          try BinanceFields.fill(&fields.bids, side)
        }
        continue
      }
      let value = try cursor.value(bytes)
      if word == 0x73 { try BinanceFields.fill(&fields.symbol, value) }  // s
      if word == 0x75 { try BinanceFields.fill(&fields.number, value) }  // u
    } while try cursor.goesOn(until: 0x7D, bytes)
  }

  private mutating func take(
    _ bytes: borrowing Span<UInt8>, _ fields: Fields, _ receivedAt: Timestamp?,
    _ events: inout GrowingBuffer<MarketEvent>
  ) throws(ScanFault) {
    guard fields.type.kind == .text, fields.data.isThere else {
      // An answer to a request, or a heartbeat.
      guard !fields.type.isThere, !fields.data.isThere else {
        throw ScanFault(.unknownType, Int(fields.type.start))
      }
      counts.others += 1
      return
    }
    guard fields.bids.isThere, fields.asks.isThere else { throw ScanFault(.missingField, 0) }
    try symbol.check(bytes, fields.symbol)
    let number = try fields.number.integer(bytes)
    let sent = try Scan.scaled(
      fields.sent.integer(bytes), by: 1_000_000, at: Int(fields.sent.start))
    let matched =
      fields.matched.isThere
      ? try Scan.scaled(fields.matched.integer(bytes), by: 1_000_000, at: Int(fields.matched.start))
      : sent
    let received = receivedAt?.nanoseconds ?? sent
    let times = MarketTimes(
      occurredAt: Timestamp(nanoseconds: matched),
      receivedAt: Timestamp(nanoseconds: max(received, matched)))
    switch fields.type.name(bytes) {
    case (0x736E_6170_7368_6F74, 0):  // snapshot
      for index in levels.indices where levels[index].size == 0 {
        throw ScanFault(.outOfRange, Int(fields.bids.start))
      }
      snapshot(number, times, &events)
    case (0x64_656C_7461, 0): delta(number, times, &events)  // delta
    default: throw ScanFault(.unknownType, Int(fields.type.start))
    }
    if received < matched { counts.raisedTimes += 1 }
    symbol.learn(bytes, fields.symbol)
  }

  private mutating func snapshot(
    _ number: Int64, _ times: MarketTimes, _ events: inout GrowingBuffer<MarketEvent>
  ) {
    sequence = DepthSequence()
    _ = sequence.takeSnapshot(number, held: nil)
    counts.snapshots += 1
    let writer = LevelWriter(instrument: instrument, times: times, id: UInt64(number))
    writer.snapshot(levels, &events)
  }

  private mutating func delta(
    _ number: Int64, _ times: MarketTimes, _ events: inout GrowingBuffer<MarketEvent>
  ) {
    counts.updates += 1
    let writer = LevelWriter(instrument: instrument, times: times, id: UInt64(number))
    switch sequence.update(.init(first: number, last: number)) {
    case .apply: writer.update(levels, 0..<levels.count, &events)
    case .stale: counts.staleUpdates += 1
    case .doubled: counts.doubledUpdates += 1
    case .hold: counts.droppedUpdates += 1
    case .gap:
      counts.gaps += 1
      counts.droppedUpdates += 1
      writer.gap(&events)
    }
  }
}
