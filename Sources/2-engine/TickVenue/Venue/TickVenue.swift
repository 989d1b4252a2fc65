import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniOrderBooks
public import OmniTime

/// A venue of one instrument whose market is a recording.
///
/// Market events in the order of their occurrence move its book and the queues in which our orders
/// stand; commands arrive in between. The recording does not react: what we take is not missing from
/// it, and what we fill as a maker was filled by somebody else there. See
/// `docs/concepts/fill-models.md` for what each model assumes and where it errs.
///
/// A resting order is filled
/// - whole, when the other side's best price reaches its price, or a trade happens beyond it;
/// - when a trade happens at its price and its turn has come: whole, or, if
///   ``Configuration/fillsInPart``, as much as was traded beyond those ahead.
///
/// An order that takes gets the best price for all of it, or, if fills come in part, walks the book.
///
/// - Complexity: an event is O(1) with no allocation, plus O(own orders) when it touches one.
public struct TickVenue: ~Copyable {
  /// What kind of venue it is.
  public struct Configuration: Sendable {
    /// How queues are estimated.
    public var queue = QueueModel.riskAverse
    /// Whether fills come in part, bounded by what was traded or is in the book.
    public var fillsInPart = false
    /// How long orders and reports travel.
    public var latency = LatencyModel.constant(order: .zero, response: .zero)
    /// What one tick of one lot is worth.
    public var unit: NotionalUnit
    /// What resting trades pay; below zero is a rebate.
    public var makerFee = Rate.zero
    /// What taking trades pay.
    public var takerFee = Rate.zero
    /// How many strategies trade.
    public var strategyCount = 1
    /// How many orders the venue holds on a side.
    public var orderCountMax = 1_024
    /// Whether orders that come in a halt are held until it ends; otherwise they are refused.
    public var holdsWhenHalted = false
    /// Whether an order that is only made smaller keeps its turn.
    public var keepsTurnWhenReduced = true
    /// Payments by the clock.
    public var funding: [FundingRate] = []
    /// When the venue is open; always if there are none.
    public var hours: [OpenHours] = []
    /// Ticks of the book's window, see ``LevelBook``.
    public var bookWindow = LevelBook.windowDefault

    /// The usual venue of instruments with this unit.
    public init(unit: NotionalUnit) { self.unit = unit }
  }

  /// What kind of venue it is.
  public let configuration: Configuration
  /// The recorded market as the venue has it now.
  @usableFromInline var market: LevelBook
  @usableFromInline var bids: RestingSide
  @usableFromInline var asks: RestingSide
  @usableFromInline var dueAt: Timestamp
  var schedule: VenueSchedule
  var recorded: RecordedOrders
  var accounts: OwnedBuffer<TickAccount>
  var reports = ReportQueue()
  var latency: LatencySource
  var held: [TickOrder] = []
  var tradeCount: UInt64 = 0
  var turnCount: UInt64 = 0
  var lastTrade: Price?
  var isWithinHours: Bool
  var announced = TradingState.continuous
  /// The instant of the last event or command.
  @usableFromInline var clock = Timestamp.distantPast

  /// Opens the venue with an empty book.
  public init(_ configuration: Configuration) {
    self.configuration = configuration
    market = LevelBook(window: configuration.bookWindow)
    bids = RestingSide(capacity: configuration.orderCountMax)
    asks = RestingSide(capacity: configuration.orderCountMax)
    schedule = VenueSchedule(configuration.funding, configuration.hours)
    dueAt = schedule.due
    recorded = RecordedOrders()
    accounts = OwnedBuffer(repeating: TickAccount(), count: configuration.strategyCount)
    latency = LatencySource(configuration.latency)
    isWithinHours = configuration.hours.isEmpty
  }

  /// What one may do now: what the recording said last, and closed outside of the hours.
  public var state: TradingState { isWithinHours ? announced : .closed }

  /// Calls `body` with the recorded book.
  public func withBook<Result>(_ body: (borrowing LevelBook) -> Result) -> Result { body(market) }

  /// The account of `strategy`.
  public func account(_ strategy: StrategyID) -> TickAccount { accounts[Int(strategy.index)] }

  /// How many of our orders are at the venue.
  public var orderCount: Int { bids.count + asks.count + held.count }

  /// The order `id` as it rests, or nil.
  public func resting(_ id: OrderID) -> RestingTick? {
    if let index = bids.index(of: id) { return bids[index] }
    if let index = asks.index(of: id) { return asks[index] }
    return nil
  }

  /// When the next report is heard, or the distant future.
  public var reportDueAt: Timestamp { reports.due }

  /// The next report that is heard by `instant`, or nil.
  public mutating func takeReport(until instant: Timestamp) -> TickReport? {
    reports.take(until: instant)
  }

  /// Lets everything happen that is due by the clock until `instant`.
  public mutating func advance(to instant: Timestamp) {
    while schedule.due <= instant {
      clock = max(clock, schedule.due)
      switch schedule.take() {
      case .opens: changeState(isWithinHours: true, announced)
      case .closes: changeState(isWithinHours: false, announced)
      case .funding(let rate): pay(rate)
      }
    }
    dueAt = schedule.due
    clock = max(clock, instant)
  }

  /// Lets the venue's state be another one; what was held in a halt comes in when trading goes on.
  mutating func changeState(isWithinHours: Bool, _ announced: TradingState) {
    let before = state
    self.isWithinHours = isWithinHours
    self.announced = announced
    guard state == .continuous, before != .continuous else { return }
    fillCrossed()
    let orders = held
    held = []
    for order in orders { enter(order, traded: 0, isKnown: true) }
  }

  private mutating func pay(_ rate: FundingRate) {
    guard let mark = rate.mark ?? lastTrade else { return }
    for index in accounts.indices where accounts[index].position != .flat {
      let value = configuration.unit.notional(mark, accounts[index].position)
      let payment = rate.rate.of(value, rounding: .halfEven)
      accounts[index].pay(funding: payment)
      say(.funded(payment), .none, StrategyID(UInt32(index)), .buy)
    }
  }

  /// Sends a report on its way.
  mutating func say(
    _ kind: TickReport.Kind, _ order: OrderID, _ strategy: StrategyID, _ side: Side
  ) {
    let heard = reports.arrival(clock + latency.response(at: clock))
    reports.append(
      TickReport(
        order: order, strategy: strategy, side: side, kind: kind, occurredAt: clock,
        receivedAt: heard))
  }

  /// Books a fill and reports it.
  mutating func fill(
    _ order: OrderID, _ strategy: StrategyID, _ side: Side, _ lots: Int64,
    _ terms: (price: Price, liquidity: Liquidity)
  ) {
    tradeCount += 1
    let unit = configuration.unit
    let value = Int128(unit.notional(terms.price, NetQuantity(lots: lots)).magnitude)
    let rate = terms.liquidity == .maker ? configuration.makerFee : configuration.takerFee
    let fill = Fill(
      trade: TradeID(tradeCount), order: order, quantity: Quantity(lots: lots), price: terms.price,
      liquidity: terms.liquidity, fee: rate.of(value, rounding: .halfEven))
    accounts[Int(strategy.index)].apply(fill, side, unit: unit)
    say(.filled(fill), order, strategy, side)
  }
}
