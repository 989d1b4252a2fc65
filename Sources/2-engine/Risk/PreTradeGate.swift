public import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniPortfolio
public import OmniTime

/// What the gate has to know of the market and of orders under way to judge an order.
@frozen
public struct OrderCircumstances: Sendable, Hashable {
  /// The present instant: when the event that led to the order was sequenced.
  public let now: Timestamp
  /// The last price, or nil when none has been seen.
  public let lastPrice: Price?
  /// When that price was.
  public let pricedAt: Timestamp
  /// Lots of the strategy's working buy orders of the instrument.
  public let workingBuyLots: Int64
  /// Lots of the strategy's working sell orders of the instrument.
  public let workingSellLots: Int64
  /// How many orders of the strategy work.
  public let workingOrderCount: Int

  /// Groups the circumstances.
  @inlinable
  public init(
    now: Timestamp, lastPrice: Price?, pricedAt: Timestamp, working: Working
  ) {
    self.now = now
    self.lastPrice = lastPrice
    self.pricedAt = pricedAt
    workingBuyLots = working.buyLots
    workingSellLots = working.sellLots
    workingOrderCount = working.orderCount
  }

  /// A strategy's orders under way.
  @frozen
  public struct Working: Sendable, Hashable {
    /// Lots of working buy orders of one instrument.
    public var buyLots: Int64
    /// Lots of working sell orders of one instrument.
    public var sellLots: Int64
    /// Working orders of all instruments.
    public var orderCount: Int

    /// Groups what is under way.
    @inlinable
    public init(buyLots: Int64 = 0, sellLots: Int64 = 0, orderCount: Int = 0) {
      self.buyLots = buyLots
      self.sellLots = sellLots
      self.orderCount = orderCount
    }
  }
}

/// The gate that every order passes before the venue hears of it.
///
/// Rules are asked layer by layer, the cheapest first, and the first that refuses answers. Orders
/// that can only reduce a position are not held against size of position, exposure, margin and
/// losses, so that a strategy over its limits can still get out.
///
/// - Complexity: O(1) an order, with no allocation.
@frozen
public struct PreTradeGate: ~Copyable {
  @usableFromInline var terms: OwnedBuffer<InstrumentTerms>
  @usableFromInline var paused: OwnedBuffer<Bool>
  @usableFromInline var restricted: OwnedBuffer<Bool>
  @usableFromInline var behaviours: OwnedBuffer<Behaviour>
  /// The limits in force.
  public let limits: RiskLimits
  /// Whether and how trading is allowed.
  public var tradingState = TradingState.active

  /// What one strategy did lately.
  @frozen @usableFromInline
  struct Behaviour {
    @usableFromInline var minute: Int64 = .min
    @usableFromInline var ordersThisMinute = 0
    @usableFromInline var day: Int64 = .min
    @usableFromInline var equityAtDayStart: Int128 = 0
    @usableFromInline var lastOrder: OrderIntent?
    @usableFromInline var lastOrderAt: Timestamp = .distantPast

    @usableFromInline
    init() {}
  }

  /// Creates a gate for the instruments and the count of strategies of a run.
  public init(instruments: [Instrument], strategyCount: Int, limits: RiskLimits) {
    terms = OwnedBuffer(count: instruments.count) { instruments[$0].terms }
    paused = OwnedBuffer(repeating: false, count: instruments.count)
    restricted = OwnedBuffer(repeating: false, count: instruments.count)
    behaviours = OwnedBuffer(repeating: Behaviour(), count: strategyCount)
    self.limits = limits
  }

  /// Stops or resumes orders of `instrument` because of its data.
  public mutating func setPaused(_ isPaused: Bool, _ instrument: InstrumentID) {
    paused[Int(instrument.index)] = isPaused
  }

  /// Puts `instrument` on the restricted list, or takes it off.
  public mutating func setRestricted(_ isRestricted: Bool, _ instrument: InstrumentID) {
    restricted[Int(instrument.index)] = isRestricted
  }

  /// Lets an order by, or says which rule refuses it.
  ///
  /// - Parameters:
  ///   - order: What the strategy wants.
  ///   - circumstances: The market and the orders under way.
  ///   - portfolio: Positions and money, as they are now.
  @inlinable
  public mutating func check(
    _ order: OrderIntent, _ circumstances: OrderCircumstances, _ portfolio: borrowing Portfolio
  ) throws(Denial) -> ApprovedOrder {
    guard Int(order.instrument.index) < terms.count else {
      throw Denial(
        .unknownInstrument, limit: Int128(terms.count), value: Int128(order.instrument.index))
    }
    let price = try checkMarket(order, circumstances)
    try checkValidity(order)
    let reduces = reduces(order, circumstances, portfolio)
    try checkState(order, reduces: reduces)
    try checkPriceAndSize(order, last: price)
    // The exits of a bracket reduce what their parent opens; the parent was measured for both.
    if !reduces && order.contingency.parent == .none {
      try checkPosition(order, circumstances, portfolio, at: price)
      try checkLosses(order, circumstances, portfolio)
    }
    try checkBehaviour(order, circumstances)
    return ApprovedOrder(order)
  }

  /// Lets the two exits of a bracket be checked for their place around the entry's price.
  @inlinable
  public func checkBracket(
    side: Side, stop: Price, target: Price, reference: Price
  ) throws(Denial) {
    let isOrdered =
      side == .buy
      ? stop < reference && reference < target : target < reference && reference < stop
    guard isOrdered else {
      throw Denial(
        .bracketInverted, limit: Int128(reference.ticks),
        value: Int128(side == .buy ? stop.ticks : target.ticks))
    }
  }

  /// Whether the order, with all orders of its side under way, can only bring the position nearer
  /// to flat.
  @inlinable
  func reduces(
    _ order: OrderIntent, _ circumstances: OrderCircumstances, _ portfolio: borrowing Portfolio
  ) -> Bool {
    let held = portfolio.position(order.strategy, order.instrument).net.lots
    if order.side == .sell {
      return held > 0 && order.quantity.lots + circumstances.workingSellLots <= held
    }
    return held < 0 && order.quantity.lots + circumstances.workingBuyLots <= -held
  }
}
