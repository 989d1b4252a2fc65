public import OmniCollections
public import OmniEncoding
public import OmniModel
public import OmniMoney
public import OmniTime

/// What a strategy wants done.
@frozen
public enum Intent: Sendable, Hashable {
  /// One order.
  case submit(OrderIntent)
  /// An entry and its two exits, of which one cancels the other: all three or none.
  case bracket(entry: OrderIntent, stop: OrderIntent, target: OrderIntent)
  /// A cancel, and who asks for it: nobody cancels another's order.
  case cancel(OrderID, by: StrategyID)
}

/// What a strategy sees of the world, and how it asks for orders.
///
/// The kernel keeps it up to date before a strategy is told anything, and takes the wishes out
/// afterwards. One desk serves all strategies in turn; each sees only its own positions and orders.
///
/// - Invariant: a wish has no effect before risk has let it by.
/// - Complexity: everything is O(1), with no allocation.
@frozen
public struct Desk: ~Copyable {
  /// How many wishes one event may lead to; more are refused.
  @inlinable
  public static var intentsMax: Int { 1_024 }

  @usableFromInline var strategy = StrategyID(0)
  @usableFromInline var instant = Timestamp.epoch
  @usableFromInline var positions: OwnedBuffer<NetQuantity>
  @usableFromInline var working: OwnedBuffer<Int32>
  @usableFromInline var equities: OwnedBuffer<Int128>
  @usableFromInline var closes: OwnedBuffer<Price?>
  @usableFromInline let allTerms: OwnedBuffer<InstrumentTerms>
  @usableFromInline var intents: Ring<Intent>
  @usableFromInline var lastOrder: UInt64 = 0

  /// Creates the desk of a run.
  public init(strategyCount: Int, instruments: [Instrument]) {
    positions = OwnedBuffer(repeating: .flat, count: strategyCount * instruments.count)
    working = OwnedBuffer(repeating: 0, count: strategyCount * instruments.count)
    equities = OwnedBuffer(repeating: 0, count: strategyCount)
    closes = OwnedBuffer(repeating: nil, count: instruments.count)
    allTerms = OwnedBuffer(count: instruments.count) { instruments[$0].terms }
    intents = Ring(capacity: Self.intentsMax)
  }

  // MARK: What a strategy sees

  /// The present instant: when the event was sequenced.
  @inlinable
  public var now: Timestamp { instant }

  /// What the strategy holds of `instrument`.
  @inlinable @inline(__always)
  public func position(_ instrument: InstrumentID) -> NetQuantity { positions[place(instrument)] }

  /// How many of the strategy's orders of `instrument` work or are on their way.
  @inlinable
  public func workingOrderCount(_ instrument: InstrumentID) -> Int {
    Int(working[place(instrument)])
  }

  /// The last price of `instrument`, or nil before the first.
  @inlinable
  public func price(_ instrument: InstrumentID) -> Price? { closes[Int(instrument.index)] }

  /// The exact terms of `instrument`.
  @inlinable
  public func terms(_ instrument: InstrumentID) -> InstrumentTerms {
    allTerms[Int(instrument.index)]
  }

  /// A price of `instrument` as a statistic, for indicators.
  @inlinable @inline(__always)
  public func statistic(_ price: Price, _ instrument: InstrumentID) -> Double {
    allTerms[Int(instrument.index)].statistic(of: price)
  }

  /// The strategy's capital and gains, in minor units of the books' currency.
  @inlinable
  public var equity: Int128 { equities[Int(strategy.index)] }

  // MARK: What a strategy asks for

  /// Asks for an order.
  ///
  /// - Returns: The number that the order will have, or nil when the event has led to
  ///   ``intentsMax`` wishes already.
  @inlinable
  @discardableResult
  public mutating func submit(_ instrument: InstrumentID, _ terms: OrderIntent.Terms) -> OrderID? {
    if intents.isFull { return nil }
    let id = nextID()
    _ = intents.append(
      .submit(OrderIntent(id: id, strategy: strategy, instrument: instrument, terms: terms)))
    return id
  }

