public import OmniCollections
public import OmniLedger
public import OmniModel
public import OmniMoney
public import OmniTime

/// Who traded what, when: what a fill needs beside itself to be booked.
@frozen
public struct FillContext: Sendable, Hashable {
  /// Whose books.
  public let strategy: StrategyID
  /// What was traded.
  public let instrument: InstrumentID
  /// Which way.
  public let side: Side
  /// When.
  public let at: Timestamp

  /// Groups what a fill needs beside itself.
  @inlinable
  public init(strategy: StrategyID, instrument: InstrumentID, side: Side, at: Timestamp) {
    self.strategy = strategy
    self.instrument = instrument
    self.side = side
    self.at = at
  }
}

/// What a fill does to a position, worked out before anything is changed.
@frozen @usableFromInline
struct FillPlan {
  @usableFromInline var closingLots: Int64 = 0
  @usableFromInline var openingLots: Int64 = 0
  /// Cost taken out for the closed lots, with the position's sign.
  @usableFromInline var closingCost: Int128 = 0
  /// What the closed lots were traded for, with the position's sign.
  @usableFromInline var closingValue: Int128 = 0
  /// Cost added for the opened lots, with the fill's sign.
  @usableFromInline var openingCost: Int128 = 0

  @inlinable
  init() {}

  @inlinable
  var gain: Int128 { closingValue - closingCost }
}

extension Portfolio {
  /// Books a fill: position, gains, fees and postings, or refuses it and changes nothing.
  ///
  /// - Returns: The round trip that the fill finished, if it did.
  @inlinable
  @discardableResult
  public mutating func apply(
    _ fill: Fill, _ context: FillContext
  ) throws(Ledger.Refusal) -> ClosedTrade? {
    let place = place(context.strategy, context.instrument)
    let plan = plan(fill, context, of: positions[place])
    try post(fill, context, plan)

    let index = Int(context.strategy.index)
    let grossBefore = (positions[place].cost + positions[place].unrealised).magnitude
    let unrealisedBefore = positions[place].unrealised
    let closed = change(place, by: fill, context, plan)
    positions[place].revalue(
      at: positions[place].mark, unit: units[Int(context.instrument.index)])
    let grossAfter = (positions[place].cost + positions[place].unrealised).magnitude
    sums[index].realised += plan.gain
    sums[index].fees += fill.fee
    sums[index].unrealised += positions[place].unrealised - unrealisedBefore
    sums[index].gross += Int128(grossAfter) - Int128(grossBefore)
    changeEquity(
      of: context.strategy,
      by: plan.gain - fill.fee + positions[place].unrealised - unrealisedBefore)
    return closed
  }

  @inlinable
  func plan(_ fill: Fill, _ context: FillContext, of position: Position) -> FillPlan {
    let unit = units[Int(context.instrument.index)]
    let signed = fill.quantity.lots * context.side.sign
    let held = position.net.lots
    var plan = FillPlan()
    if held != 0 && (held > 0) != (signed > 0) {
      plan.closingLots = min(abs(held), fill.quantity.lots)
      plan.closingCost =
        plan.closingLots == abs(held)
        ? position.cost
        : Rounding.halfEven.quotient(
          position.cost * Int128(plan.closingLots), Int128(abs(held)))
      let closing = NetQuantity(lots: held > 0 ? plan.closingLots : -plan.closingLots)
      plan.closingValue = unit.notional(fill.price, closing)
    }
    plan.openingLots = fill.quantity.lots - plan.closingLots
    if plan.openingLots > 0 {
      let opening = NetQuantity(lots: plan.openingLots * context.side.sign)
      plan.openingCost = unit.notional(fill.price, opening)
    }
    return plan
  }

