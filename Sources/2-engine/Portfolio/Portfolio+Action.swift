import OmniCollections
public import OmniLedger
public import OmniModel
public import OmniMoney
public import OmniTime

/// What a corporate action did to one strategy's position.
@frozen
public struct ActionOutcome: Sendable, Hashable {
  /// Lots before.
  public let before: NetQuantity
  /// Lots after.
  public let after: NetQuantity
  /// Money that came in, in minor units: a dividend, cash for a fraction, or a final payment.
  public let cash: Int128
  /// The round trip that it finished, if it did.
  public let trade: ClosedTrade?
  /// Whether anything was posted.
  public let isPosted: Bool

  /// Groups what was done.
  public init(
    before: NetQuantity, after: NetQuantity, cash: Int128, trade: ClosedTrade?, isPosted: Bool
  ) {
    self.before = before
    self.after = after
    self.cash = cash
    self.trade = trade
    self.isPosted = isPosted
  }
}

// What corporate actions do to positions and books.
extension Portfolio {
  /// Exchanges the lots that a strategy holds, or refuses and changes nothing.
  ///
  /// The cost of the lots stays as it is, to the minor unit. A fraction of a lot that is left over
  /// becomes cash at the last mark: its part of the position's value, rounded half to even, against
  /// its part of the cost, rounded likewise. So neither the split nor the fraction changes the
  /// equity: what is realised with the fraction is no longer unrealised.
  ///
  /// - Precondition: the new lots are within ``InstrumentTerms/lotsMax``, and the mark within its
  ///   range.
  public mutating func split(
    _ strategy: StrategyID, _ instrument: InstrumentID, _ ratio: SplitRatio, at: Timestamp
  ) throws(Ledger.Refusal) -> ActionOutcome {
    let place = place(strategy, instrument)
    let held = positions[place]
    guard let (whole, rest) = ratio.lots(held.net.lots),
      let mark = ratio.price(held.mark, rounding: .halfEven)
    else { preconditionFailure("lots and mark that stay in their range") }
    guard !held.isFlat else {
      positions[place].mark = mark
      return ActionOutcome(
        before: .flat, after: .flat, cash: 0, trade: nil, isPosted: false)
    }
    let parts = (Int128(held.net.lots) * Int128(ratio.new)).magnitude
    func part(of amount: Int128) -> Int128 {
      whole == 0
        ? amount : Rounding.halfEven.quotient(amount * Int128(rest.magnitude), Int128(parts))
    }
    let value = part(of: held.cost + held.unrealised)
    let cost = part(of: held.cost)
    let isPosted = try postExchange(
      strategy, instrument, lots: whole - held.net.lots, cost: cost, gain: value - cost)
    let trade = exchange(place, strategy, instrument, at: at) { position in
      position.net = NetQuantity(lots: whole)
      position.cost -= cost
      position.realised += value - cost
      position.unrealised -= value - cost
      position.mark = mark
      position.cycle.rescale(by: ratio, net: whole, cash: value, gain: value - cost)
    }
    return ActionOutcome(
      before: held.net, after: NetQuantity(lots: whole), cash: rest == 0 ? 0 : value,
      trade: trade, isPosted: isPosted)
  }

  /// Pays the dividend on the lots that a strategy holds; who is short owes it.
  ///
  /// It is booked as realised, and belongs to the round trip that is open.
  ///
  /// - Parameters:
  ///   - perLot: What one lot is paid, as the worth of a tick of one lot.
  public mutating func payDividend(
    _ strategy: StrategyID, _ instrument: InstrumentID, _ perLot: NotionalUnit
  ) throws(Ledger.Refusal) -> ActionOutcome {
    let place = place(strategy, instrument)
    let net = positions[place].net
    let cash = perLot.notional(Price(ticks: 1), net)
    if cash != 0 {
      try move(cash, to: chart.cash(strategy), from: chart.realised(strategy))
      try ledger.commit()
      positions[place].realised += cash
      positions[place].cycle.realised += cash
      sums[Int(strategy.index)].realised += cash
      changeEquity(of: strategy, by: cash)
    }
    return ActionOutcome(before: net, after: net, cash: cash, trade: nil, isPosted: cash != 0)
  }

