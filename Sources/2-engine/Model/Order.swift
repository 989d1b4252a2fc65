public import OmniEncoding
public import OmniMoney

/// Which way an order trades.
@frozen
public enum Side: UInt8, Sendable, CaseIterable {
  /// Adds to the position.
  case buy
  /// Takes from the position.
  case sell

  /// 1 for buy, -1 for sell.
  @inlinable
  public var sign: Int64 { self == .buy ? 1 : -1 }

  /// The other side.
  @inlinable
  public var opposite: Side { self == .buy ? .sell : .buy }
}

/// How an order wants to be filled.
@frozen
public enum OrderType: UInt8, Sendable, CaseIterable {
  /// At once, at whatever price there is.
  case market
  /// At its price or better; rests until then.
  case limit
  /// Becomes a market order when the market touches its price.
  case stop
}

/// Whether a trade rested on the book or took from it.
@frozen
public enum Liquidity: UInt8, Sendable, CaseIterable {
  /// It rested.
  case maker
  /// It took.
  case taker
}

/// What ties an order to others of its bracket.
@frozen
public struct Contingency: Sendable, Hashable {
  /// The order whose fill activates this one, or ``OrderID/none``.
  public let parent: OrderID
  /// The order that is cancelled when this one fills, and the other way round, or none.
  public let sibling: OrderID

  /// Ties an order to `parent` and `sibling`.
  @inlinable
  public init(parent: OrderID, sibling: OrderID) {
    self.parent = parent
    self.sibling = sibling
  }

  /// Tied to nothing.
  @inlinable
  public static var none: Self { Self(parent: .none, sibling: .none) }
}

/// What a strategy wants: an order that has neither been checked nor sent.
@frozen
public struct OrderIntent: Sendable, Hashable {
  /// The number that the order will have.
  public let id: OrderID
  /// Whose books it is for.
  public let strategy: StrategyID
  /// What to trade.
  public let instrument: InstrumentID
  /// Which way.
  public let side: Side
  /// How it wants to be filled.
  public let type: OrderType
  /// Whether it may only bring the position nearer to flat.
  public let isReduceOnly: Bool
  /// How much.
  public let quantity: Quantity
  /// The limit or the stop's trigger; not used by market orders.
  public let price: Price
  /// The orders it depends on.
  public let contingency: Contingency

  /// The part of an intent that says what and how, without whose and which.
  @frozen
  public struct Terms: Sendable, Hashable {
    /// Which way.
    public var side: Side
    /// How it wants to be filled.
    public var type: OrderType
    /// How much.
    public var quantity: Quantity
    /// The limit or the stop's trigger.
    public var price: Price
    /// Whether it may only reduce.
    public var isReduceOnly: Bool

    /// Groups the terms.
    @inlinable
    public init(
      _ side: Side, _ type: OrderType, _ quantity: Quantity, price: Price = .zero,
      isReduceOnly: Bool = false
    ) {
      self.side = side
      self.type = type
      self.quantity = quantity
      self.price = price
      self.isReduceOnly = isReduceOnly
    }
  }

  /// Creates an intent.
  @inlinable
  public init(
    id: OrderID, strategy: StrategyID, instrument: InstrumentID, terms: Terms,
    contingency: Contingency = .none
  ) {
    self.id = id
    self.strategy = strategy
    self.instrument = instrument
    side = terms.side
    type = terms.type
    isReduceOnly = terms.isReduceOnly
    quantity = terms.quantity
    price = terms.price
    self.contingency = contingency
  }
}

/// One execution, as the venue reports it.
@frozen
public struct Fill: Sendable, Hashable {
  /// The venue's number of the execution.
  public let trade: TradeID
  /// The order that was filled, in part or whole.
  public let order: OrderID
  /// How much.
  public let quantity: Quantity
  /// At what price.
  public let price: Price
  /// Whether it rested or took.
  public let liquidity: Liquidity
  /// What it cost, in minor units of the instrument's currency; negative is a rebate.
  public let fee: Int128

  /// Creates an execution.
  @inlinable
  public init(
    trade: TradeID, order: OrderID, quantity: Quantity, price: Price, liquidity: Liquidity,
    fee: Int128
  ) {
    self.trade = trade
    self.order = order
    self.quantity = quantity
    self.price = price
    self.liquidity = liquidity
    self.fee = fee
  }
}

extension OrderIntent {
  /// Puts the intent's canonical form.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(id.value)
    sink.put(UInt64(strategy.index) << 32 | UInt64(instrument.index))
    sink.put(
      UInt64(side.rawValue) | UInt64(type.rawValue) << 8 | UInt64(isReduceOnly ? 1 : 0) << 16)
    sink.put(quantity.lots)
    sink.put(price.ticks)
    sink.put(contingency.parent.value)
    sink.put(contingency.sibling.value)
  }

  /// How many words ``encode(into:)`` puts.
  @inlinable
  public static var wordCount: Int { 7 }

  /// Reads an intent back, or refuses words that make none.
  public init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let id = OrderID(try source.take())
    let owner = try source.take()
    let kinds = try source.take()
    let lots = try source.takeSigned()
    let price = Price(ticks: try source.takeSigned())
    let contingency = Contingency(
      parent: OrderID(try source.take()), sibling: OrderID(try source.take()))
    guard let side = Side(rawValue: UInt8(truncatingIfNeeded: kinds)),
      let type = OrderType(rawValue: UInt8(truncatingIfNeeded: kinds >> 8)), kinds >> 17 == 0
    else { throw .senseless(word: kinds, what: "side and type of an order") }
    guard lots >= 0 else { throw .senseless(word: UInt64(bitPattern: lots), what: "quantity") }
    self.init(
      id: id, strategy: StrategyID(UInt32(truncatingIfNeeded: owner >> 32)),
      instrument: InstrumentID(UInt32(truncatingIfNeeded: owner)),
      terms: Terms(
        side, type, Quantity(lots: lots), price: price, isReduceOnly: kinds >> 16 & 1 == 1),
      contingency: contingency)
  }
}

extension Fill {
  /// How many words ``encode(into:)`` puts.
  @inlinable
  public static var wordCount: Int { 7 }

  /// Puts the fill's canonical form.
  @inlinable
  public func encode(into sink: inout some WordSink & ~Copyable) {
    sink.put(trade.value)
    sink.put(order.value)
    sink.put(quantity.lots)
    sink.put(price.ticks)
    sink.put(UInt64(liquidity.rawValue))
    sink.put(fee)
  }

  /// Reads a fill back, or refuses words that make none.
  public init(decoding source: inout some WordSource & ~Copyable) throws(WordFailure) {
    let trade = TradeID(try source.take())
    let order = OrderID(try source.take())
    let lots = try source.takeSigned()
    let price = Price(ticks: try source.takeSigned())
    let liquidity = try source.take()
    let fee = try source.takeWide()
    guard lots >= 0 else { throw .senseless(word: UInt64(bitPattern: lots), what: "quantity") }
    guard let kind = UInt8(exactly: liquidity).flatMap(Liquidity.init(rawValue:)) else {
      throw .senseless(word: liquidity, what: "liquidity")
    }
    self.init(
      trade: trade, order: order, quantity: Quantity(lots: lots), price: price, liquidity: kind,
      fee: fee)
  }
}