  /// Posts lots, cost, gain and fee as one transaction.
  @inlinable
  mutating func post(
    _ fill: Fill, _ context: FillContext, _ plan: FillPlan
  ) throws(Ledger.Refusal) {
    let strategy = context.strategy
    let instrument = context.instrument
    let lots = chart.lots(strategy, instrument)
    let cost = chart.cost(strategy, instrument)
    let isMargined = margined[Int(instrument.index)]
    let cash = chart.cash(strategy)
    let against = isMargined ? chart.clearing(strategy, instrument) : cash
    try move(
      Int128(fill.quantity.lots * context.side.sign), to: lots, from: chart.market(instrument))
    try move(-plan.closingCost, to: cost, from: against)
    try move(plan.gain, to: cash, from: chart.realised(strategy))
    try move(plan.openingCost, to: cost, from: against)
    try move(fill.fee, to: chart.fees(strategy), from: cash)
    try ledger.commit()
  }

  /// Stages a leg of `amount` to one account from another; the other way when it is negative, and
  /// not at all when it is zero.
  @inlinable
  mutating func move(
    _ amount: Int128, to debit: AccountID, from credit: AccountID
  ) throws(Ledger.Refusal) {
    if amount > 0 {
      try ledger.stage(Leg(debit: debit, credit: credit, amount: amount))
    } else if amount < 0 {
      try ledger.stage(Leg(debit: credit, credit: debit, amount: -amount))
    }
  }

  /// Changes lots, cost and cycle; everything that can fail has been done.
  @inlinable
  mutating func change(
    _ place: Int, by fill: Fill, _ context: FillContext, _ plan: FillPlan
  ) -> ClosedTrade? {
    let wasLong = positions[place].net.lots > 0
    let isReversal = plan.closingLots > 0 && plan.openingLots > 0
    // The fee of a reversal belongs to the trip it closes and the one it opens, by lots.
    let closingFee =
      isReversal
      ? Rounding.halfEven.quotient(
        fill.fee * Int128(plan.closingLots), Int128(fill.quantity.lots))
      : (plan.closingLots > 0 ? fill.fee : 0)
    var finished: ClosedTrade?
    positions[place].net =
      positions[place].net + NetQuantity(lots: fill.quantity.lots * context.side.sign)
    positions[place].cost += plan.openingCost - plan.closingCost
    positions[place].realised += plan.gain
    positions[place].fees += fill.fee
    if plan.closingLots > 0 {
      positions[place].cycle.closedLots += plan.closingLots
      positions[place].cycle.closedTickLots +=
        Int128(fill.price.ticks) * Int128(plan.closingLots)
      positions[place].cycle.closedValue += Int128(plan.closingValue.magnitude)
      positions[place].cycle.realised += plan.gain
      positions[place].cycle.fees += closingFee
      positions[place].cycle.highest = max(positions[place].cycle.highest, fill.price)
      positions[place].cycle.lowest = min(positions[place].cycle.lowest, fill.price)
      if positions[place].isFlat || isReversal {
        finished = ClosedTrade(
          strategy: context.strategy, instrument: context.instrument, isLong: wasLong,
          closedAt: context.at, cycle: positions[place].cycle)
        positions[place].cycle = Position.Cycle()
      }
    }
    if plan.openingLots > 0 { open(place, by: fill, context, plan, fee: fill.fee - closingFee) }
    return finished
  }

  @inlinable
  mutating func open(
    _ place: Int, by fill: Fill, _ context: FillContext, _ plan: FillPlan, fee: Int128
  ) {
    if positions[place].cycle.openedLots == 0 {
      positions[place].cycle.openedAt = context.at
      positions[place].cycle.highest = fill.price
      positions[place].cycle.lowest = fill.price
    } else {
      positions[place].cycle.highest = max(positions[place].cycle.highest, fill.price)
      positions[place].cycle.lowest = min(positions[place].cycle.lowest, fill.price)
    }
    positions[place].cycle.openedLots += plan.openingLots
    positions[place].cycle.openedTickLots += Int128(fill.price.ticks) * Int128(plan.openingLots)
    positions[place].cycle.openedValue += Int128(plan.openingCost.magnitude)
    positions[place].cycle.fees += fee
    positions[place].cycle.peakLots = max(
      positions[place].cycle.peakLots, abs(positions[place].net.lots))
  }
}
