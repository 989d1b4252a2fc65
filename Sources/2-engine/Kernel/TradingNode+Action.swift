import OmniCollections
import OmniExecution
import OmniLedger
import OmniMarketData
import OmniMatching
public import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniRuntime
import OmniStorage
import OmniStrategy
import OmniTime

// A corporate action's way through the node.
extension TradingNode where Roster: ~Copyable, Sink: ~Copyable, Observer: ~Copyable {
  /// Takes a corporate action, and does all that follows from it.
  ///
  /// Positions and the last price first, then working orders, then the strategies that trade the
  /// instrument hear of it; what they wish for meets a world that is whole.
  ///
  /// - Throws: ``Failure/action(_:)`` when lots or prices would leave their range; then nothing has
  ///   been journalled or changed.
  /// - Complexity: O(strategies + orders of the instrument); allocates.
  public mutating func process(_ action: CorporateAction) throws(Failure) {
    let index = Int(action.instrument.index)
    guard index < board.count else { throw .unknownInstrument(action.instrument) }
    guard isInRange(action) else { throw .action(action) }
    let sequence: SequenceNumber
    do throws(Sequencer<Sink>.Failure) {
      sequence = try sequencer.sequence(
        kind: RecordKind.corporateAction.rawValue, time: action.at, payload: ActionRecord(action))
    } catch {
      throw .sequencer(error)
    }
    for number in 0..<portfolio.strategyCount {
      try book(action, StrategyID(UInt32(number)), sequence)
    }
    switch action.change {
    case .split(let ratio):
      restate(action.instrument, by: ratio)
      try adjustOrders(of: action.instrument) { $0.adjusted(for: ratio) }
    case .dividend(let amount):
      let tick = desk.terms(action.instrument).tick
      try adjustOrders(of: action.instrument) { $0.adjusted(forDividend: amount, tick: tick) }
    case .delisting:
      gate.setRestricted(true, action.instrument)
      try adjustOrders(of: action.instrument) { _ in nil }
    case .symbolChange: break
    }
    for place in firstSubscriber[index]..<firstSubscriber[index + 1] {
      desk.turn(to: subscribers[place], now: sequencer.now)
      roster.onAction(subscribers[place], action, desk: &desk)
    }
    try fulfil()
  }

  /// Whether lots and the last price stay in their range; what leaves it with an order is cancelled.
  private func isInRange(_ action: CorporateAction) -> Bool {
    let terms = desk.terms(action.instrument)
    switch action.change {
    case .split(let ratio):
      if let price = board.price(action.instrument),
        ratio.price(price, rounding: .halfEven) == nil
      {
        return false
      }
      return (0..<portfolio.strategyCount).allSatisfy { number in
        let position = portfolio.position(StrategyID(UInt32(number)), action.instrument)
        return ratio.lots(position.net.lots) != nil
          && ratio.price(position.mark, rounding: .halfEven) != nil
      }
    case .dividend(let amount):
      return NotionalUnit(
        tick: amount, lot: terms.lot, minorDigits: Int(terms.currency.minorDigits)) != nil
    case .symbolChange, .delisting: return true
    }
  }

  /// Books the action for one strategy, and brings desk and venue up to date.
  private mutating func book(
    _ action: CorporateAction, _ strategy: StrategyID, _ sequence: SequenceNumber
  ) throws(Failure) {
    guard let outcome = try change(action, strategy) else { return }
    desk.turn(to: strategy, now: sequencer.now)
    desk.note(outcome.after, of: action.instrument)
    desk.note(equity: portfolio.equity(strategy))
    venue.hold(outcome.after, strategy, action.instrument)
    guard outcome.before != .flat else { return }
    if outcome.isPosted {
      observer.posted(portfolio.ledger, sequence: sequence, at: sequencer.now)
    }
    observer.actionBooked(action, strategy, outcome)
  }

  private mutating func change(
    _ action: CorporateAction, _ strategy: StrategyID
  ) throws(Failure) -> ActionOutcome? {
    let instrument = action.instrument
    let terms = desk.terms(instrument)
    do throws(Ledger.Refusal) {
      switch action.change {
      case .split(let ratio):
        return try portfolio.split(strategy, instrument, ratio, at: action.at)
      case .dividend(let amount):
        guard
          let perLot = NotionalUnit(
            tick: amount, lot: terms.lot, minorDigits: Int(terms.currency.minorDigits))
        else { return nil }
        return try portfolio.payDividend(strategy, instrument, perLot)
      case .delisting(let price):
        return try portfolio.delist(strategy, instrument, price: price, at: action.at)
      case .symbolChange: return nil
      }
    } catch {
      throw .books(error)
    }
  }

  /// Says the last price in new units wherever it is remembered.
  private mutating func restate(_ instrument: InstrumentID, by ratio: SplitRatio) {
    venue.restate(instrument, by: ratio)
    guard let last = board.price(instrument), let price = ratio.price(last, rounding: .halfEven)
    else { return }
    board.restate(instrument, at: price)
    desk.note(price, of: instrument)
  }

  /// Changes every working order of an instrument, or cancels it where nothing is left of it.
  private mutating func adjustOrders(
    of instrument: InstrumentID, _ adjust: (OrderIntent) -> OrderIntent?
  ) throws(Failure) {
    for id in venue.orders(of: instrument) {
      // It may have ended meanwhile, as the sibling of one that was cancelled.
      guard let order = orders.order(id) else { continue }
      let wanted = adjust(order.intent)
      if wanted == order.intent { continue }
      guard let wanted, let adjusted = orders.adjust(wanted) else {
        venue.cancel(id)
        try drain()
        continue
      }
      venue.adjust(adjusted.intent)
      try record(.orderAdjusted, OrderRecord(adjusted.intent))
      observer.orderAdjusted(adjusted.intent, at: sequencer.now)
    }
  }
}
