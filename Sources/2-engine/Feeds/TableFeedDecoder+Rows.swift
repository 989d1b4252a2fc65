import OmniCollections
import OmniModel
import OmniMoney

/// The events of each kind of row.
extension TableFeedDecoder {
  typealias Events = GrowingBuffer<MarketEvent>

  /// What a quote says of a side.
  private enum Side {
    case nothing
    case level(price: Int64, size: Int64)
  }

  mutating func quote(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns, _ times: MarketTimes,
    _ events: inout Events
  ) throws(ScanFault) {
    let first = events.count
    var id: UInt64 = 0
    if let column = columns.exchange { id = UInt64(try fields.letter(column, bytes)) }
    guard let bid = columns.bid, let ask = columns.ask else { return }
    let bidSide = try side(bytes, bid, columns.bidSize)
    let askSide = try side(bytes, ask, columns.askSize)
    if case .level(let price, let size) = bidSide {
      events.append(event(.best, .bid, times, content(price, size, id, [])))
    }
    if case .level(let price, let size) = askSide {
      events.append(event(.best, .ask, times, content(price, size, id, [])))
    }
    if events.count > first { events[events.count - 1].flags.insert(.last) }
    counts.quotes += 1
  }

  private func side(
    _ bytes: borrowing Span<UInt8>, _ price: Int, _ size: Int?
  ) throws(ScanFault) -> Side {
    if fields[price].isEmpty { return .level(price: 0, size: 0) }
    let ticks = try grid.ticks.steps(bytes, fields[price], signed: true, off: .offTick)
    guard let size else { return .level(price: ticks, size: 1) }
    let lots = try grid.lots.steps(bytes, fields[size], off: .offLot)
    if ticks == 0, lots == 0 { return .nothing }
    return .level(price: ticks, size: lots)
  }

  mutating func trade(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns, _ times: MarketTimes,
    _ events: inout Events
  ) throws(ScanFault) {
    let (price, size) = try priceAndSize(bytes, columns)
    guard size > 0 else { throw ScanFault(.outOfRange, fields[columns.size ?? 0].lowerBound) }
    var side = MarketEvent.BookSide.none
    if let column = columns.side {
      switch Scan.word(bytes, fields[column]) {
      case 0x62_7579: side = .bid  // buy
      case 0x7365_6C6C: side = .ask  // sell
      case 0x75_6E6B_6E6F_776E, 0: side = .none  // unknown
      default: throw ScanFault(.malformed, fields[column].lowerBound)
      }
    }
    events.append(event(.trade, side, times, content(price, size, id(bytes, columns), .last)))
    counts.trades += 1
  }

  /// A trade's number; one that is no number, such as a UUID, is none.
  private func id(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns
  ) -> UInt64 {
    guard let column = columns.id, fields[column].count <= 18 else { return 0 }
    var id: UInt64 = 0
    for at in fields[column] {
      guard bytes[at] &- 0x30 <= 9 else { return 0 }
      id = id * 10 + UInt64(bytes[at] &- 0x30)
    }
    return id
  }

  mutating func change(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns, _ times: MarketTimes,
    _ events: inout Events
  ) throws(ScanFault) {
    guard let sideColumn = columns.side, let mark = columns.isSnapshot else { return }
    let side: MarketEvent.BookSide
    switch Scan.word(bytes, fields[sideColumn]) {
    case 0x62_6964: side = .bid  // bid
    case 0x61_736B: side = .ask  // ask
    default: throw ScanFault(.malformed, fields[sideColumn].lowerBound)
    }
    let isSnapshot: Bool
    switch Scan.word(bytes, fields[mark]) {
    case 0x7472_7565: isSnapshot = true  // true
    case 0x66_616C_7365: isSnapshot = false  // false
    default: throw ScanFault(.malformed, fields[mark].lowerBound)
    }
    let (price, size) = try priceAndSize(bytes, columns)
    let begins = isSnapshot && !isInSnapshot
    if var before = waiting {
      if begins || before.receivedAt != times.receivedAt { before.flags.insert(.last) }
      events.append(before)
    }
    let flags: MarketEvent.Flags = isSnapshot ? .snapshot : []
    if begins {
      events.append(event(.clear, .none, times, content(0, 0, 0, .snapshot)))
      counts.snapshots += 1
    }
    waiting = event(.level, side, times, content(price, size, 0, flags))
    isInSnapshot = isSnapshot
    counts.updates += 1
  }

  mutating func book(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns, _ times: MarketTimes,
    _ events: inout Events
  ) throws(ScanFault) {
    levels.removeAll()
    for column in stride(from: columns.levels, to: columns.count, by: 2) {
      if fields[column].isEmpty, fields[column + 1].isEmpty { continue }
      let price = try grid.ticks.steps(bytes, fields[column], signed: true, off: .offTick)
      let size = try grid.lots.steps(bytes, fields[column + 1], off: .offLot)
      guard size > 0 else { throw ScanFault(.outOfRange, fields[column + 1].lowerBound) }
      let isAsk = (column - columns.levels) % 4 == 0
      levels.append(DepthLevel(price: price, size: size, isAsk: isAsk))
    }
    LevelWriter(instrument: instrument, times: times, id: 0).snapshot(levels, &events)
    counts.snapshots += 1
  }

  // MARK: Parts

  private func priceAndSize(
    _ bytes: borrowing Span<UInt8>, _ columns: borrowing TableColumns
  ) throws(ScanFault) -> (price: Int64, size: Int64) {
    guard let price = columns.price, let size = columns.size else {
      throw ScanFault(.missingField, 0)
    }
    return (
      try grid.ticks.steps(bytes, fields[price], signed: true, off: .offTick),
      try grid.lots.steps(bytes, fields[size], off: .offLot)
    )
  }

  private func event(
    _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, _ times: MarketTimes,
    _ content: MarketEvent.Content
  ) -> MarketEvent {
    MarketEvent(kind, side, of: instrument, at: times, content)
  }

  private func content(
    _ price: Int64, _ size: Int64, _ id: UInt64, _ flags: MarketEvent.Flags
  ) -> MarketEvent.Content {
    .init(price: Price(ticks: price), size: Quantity(lots: size), id: id, flags: flags)
  }
}
