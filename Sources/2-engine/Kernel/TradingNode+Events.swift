public import OmniCollections
public import OmniEncoding
public import OmniExecution
import OmniLedger
public import OmniMarketData
public import OmniMatching
public import OmniModel
public import OmniMoney
public import OmniPortfolio
public import OmniRisk
public import OmniRuntime
public import OmniStrategy
public import OmniTime

// A bar's way through the node.
extension TradingNode where Roster: ~Copyable, Sink: ~Copyable, Observer: ~Copyable {
  /// Takes a closed bar, and does all that follows from it.
  @inlinable
  public mutating func process(_ bar: Bar) throws(Failure) {
    let index = Int(bar.instrument.index)
    guard index < board.count else { throw .unknownInstrument(bar.instrument) }
    do throws(Sequencer<Sink>.Failure) {
      try sequencer.sequence(
        kind: RecordKind.barClosed.rawValue, time: bar.closedAt, payload: BarRecord(bar))
    } catch {
      throw .sequencer(error)
    }
    counts.bars += 1
    board.apply(bar)
    desk.note(bar.close, of: bar.instrument)
    let range = firstSubscriber[index]..<firstSubscriber[index + 1]
    for place in range { value(subscribers[place], bar) }
    venue.onBar(bar)
    try drain()
    try fulfil()
    for place in range {
      let strategy = subscribers[place]
      desk.turn(to: strategy, now: sequencer.now)
      roster.onBar(strategy, bar, desk: &desk)
      try fulfil()
    }
    observer.barDone(bar, portfolio)
  }

  /// Values a strategy's position at the bar's close; a day's loss counts from before its first.
  @inlinable @inline(__always)
  mutating func value(_ strategy: StrategyID, _ bar: Bar) {
    gate.noteDay(strategy, now: sequencer.now, equity: portfolio.equity(strategy))
    portfolio.mark(strategy, bar)
    desk.turn(to: strategy, now: sequencer.now)
    desk.note(equity: portfolio.equity(strategy))
  }

  /// Takes every wish of the desk through risk to the venue, and every report that follows.
  @inlinable
  mutating func fulfil() throws(Failure) {
    var number = 0
    while let intent = desk.nextIntent() {
      number += 1
      guard number <= Self.intentsPerEventMax else { throw .runaway(intents: number) }
      switch intent {
      case .submit(let order): try submit(order)
      case .bracket(let entry, let stop, let target): try submitBracket(entry, stop, target)
      case .cancel(let id, let strategy): try cancel(id, by: strategy)
      }
      try drain()
    }
  }

  /// How many wishes one event may lead to, with all that answers to reports add.
  @inlinable
  static var intentsPerEventMax: Int { 65_536 }

  /// How many orders can work at once.
  @inlinable
  static var workingOrdersMax: Int { 1_024 }

  /// Asks risk, and journals a refusal as that of `order`.
  ///
  /// - Parameters:
  ///   - order: What the strategy wants.
  ///   - ahead: How many orders of the same bracket go before it.
  @inlinable
  mutating func approve(
    _ order: OrderIntent, ahead: Int = 0
  ) throws(Failure) -> ApprovedOrder? {
    let circumstances = circumstances(of: order, ahead: ahead)
    do throws(Denial) {
      try checkSubscribed(order)
      return try gate.check(order, circumstances, portfolio)
    } catch {
      try deny(order, error)
      return nil
    }
  }

  /// Refuses an order of an instrument that the strategy's plan does not name.
  ///
  /// The strategy gets no bars of it, so the position would never be valued.
  @inlinable
  func checkSubscribed(_ order: OrderIntent) throws(Denial) {
    let index = Int(order.instrument.index)
    guard index < board.count else { return }  // The gate refuses it, and says why.
    for place in firstSubscriber[index]..<firstSubscriber[index + 1]
    where subscribers[place] == order.strategy { return }
    throw Denial(.restricted)
  }

  /// Sends one order if risk lets it by.
  @inlinable
  mutating func submit(_ order: OrderIntent) throws(Failure) {
    guard let approved = try approve(order) else { return }
    if try send(approved) { venue.settle(order.instrument) }
  }

  /// Sends an entry and its exits if risk lets all of them by.
  @inlinable
  mutating func submitBracket(
    _ entry: OrderIntent, _ stop: OrderIntent, _ target: OrderIntent
  ) throws(Failure) {
    if let denial = inversion(entry, stop, target) {
      try deny(entry, denial)
      return try denyRest(stop, target)
    }
    // Without room for all three, the entry would be filled and its stop refused.
    guard orders.count + 3 <= Self.workingOrdersMax else {
      let limit = Int128(Self.workingOrdersMax)
      try deny(entry, Denial(.workingOrders, limit: limit, value: Int128(orders.count + 3)))
      return try denyRest(stop, target)
    }
    guard let first = try approve(entry) else { return try denyRest(stop, target) }
    guard let second = try approve(stop, ahead: 1) else { return try denyRest(entry, target) }
    guard let third = try approve(target, ahead: 2) else { return try denyRest(entry, stop) }
    guard try send(first) else { return try denyRest(stop, target) }
    _ = try send(second)
    _ = try send(third)
    venue.settle(entry.instrument)
  }

  /// Refuses the two other orders of a bracket of which one was refused.
  @inlinable
  mutating func denyRest(_ one: OrderIntent, _ other: OrderIntent) throws(Failure) {
    try deny(one, Denial(.bracketIncomplete))
    try deny(other, Denial(.bracketIncomplete))
  }

