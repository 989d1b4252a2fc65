public import OmniCollections
public import OmniModel
public import OmniMoney
public import OmniPortfolio
public import OmniTime

// The rules, by layer. Each function throws the first denial of its layer.
extension PreTradeGate {
  @inlinable
  func checkMarket(
    _ order: OrderIntent, _ circumstances: OrderCircumstances
  ) throws(Denial) -> Price {
    guard let price = circumstances.lastPrice else { throw Denial(.noPrice) }
    if let limit = limits.priceAgeMax {
      let age = circumstances.now - circumstances.pricedAt
      guard age <= limit else {
        throw Denial(
          .stalePrice, limit: Int128(limit.nanoseconds), value: Int128(age.nanoseconds))
      }
    }
    if paused[Int(order.instrument.index)] { throw Denial(.instrumentPaused) }
    return price
  }

  @inlinable
  func checkValidity(_ order: OrderIntent) throws(Denial) {
    guard order.quantity > .zero else { throw Denial(.quantityZero, limit: 1, value: 0) }
    // Sums of lots and products with prices stay within their words below this.
    guard order.quantity.lots <= InstrumentTerms.lotsMax else {
      throw Denial(
        .orderQuantity, limit: Int128(InstrumentTerms.lotsMax), value: Int128(order.quantity.lots))
    }
    if order.type != .market {
      guard order.price.ticks.magnitude <= InstrumentTerms.ticksMax else {
        throw Denial(
          .priceOutOfRange, limit: Int128(InstrumentTerms.ticksMax),
          value: Int128(order.price.ticks))
      }
    }
    if restricted[Int(order.instrument.index)] { throw Denial(.restricted) }
  }

  @inlinable
  func checkState(_ order: OrderIntent, reduces: Bool) throws(Denial) {
    let isExit = reduces || order.contingency.parent != .none
    if order.isReduceOnly && !isExit { throw Denial(.wouldNotReduce) }
    switch tradingState {
    case .active: break
    case .reducing: if !isExit { throw Denial(.reducingOnly) }
    case .halted: throw Denial(.halted)
    }
  }

  @inlinable
  func checkPriceAndSize(_ order: OrderIntent, last: Price) throws(Denial) {
    let unit = terms[Int(order.instrument.index)].unit
    if let collar = limits.priceCollar, order.type == .limit {
      let distance = Int128((order.price.ticks - last.ticks).magnitude) * 1_000_000_000
      let base = Int128(max(1, last.ticks.magnitude))
      guard distance <= base * Int128(collar.billionths) else {
        throw Denial(
          .priceCollar, limit: Int128(collar.billionths),
          value: Rounding.up.quotient(distance, base))
      }
    }
    if let limit = limits.orderLotsMax, order.quantity.lots > limit {
      throw Denial(.orderQuantity, limit: Int128(limit), value: Int128(order.quantity.lots))
    }
    if let limit = limits.orderNotionalMax {
      let price = order.type == .market ? last : order.price
      let value = unit.notional(price, NetQuantity(lots: order.quantity.lots)).magnitude
      guard value <= limit.magnitude else {
        throw Denial(.orderNotional, limit: limit, value: Int128(value))
      }
    }
  }

  @inlinable
  func checkPosition(
    _ order: OrderIntent, _ circumstances: OrderCircumstances, _ portfolio: borrowing Portfolio,
    at price: Price
  ) throws(Denial) {
    let held = portfolio.position(order.strategy, order.instrument)
    let buys =
      held.net.lots + circumstances.workingBuyLots
      + (order.side == .buy ? order.quantity.lots : 0)
    let sells =
      held.net.lots - circumstances.workingSellLots
      - (order.side == .sell ? order.quantity.lots : 0)
    let worst = order.side == .buy ? max(buys, 0) : max(-sells, 0)
    if let limit = limits.positionLotsMax, worst > limit {
      throw Denial(.positionQuantity, limit: Int128(limit), value: Int128(worst))
    }
    let terms = terms[Int(order.instrument.index)]
    let value = Int128(terms.unit.notional(price, NetQuantity(lots: worst)).magnitude)
    if let limit = limits.positionNotionalMax, value > limit {
      throw Denial(.positionNotional, limit: limit, value: value)
    }
    let sum = portfolio.sum(order.strategy)
    let gross = sum.gross - Int128((held.cost + held.unrealised).magnitude) + value
    if let limit = limits.grossNotionalMax, gross > limit {
      throw Denial(.grossExposure, limit: limit, value: gross)
    }
    if limits.needsMargin { try checkFunds(terms, sum, gross: gross) }
  }