  /// Asks for an entry with two exits, of which one cancels the other.
  ///
  /// - Parameters:
  ///   - instrument: What to trade.
  ///   - entry: How to get in.
  ///   - stop: Where to get out with a loss.
  ///   - target: Where to get out with a gain.
  /// - Returns: The number of the entry (its stop has the next, its target the one after), or nil
  ///   when the event has led to ``intentsMax`` wishes already.
  @inlinable
  @discardableResult
  public mutating func submitBracket(
    _ instrument: InstrumentID, entry: OrderIntent.Terms, stop: Price, target: Price
  ) -> OrderID? {
    if intents.isFull { return nil }
    let (entryID, stopID, targetID) = (nextID(), nextID(), nextID())
    let exit = entry.side.opposite
    let size = entry.quantity
    _ = intents.append(
      .bracket(
        entry: OrderIntent(
          id: entryID, strategy: strategy, instrument: instrument, terms: entry),
        stop: OrderIntent(
          id: stopID, strategy: strategy, instrument: instrument,
          terms: .init(exit, .stop, size, price: stop, isReduceOnly: true),
          contingency: Contingency(parent: entryID, sibling: targetID)),
        target: OrderIntent(
          id: targetID, strategy: strategy, instrument: instrument,
          terms: .init(exit, .limit, size, price: target, isReduceOnly: true),
          contingency: Contingency(parent: entryID, sibling: stopID))))
    return entryID
  }

  /// Asks for a cancel of an order.
  ///
  /// - Returns: Whether the wish was noted.
  @inlinable
  @discardableResult
  public mutating func cancel(_ id: OrderID) -> Bool { intents.append(.cancel(id, by: strategy)) }

  @inlinable
  mutating func nextID() -> OrderID {
    lastOrder += 1
    return OrderID(lastOrder)
  }

  @inlinable @inline(__always)
  func place(_ instrument: InstrumentID) -> Int {
    Int(strategy.index) * closes.count + Int(instrument.index)
  }
}

// What the kernel does with the desk.
extension Desk {
  /// Turns the desk to `strategy`, at `now`.
  @inlinable @inline(__always)
  public mutating func turn(to strategy: StrategyID, now: Timestamp) {
    self.strategy = strategy
    instant = now
  }

  /// Takes the oldest wish.
  @inlinable @inline(__always)
  public mutating func nextIntent() -> Intent? { intents.popFirst() }

  /// Notes the last price of `instrument`.
  @inlinable @inline(__always)
  public mutating func note(_ price: Price, of instrument: InstrumentID) {
    closes[Int(instrument.index)] = price
  }

  /// Notes what the strategy in turn now holds of `instrument`.
  @inlinable @inline(__always)
  public mutating func note(_ position: NetQuantity, of instrument: InstrumentID) {
    positions[place(instrument)] = position
  }

  /// Notes that an order of the strategy in turn began or stopped to work.
  @inlinable
  public mutating func noteWorking(_ change: Int32, of instrument: InstrumentID) {
    working[place(instrument)] += change
  }

  /// Notes the equity of the strategy in turn, in minor units.
  @inlinable @inline(__always)
  public mutating func note(equity: Int128) { equities[Int(strategy.index)] = equity }

  /// Puts the canonical form of what the desk remembers; wishes have all been taken by then.
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(lastOrder)
    for index in positions.indices { sink.put(positions[index].lots) }
    for index in working.indices { sink.put(Int64(working[index])) }
    for index in equities.indices { sink.put(equities[index]) }
    for index in closes.indices {
      sink.put(closes[index] != nil)
      sink.put(closes[index]?.ticks ?? 0)
    }
  }

  /// Takes back what an equal desk has put.
  ///
  /// When it throws, the desk is to be thrown away.
  public mutating func decode(
    from source: inout some WordSource & ~Copyable
  ) throws(WordFailure) {
    let lastOrder = try source.take()
    // Half of the range leaves room to go on counting.
    guard lastOrder <= UInt64.max / 2 else {
      throw .senseless(word: lastOrder, what: "number of an order")
    }
    self.lastOrder = lastOrder
    for index in positions.indices { positions[index] = NetQuantity(lots: try source.takeSigned()) }
    for index in working.indices {
      working[index] = Int32(try source.takeCount(limit: Int(Int32.max)))
    }
    for index in equities.indices { equities[index] = try source.takeWide() }
    for index in closes.indices {
      let isSeen = try source.takeFlag()
      let ticks = try source.takeSigned()
      closes[index] = isSeen ? Price(ticks: ticks) : nil
    }
  }
}
