import OmniCollections
import OmniModel
import OmniMoney
import OmniTime

/// The events of each kind of message; what can refuse does so before anything is changed.
extension BinanceDecoder {
  typealias Events = GrowingBuffer<MarketEvent>

  mutating func quote(
    _ bytes: borrowing Span<UInt8>, _ fields: BinanceFields, _ received: Int64,
    _ events: inout Events
  ) throws(ScanFault) {
    let number = try fields.last.integer(bytes)
    let bid = try level(bytes, fields.bid, fields.bidSize)
    let ask = try level(bytes, fields.ask, fields.askSize)
    let times = try times(bytes, fields, received)
    let id = UInt64(bitPattern: number)
    events.append(event(.best, .bid, times, content(bid.price, bid.size, id, [])))
    events.append(event(.best, .ask, times, content(ask.price, ask.size, id, .last)))
    counts.quotes += 1
  }

  /// A best price with its size; a price of zero says that there is none, and so has no size.
  private func level(
    _ bytes: borrowing Span<UInt8>, _ price: JSONCursor.Field, _ size: JSONCursor.Field
  ) throws(ScanFault) -> (price: Int64, size: Int64) {
    let ticks = try grid.ticks.steps(bytes, try price.needed(), off: .offTick)
    let lots = try grid.lots.steps(bytes, try size.needed(), off: .offLot)
    guard ticks > 0 || lots == 0 else { throw ScanFault(.outOfRange, Int(price.start)) }
    return (ticks, lots)
  }

  mutating func trade(
    _ bytes: borrowing Span<UInt8>, _ fields: BinanceFields, _ id: JSONCursor.Field,
    _ received: Int64, _ events: inout Events
  ) throws(ScanFault) {
    let number = try id.integer(bytes)
    let side: MarketEvent.BookSide
    switch fields.isMaker.kind {
    case .truth: side = .ask
    case .falsehood: side = .bid
    case .absent: throw ScanFault(.missingField, 0)
    default: throw ScanFault(.malformed, Int(fields.isMaker.start))
    }
    let ticks = try grid.ticks.steps(bytes, try fields.price.needed(), off: .offTick)
    let lots = try grid.lots.steps(bytes, try fields.quantity.needed(), off: .offLot)
    // What an insurance fund or a forced reduction exchanged was not in the book.
    if fields.origin.isThere, fields.origin.name(bytes) != (0x4D41_524B_4554, 0) {  // MARKET
      counts.others += 1
      return
    }
    guard ticks > 0 else { throw ScanFault(.outOfRange, Int(fields.price.start)) }
    guard lots > 0 else { throw ScanFault(.outOfRange, Int(fields.quantity.start)) }
    let times = try times(bytes, fields, received)
    events.append(
      event(.trade, side, times, content(ticks, lots, UInt64(bitPattern: number), .last)))
    counts.trades += 1
  }

  mutating func update(
    _ bytes: borrowing Span<UInt8>, _ fields: BinanceFields, _ received: Int64,
    _ events: inout Events
  ) throws(ScanFault) {
    guard fields.bid.kind == .container else { throw ScanFault(.missingField, 0) }
    guard fields.ask.kind == .container else { throw ScanFault(.missingField, 0) }
    let first = try fields.first.integer(bytes)
    let last = try fields.last.integer(bytes)
    let previous = fields.previous.isThere ? try fields.previous.integer(bytes) : -1
    guard first <= last, first > 0, previous < first else {
      throw ScanFault(.contradiction, Int(fields.last.start))
    }
    let times = try times(bytes, fields, received)
    let update = DepthUpdate(
      first: first, last: last, previous: previous, occurredAt: times.occurredAt.nanoseconds,
      receivedAt: times.receivedAt.nanoseconds)
    counts.updates += 1
    switch sequence.update(update.numbers) {
    case .apply: tell(levels, 0..<levels.count, of: update, &events)
    case .stale: counts.staleUpdates += 1
    case .doubled: counts.doubledUpdates += 1
    case .hold: hold(update)
    case .gap:
      tellGap(times, last, &events)
      hold(update)
    }
  }

