public import OmniCollections
public import OmniExecution
public import OmniModel
public import OmniMoney

/// A venue that knows the market only as bars.
///
/// Commands and bars go in, reports come out of a queue that the caller empties. A bar is swept
/// along the path that the ``FillPolicy`` assumes; a market order is filled when ``settle(_:)`` or
/// the next bar's open comes, as the policy says. Brackets are the venue's own: an entry's fill wakes
/// its exits, and one exit's fill cancels the other within the same instant of the path.
///
/// - Invariant: an order is reported as accepted or rejected first, and as filled or cancelled once.
/// - Complexity: a bar of an instrument without orders is O(1); otherwise O(fills × orders of the
///   instrument). Nothing allocates in the steady state.
public struct BarVenue: ~Copyable {
  @usableFromInline var book: RestingBook
  @usableFromInline var reports: Ring<VenueReport>
  @usableFromInline var units: OwnedBuffer<NotionalUnit>
  @usableFromInline var makerFees: OwnedBuffer<Rate>
  @usableFromInline var takerFees: OwnedBuffer<Rate>
  @usableFromInline var closes: OwnedBuffer<Price?>
  @usableFromInline var tradeNumber: UInt64 = 0
  /// What each strategy holds of each instrument here, for orders that may only reduce.
  var holdings = Holdings()
  /// What is assumed about fills.
  public let policy: FillPolicy

  /// Creates a venue for `instruments`, with room for `capacity` working orders.
  public init(instruments: [Instrument], policy: FillPolicy, capacity: Int = 1_024) {
    book = RestingBook(instrumentCount: instruments.count, capacity: capacity)
    reports = Ring(capacity: 4 * capacity + 16)
    units = OwnedBuffer(count: instruments.count) { instruments[$0].terms.unit }
    makerFees = OwnedBuffer(count: instruments.count) { instruments[$0].terms.makerFee }
    takerFees = OwnedBuffer(count: instruments.count) { instruments[$0].terms.takerFee }
    closes = OwnedBuffer(repeating: nil, count: instruments.count)
    self.policy = policy
  }

  /// How many orders work or sleep here.
  public var workingOrderCount: Int { book.count }

  /// Takes the next report, or returns nil when everything has been said.
  @inlinable @inline(__always)
  public mutating func nextReport() -> VenueReport? { reports.popFirst() }

  /// Takes an order: reports it as accepted or rejected; ``settle(_:)`` fills what can be at once.
  public mutating func submit(_ command: consuming SubmitOrder) {
    let order = command.order
    guard closes[Int(order.instrument.index)] != nil else {
      report(.rejected(order.id, .noMarket))
      return
    }
    let parent = order.contingency.parent
    if parent != .none && book.place(of: parent) == nil {
      report(.rejected(order.id, .unknownParent))
      return
    }
    guard book.insert(order, isActive: parent == .none) != nil else {
      report(.rejected(order.id, .tooManyOrders))
      return
    }
    report(.accepted(order.id))
  }

  /// Cancels an order, its sleeping exits and its sibling, or reports that it could not.
  public mutating func cancel(_ id: OrderID) {
    guard let place = book.place(of: id), let order = book.remove(at: place) else {
      report(.cancelRejected(id))
      return
    }
    report(.cancelled(id))
    cancelDependents(of: order)
    cancelSibling(of: order)
  }

  /// Fills what of the instrument's new orders can be filled at the last close.
  ///
  /// To be called when a strategy's commands are all in, so that a bracket is complete before its
  /// entry fills.
  public mutating func settle(_ instrument: InstrumentID) {
    guard policy.marketTiming == .atClose, let close = closes[Int(instrument.index)] else { return }
    fillMarketable(instrument, at: close)
  }

  /// Sweeps a bar through the instrument's orders.
  @inlinable @inline(__always)
  public mutating func onBar(_ bar: Bar) {
    let index = Int(bar.instrument.index)
    closes[index] = bar.close
    if book.first(index) != RestingOrder.none { sweep(bar) }
  }

  func fee(
    _ order: OrderIntent, _ size: Quantity, at price: Price, _ liquidity: Liquidity
  ) -> Int128 {
    let index = Int(order.instrument.index)
    let isMaker = liquidity == .maker && policy.feeRule == .byLiquidity
    let rate = isMaker ? makerFees[index] : takerFees[index]
    let value = units[index].notional(price, NetQuantity(lots: size.lots)).magnitude
    return rate.of(Int128(value), rounding: .halfEven)
  }

  /// Fills the order at `place` whole, wakes its exits and cancels its sibling.
  mutating func fill(_ place: Int, at price: Price) {
    guard let order = book.remove(at: place) else { return }
    let liquidity: Liquidity = order.type == .limit ? .maker : .taker
    fill(order, at: price, liquidity)
  }

  /// Fills `order`; one that may only reduce is cut to what there is to reduce, and cancelled when
  /// there is nothing.
  mutating func fill(_ order: OrderIntent, at price: Price, _ liquidity: Liquidity) {
    let held = holdings.lots(order.strategy, order.instrument)
    let reducible = max(0, order.side == .sell ? held : -held)
    let lots = order.isReduceOnly ? min(order.quantity.lots, reducible) : order.quantity.lots
    guard lots > 0 else {
      report(.cancelled(order.id))
      cancelSibling(of: order)
      return
    }
    if order.type == .stop { report(.triggered(order.id)) }
    tradeNumber += 1
    let size = Quantity(lots: lots)
    report(
      .filled(
        Fill(
          trade: TradeID(tradeNumber), order: order.id, quantity: size, price: price,
          liquidity: liquidity, fee: fee(order, size, at: price, liquidity))))
    if size < order.quantity { report(.cancelled(order.id)) }
    cancelSibling(of: order)
    wakeDependents(of: order)
    let after = held + lots * order.side.sign
    holdings.set(after, order.strategy, order.instrument)
    if held > 0 && after <= 0 { cancelReducers(.sell, of: order) }
    if held < 0 && after >= 0 { cancelReducers(.buy, of: order) }
  }

  /// Cancels the awake reduce-only orders of one side that have nothing left to reduce.
  private mutating func cancelReducers(_ side: Side, of order: OrderIntent) {
    var place = book.first(Int(order.instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      place = resting.younger
      let other = resting.order
      guard resting.isActive, other.isReduceOnly, other.side == side,
        other.strategy == order.strategy, let own = book.place(of: other.id)
      else { continue }
      _ = book.remove(at: own)
      report(.cancelled(other.id))
    }
  }

  private mutating func wakeDependents(of order: OrderIntent) {
    var place = book.first(Int(order.instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      if resting.order.contingency.parent == order.id { book.places[place]?.isActive = true }
      place = resting.younger
    }
  }

  private mutating func cancelDependents(of order: OrderIntent) {
    var place = book.first(Int(order.instrument.index))
    while place != RestingOrder.none, let resting = book.places[place] {
      if !resting.isActive && resting.order.contingency.parent == order.id {
        _ = book.remove(at: place)
        report(.cancelled(resting.order.id))
      }
      place = resting.younger
    }
  }

  private mutating func cancelSibling(of order: OrderIntent) {
    let sibling = order.contingency.sibling
    guard sibling != .none, let place = book.place(of: sibling), book.remove(at: place) != nil
    else { return }
    report(.cancelled(sibling))
  }

  private mutating func report(_ report: VenueReport) {
    let isQueued = reports.append(report)
    precondition(isQueued, "the reports of one event fit the queue; the caller empties it")
  }
}