  /// Whether the equity carries the exposure that the order could bring about.
  @inlinable
  func checkFunds(
    _ terms: InstrumentTerms, _ sum: Portfolio.StrategySum, gross: Int128
  ) throws(Denial) {
    let needed = Rounding.up.quotient(gross, Int128(terms.leverageMax))
    guard needed <= sum.equity else {
      throw Denial(
        terms.settlement == .cash ? .cash : .margin, limit: sum.equity, value: needed)
    }
  }

  @inlinable
  mutating func checkLosses(
    _ order: OrderIntent, _ circumstances: OrderCircumstances, _ portfolio: borrowing Portfolio
  ) throws(Denial) {
    let sum = portfolio.sum(order.strategy)
    if let limit = limits.strategyDrawdownMax {
      try checkFall(.strategyDrawdown, from: sum.peak, to: sum.equity, of: sum.peak, limit)
    }
    if let limit = limits.totalDrawdownMax {
      let peak = portfolio.peakEquity
      try checkFall(.totalDrawdown, from: peak, to: portfolio.equity, of: peak, limit)
    }
    if let limit = limits.dailyLossMax {
      let start = behaviours[Int(order.strategy.index)].equityAtDayStart
      try checkFall(.dailyLoss, from: start, to: sum.equity, of: sum.capital, limit)
    }
  }

  @inlinable
  func checkFall(
    _ rule: RiskRule, from high: Int128, to now: Int128, of base: Int128, _ limit: Rate
  ) throws(Denial) {
    let fall = (high - now) * 1_000_000_000
    guard fall <= base * Int128(limit.billionths) else {
      throw Denial(
        rule, limit: Int128(limit.billionths),
        value: base > 0 ? Rounding.up.quotient(fall, base) : fall)
    }
  }

  @inlinable
  mutating func checkBehaviour(
    _ order: OrderIntent, _ circumstances: OrderCircumstances
  ) throws(Denial) {
    let index = Int(order.strategy.index)
    if let limit = limits.workingOrdersMax, circumstances.workingOrderCount >= limit {
      throw Denial(
        .workingOrders, limit: Int128(limit), value: Int128(circumstances.workingOrderCount + 1))
    }
    if let limit = limits.ordersPerMinuteMax {
      let minute = Self.period(of: circumstances.now, nanoseconds: 60_000_000_000)
      if behaviours[index].minute != minute {
        behaviours[index].minute = minute
        behaviours[index].ordersThisMinute = 0
      }
      guard behaviours[index].ordersThisMinute < limit else {
        throw Denial(
          .orderRate, limit: Int128(limit),
          value: Int128(behaviours[index].ordersThisMinute + 1))
      }
      behaviours[index].ordersThisMinute += 1
    }
    if limits.refusesDuplicates { try checkDuplicate(order, circumstances.now, index) }
  }

  @inlinable
  mutating func checkDuplicate(
    _ order: OrderIntent, _ now: Timestamp, _ index: Int
  ) throws(Denial) {
    if let last = behaviours[index].lastOrder, behaviours[index].lastOrderAt == now,
      last.instrument == order.instrument, last.side == order.side, last.type == order.type,
      last.quantity == order.quantity, last.price == order.price
    {
      throw Denial(.duplicate, limit: 1, value: 2)
    }
    behaviours[index].lastOrder = order
    behaviours[index].lastOrderAt = now
  }

  /// The number of the minute or day that holds `now`; before 1970 it is below zero.
  @inlinable
  static func period(of now: Timestamp, nanoseconds length: Int64) -> Int64 {
    let (quotient, remainder) = now.nanoseconds.quotientAndRemainder(dividingBy: length)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// Notes the equity with which a strategy enters a new UTC day; to be called before the day's
  /// first price is held against its positions.
  @inlinable
  public mutating func noteDay(_ strategy: StrategyID, now: Timestamp, equity: Int128) {
    if limits.dailyLossMax == nil { return }
    let day = Self.period(of: now, nanoseconds: 86_400_000_000_000)
    if behaviours[Int(strategy.index)].day != day {
      behaviours[Int(strategy.index)].day = day
      behaviours[Int(strategy.index)].equityAtDayStart = equity
    }
  }
}