  mutating func snapshot(
    _ bytes: borrowing Span<UInt8>, _ fields: BinanceFields, _ received: Int64,
    _ events: inout Events
  ) throws(ScanFault) {
    guard fields.bids.isThere, fields.asks.isThere else { throw ScanFault(.missingField, 0) }
    let number = try fields.snapshot.integer(bytes)
    for index in levels.indices where levels[index].size == 0 {
      throw ScanFault(.outOfRange, Int(fields.bids.start))
    }
    let times = try times(bytes, fields, received)
    let known = held.countThrough(number)
    let next = known < held.updates.count ? held.updates[known].numbers : nil
    guard sequence.takeSnapshot(number, held: next) else {
      counts.oldSnapshots += 1
      return
    }
    counts.snapshots += 1
    counts.staleUpdates += known
    held.removeFirst(known)
    LevelWriter(instrument: instrument, times: times, id: UInt64(bitPattern: number))
      .snapshot(levels, &events)
    tellHeld(times.receivedAt.nanoseconds, &events)
  }

  /// Tells the held updates that the snapshot makes usable.
  private mutating func tellHeld(_ received: Int64, _ events: inout Events) {
    var told = 0
    while told < held.updates.count, sequence.isWhole {
      var update = held.updates[told]
      update.receivedAt = max(update.receivedAt, received)
      switch sequence.update(update.numbers) {
      case .apply:
        let range = update.levelStart..<update.levelStart + update.levelCount
        tell(held.levels, range, of: update, &events)
      case .stale: counts.staleUpdates += 1
      case .doubled: counts.doubledUpdates += 1
      case .hold: return
      case .gap:
        let times = MarketTimes(
          occurredAt: Timestamp(nanoseconds: update.occurredAt),
          receivedAt: Timestamp(nanoseconds: update.receivedAt))
        tellGap(times, update.last, &events)
        held.removeFirst(told)
        return
      }
      told += 1
    }
    held.removeFirst(told)
  }

  private mutating func hold(_ update: DepthUpdate) {
    let dropped = held.droppedCount
    switch held.add(update, levels) {
    case .held: counts.heldUpdates += 1
    case .doubled: counts.doubledUpdates += 1
    }
    counts.droppedUpdates += held.droppedCount - dropped
  }

  private mutating func tellGap(_ times: MarketTimes, _ last: Int64, _ events: inout Events) {
    counts.gaps += 1
    LevelWriter(instrument: instrument, times: times, id: UInt64(bitPattern: last)).gap(&events)
  }

  private func tell(
    _ levels: borrowing GrowingBuffer<DepthLevel>, _ range: Range<Int>, of update: DepthUpdate,
    _ events: inout Events
  ) {
    let times = MarketTimes(
      occurredAt: Timestamp(nanoseconds: update.occurredAt),
      receivedAt: Timestamp(nanoseconds: update.receivedAt))
    LevelWriter(instrument: instrument, times: times, id: UInt64(bitPattern: update.last))
      .update(levels, range, &events)
  }

  // MARK: Parts

  /// When it occurred, in nanoseconds, and when it was heard of; raised if that would be earlier.
  private mutating func times(
    _ bytes: borrowing Span<UInt8>, _ fields: BinanceFields, _ received: Int64
  ) throws(ScanFault) -> MarketTimes {
    let field = fields.time.isThere ? fields.time : fields.eventTime
    var occurred = received
    if field.isThere {
      let milliseconds = try field.integer(bytes)
      let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
      guard !overflow else { throw ScanFault(.numberTooLarge, Int(field.start)) }
      occurred = product
      clock.add(differenceOf: received &- clockOffset.nanoseconds, occurred)
    }
    if received < occurred { counts.raisedTimes += 1 }
    return MarketTimes(
      occurredAt: Timestamp(nanoseconds: occurred),
      receivedAt: Timestamp(nanoseconds: max(received, occurred)))
  }

  @inline(__always)
  private func event(
    _ kind: MarketEvent.Kind, _ side: MarketEvent.BookSide, _ times: MarketTimes,
    _ content: MarketEvent.Content
  ) -> MarketEvent {
    MarketEvent(kind, side, of: instrument, at: times, content)
  }

  @inline(__always)
  private func content(
    _ price: Int64, _ size: Int64, _ id: UInt64, _ flags: MarketEvent.Flags
  ) -> MarketEvent.Content {
    .init(price: Price(ticks: price), size: Quantity(lots: size), id: id, flags: flags)
  }
}