  /// Pays `price` for each lot that a strategy holds, and takes the lots away; without a fee.
  public mutating func delist(
    _ strategy: StrategyID, _ instrument: InstrumentID, price: Price, at: Timestamp
  ) throws(Ledger.Refusal) -> ActionOutcome {
    let net = position(strategy, instrument).net
    guard net != .flat else {
      return ActionOutcome(before: .flat, after: .flat, cash: 0, trade: nil, isPosted: false)
    }
    let fill = Fill(
      trade: TradeID(0), order: .none, quantity: Quantity(lots: abs(net.lots)), price: price,
      liquidity: .taker, fee: 0)
    let context = FillContext(
      strategy: strategy, instrument: instrument, side: net.lots > 0 ? .sell : .buy, at: at)
    let trade = try apply(fill, context)
    return ActionOutcome(
      before: net, after: .flat, cash: units[Int(instrument.index)].notional(price, net),
      trade: trade, isPosted: true)
  }

  /// Posts an exchange of lots, and what leaves with a fraction; says whether there was anything.
  private mutating func postExchange(
    _ strategy: StrategyID, _ instrument: InstrumentID, lots: Int64, cost: Int128, gain: Int128
  ) throws(Ledger.Refusal) -> Bool {
    guard lots != 0 || cost != 0 || gain != 0 else { return false }
    let cash = chart.cash(strategy)
    let against = margined[Int(instrument.index)] ? chart.clearing(strategy, instrument) : cash
    try move(Int128(lots), to: chart.lots(strategy, instrument), from: chart.market(instrument))
    try move(-cost, to: chart.cost(strategy, instrument), from: against)
    try move(gain, to: cash, from: chart.realised(strategy))
    try ledger.commit()
    return true
  }

  /// Changes a position, carries the change into the sums, and ends a cycle that has become flat.
  private mutating func exchange(
    _ place: Int, _ strategy: StrategyID, _ instrument: InstrumentID, at: Timestamp,
    _ change: (inout Position) -> Void
  ) -> ClosedTrade? {
    let index = Int(strategy.index)
    let before = positions[place]
    change(&positions[place])
    let after = positions[place]
    sums[index].realised += after.realised - before.realised
    sums[index].unrealised += after.unrealised - before.unrealised
    sums[index].gross +=
      Int128((after.cost + after.unrealised).magnitude)
      - Int128((before.cost + before.unrealised).magnitude)
    guard after.isFlat else { return nil }
    positions[place].cycle = Position.Cycle()
    return ClosedTrade(
      strategy: strategy, instrument: instrument, isLong: before.net.lots > 0, closedAt: at,
      cycle: after.cycle)
  }
}

extension Position.Cycle {
  /// Counts lots and prices in new units; a fraction that was paid counts as gained, not as a lot.
  ///
  /// Ticks × lots do not change. Lots closed before are rounded to the nearest, which only averages
  /// of reports depend on.
  mutating func rescale(by ratio: SplitRatio, net: Int64, cash: Int128, gain: Int128) {
    func scaled(_ lots: Int64) -> Int64 {
      Int64(
        clamping: Rounding.halfEven.quotient(
          Int128(lots) * Int128(ratio.new), Int128(ratio.old)))
    }
    closedLots = scaled(closedLots)
    openedLots = closedLots + abs(net)
    peakLots = max(scaled(peakLots), abs(net))
    closedValue += Int128(cash.magnitude)
    realised += gain
    highest = ratio.price(highest, rounding: .up) ?? highest
    lowest = ratio.price(lowest, rounding: .down) ?? lowest
  }
}