  /// Why the exits are on the wrong side of the entry, if they are.
  @inlinable
  func inversion(
    _ entry: OrderIntent, _ stop: OrderIntent, _ target: OrderIntent
  ) -> Denial? {
    let last = board.price(entry.instrument) ?? entry.price
    do throws(Denial) {
      try gate.checkBracket(
        side: entry.side, stop: stop.price, target: target.price,
        reference: entry.type == .market ? last : entry.price)
      return nil
    } catch {
      return error
    }
  }

  /// What risk has to know about the market and the orders under way.
  @inlinable
  func circumstances(of order: OrderIntent, ahead: Int) -> OrderCircumstances {
    guard Int(order.instrument.index) < board.count else {
      return OrderCircumstances(
        now: sequencer.now, lastPrice: nil, pricedAt: .distantPast, working: .init())
    }
    var working = orders.working(order.strategy, order.instrument)
    working.orderCount += ahead
    return OrderCircumstances(
      now: sequencer.now, lastPrice: board.price(order.instrument),
      pricedAt: board.time(order.instrument), working: working)
  }

  /// Journals an order, then tells the venue; says whether there was room for it.
  @inlinable
  mutating func send(_ approved: consuming ApprovedOrder) throws(Failure) -> Bool {
    let order = approved.order
    let command: SubmitOrder
    do throws(OrderManager.Refusal) {
      command = try orders.submit(approved)
    } catch {
      let count = Int128(orders.count)
      try deny(order, Denial(.workingOrders, limit: count, value: count + 1))
      return false
    }
    counts.orders += 1
    desk.turn(to: order.strategy, now: sequencer.now)
    desk.noteWorking(1, of: order.instrument)
    try record(.orderSubmitted, OrderRecord(order))
    observer.orderSubmitted(order, at: sequencer.now)
    venue.submit(command)
    return true
  }

  /// Journals a refusal and tells the strategy.
  @inlinable
  mutating func deny(_ order: OrderIntent, _ denial: Denial) throws(Failure) {
    counts.denials += 1
    try record(.orderDenied, DenialRecord(order, denial))
    observer.orderDenied(order, denial, at: sequencer.now)
    desk.turn(to: order.strategy, now: sequencer.now)
    roster.onOrder(order.strategy, order.id, .denied, desk: &desk)
  }

  /// Journals a cancel, then tells the venue; a cancel of an order that has ended, or of another
  /// strategy's, is counted.
  @inlinable
  mutating func cancel(_ id: OrderID, by strategy: StrategyID) throws(Failure) {
    guard orders.order(id)?.intent.strategy == strategy else {
      counts.strayReports += 1
      return
    }
    do throws(OrderManager.Refusal) {
      _ = try orders.requestCancel(id)
    } catch {
      counts.strayReports += 1
      return
    }
    try record(.cancelRequested, OrderNote(id))
    venue.cancel(id)
  }

  /// Takes every report of the venue through orders, positions and books to its strategy.
  @inlinable @inline(__always)
  mutating func drain() throws(Failure) {
    while let report = venue.nextReport() { try apply(report) }
  }

  @inlinable
  mutating func apply(_ report: VenueReport) throws(Failure) {
    let sequence =
      switch report {
      case .accepted(let id): try record(.orderAccepted, OrderNote(id))
      case .rejected(let id, let reason):
        try record(.orderRejected, OrderNote(id, reason: UInt64(reason.rawValue)))
      case .triggered(let id): try record(.orderTriggered, OrderNote(id))
      case .cancelled(let id): try record(.orderCancelled, OrderNote(id))
      case .cancelRejected(let id): try record(.cancelRejected, OrderNote(id))
      case .filled(let fill): try record(.orderFilled, FillRecord(fill))
      }
    let outcome: OrderManager.Outcome
    do throws(OrderManager.Refusal) {
      outcome = try orders.apply(report)
    } catch {
      counts.strayReports += 1
      return
    }
    let order = outcome.order.intent
    desk.turn(to: order.strategy, now: sequencer.now)
    if case .filled(let fill) = report { try book(fill, order, sequence) }
    if outcome.order.lifecycle.life.isClosed { desk.noteWorking(-1, of: order.instrument) }
    observer.orderReported(order, report, at: sequencer.now)
    roster.onOrder(order.strategy, order.id, outcome.event, desk: &desk)
  }

  /// Books a fill, and brings the desk up to date.
  @inlinable
  mutating func book(
    _ fill: Fill, _ order: OrderIntent, _ sequence: SequenceNumber
  ) throws(Failure) {
    let context = FillContext(
      strategy: order.strategy, instrument: order.instrument, side: order.side, at: sequencer.now)
    let trade: ClosedTrade?
    do throws(Ledger.Refusal) {
      trade = try portfolio.apply(fill, context)
    } catch {
      throw .books(error)
    }
    counts.fills += 1
    desk.note(portfolio.position(order.strategy, order.instrument).net, of: order.instrument)
    desk.note(equity: portfolio.equity(order.strategy))
    observer.posted(portfolio.ledger, sequence: sequence, at: sequencer.now)
    observer.fillBooked(fill, order, trade: trade, at: sequencer.now)
  }

  /// Journals what followed from the present event.
  @inlinable
  @discardableResult
  mutating func record(
    _ kind: RecordKind, _ payload: some JournalPayload
  ) throws(Failure) -> SequenceNumber {
    do throws(Sequencer<Sink>.Failure) {
      return try sequencer.derive(kind: kind.rawValue, payload: payload)
    } catch {
      throw .sequencer(error)
    }
  }
}
