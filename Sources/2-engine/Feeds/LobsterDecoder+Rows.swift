public import OmniCollections
public import OmniModel
import OmniMoney

/// The rows of LOBSTER's order book file, by which the book is held to what the venue shows.
extension LobsterDecoder {
  /// One side of a row: prices and sizes, best first.
  private struct Shown {
    var prices: [Int64] = []
    var sizes: [Int64] = []
  }

  /// Holds the book against the `row` behind the last message, and appends what the row reveals.
  ///
  /// - Throws: `FED-015` when the row contradicts the book; nothing is changed then.
  public mutating func align(
    _ row: borrowing Span<UInt8>, line: Int = 0, into events: inout GrowingBuffer<MarketEvent>
  ) throws(FeedError) {
    let count = events.count
    do throws(ScanFault) {
      let (asks, bids) = try shown(row)
      try check(asks, isAsk: true)
      try check(bids, isAsk: false)
      hold(asks, isAsk: true, &events)
      hold(bids, isAsk: false, &events)
      if events.count > count { events[events.count - 1].flags.insert(.last) }
      isAligned = true
      counts.events += events.count - count
    } catch {
      counts.refused += 1
      throw FeedError(error, line: line, record: row)
    }
  }

  private mutating func shown(
    _ bytes: borrowing Span<UInt8>
  ) throws(ScanFault) -> (asks: Shown, bids: Shown) {
    try fields.split(bytes)
    guard fields.count % 4 == 0 else { throw ScanFault(.truncated, bytes.count) }
    var asks = Shown()
    var bids = Shown()
    for first in stride(from: 0, to: fields.count, by: 4) {
      try read(bytes, first, into: &asks)
      try read(bytes, first + 2, into: &bids)
    }
    return (asks, bids)
  }

  private func read(
    _ bytes: borrowing Span<UInt8>, _ index: Int, into side: inout Shown
  ) throws(ScanFault) {
    let offset = fields[index].lowerBound
    let raw = try Self.whole.steps(bytes, fields[index], signed: true, off: .malformedNumber)
    let size = try grid.lots.steps(bytes, fields[index + 1], off: .offLot)
    // A place with nothing in it has a size of 0 and a price that cannot be.
    if size == 0 { return }
    let price = try price(raw, at: offset, isExact: true)
    guard price > 0 else { throw ScanFault(.outOfRange, offset) }
    side.prices.append(price)
    side.sizes.append(size)
  }

  /// Refuses a row that differs from the book in another place than the last of the side.
  private func check(_ side: Shown, isAsk: Bool) throws(ScanFault) {
    for index in side.prices.indices {
      let ordered =
        index == 0
        || (isAsk
          ? side.prices[index] > side.prices[index - 1]
          : side.prices[index] < side.prices[index - 1])
      guard ordered else { throw ScanFault(.contradiction, 0) }
      let known = level(side.prices[index], isAsk).total
      if known == side.sizes[index] { continue }
      let isNews = !isAligned ? known < side.sizes[index] : known == 0
      guard isNews, !isAligned || index == side.prices.count - 1 else {
        throw ScanFault(.contradiction, 0)
      }
    }
    // What is better than the last place, and not in the row, is not in the venue's book.
    guard let last = side.prices.last, isAligned else { return }
    for price in (isAsk ? asks : bids).keys where isAsk ? price < last : price > last {
      guard side.prices.contains(price) else { throw ScanFault(.contradiction, 0) }
    }
  }

  /// Forgets what is below the row, and adds what it shows beyond the known.
  private mutating func hold(
    _ side: Shown, isAsk: Bool, _ events: inout GrowingBuffer<MarketEvent>
  ) {
    let below = (isAsk ? asks : bids).keys.filter { price in
      side.prices.last.map { isAsk ? price > $0 : price < $0 } ?? true
    }
    for price in below.sorted() { forget(price, isAsk, &events) }
    for index in side.prices.indices {
      let price = side.prices[index]
      let level = level(price, isAsk)
      let rest = side.sizes[index] - level.total
      if rest <= 0 { continue }
      revealedLevels += 1
      // Who is unknown was there before: the known ones of the first message go behind.
      for id in level.orders { events.append(event(.orderRemoved, price, isAsk, 0, id)) }
      events.append(event(.orderAdded, price, isAsk, rest, Self.unknownOrder(price, isAsk: isAsk)))
      for id in level.orders {
        events.append(event(.orderAdded, price, isAsk, orders[id]?.size ?? 0, id))
      }
      change(price, isAsk) { level in
        level.total += rest
        level.rest += rest
      }
    }
  }

  private mutating func forget(
    _ price: Int64, _ isAsk: Bool, _ events: inout GrowingBuffer<MarketEvent>
  ) {
    let gone = level(price, isAsk)
    if gone.rest > 0 {
      events.append(event(.orderRemoved, price, isAsk, 0, Self.unknownOrder(price, isAsk: isAsk)))
    }
    for id in gone.orders {
      events.append(event(.orderRemoved, price, isAsk, 0, id))
      orders.remove(id)
    }
    change(price, isAsk) { $0.total = 0 }
  }

  private func event(
    _ kind: MarketEvent.Kind, _ price: Int64, _ isAsk: Bool, _ size: Int64, _ id: UInt64
  ) -> MarketEvent {
    MarketEvent(
      kind, isAsk ? .ask : .bid, of: instrument, at: lastTimes,
      .init(price: Price(ticks: price), size: Quantity(lots: size), id: id, flags: .snapshot))
  }
}
