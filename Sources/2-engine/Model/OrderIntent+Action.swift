public import OmniMoney

// What a working order becomes by a corporate action.
extension OrderIntent {
  /// The order after a split, or nil when less than a lot is left of it or it leaves its range.
  ///
  /// Sizes are cut to whole lots. Prices that fall between two ticks go away from the market: those
  /// of buy limits and sell stops down, those of sell limits and buy stops up, so that no order is
  /// filled at a worse price, or touched earlier, than was asked for.
  public func adjusted(for ratio: SplitRatio) -> OrderIntent? {
    guard let lots = ratio.lots(quantity.lots)?.whole, lots > 0 else { return nil }
    guard type != .market else { return with(Quantity(lots: lots), price) }
    let isBelowMarket = (side == .buy) == (type == .limit)
    guard let price = ratio.price(price, rounding: isBelowMarket ? .down : .up) else { return nil }
    return with(Quantity(lots: lots), price)
  }

  /// The order after a cash dividend of `amount` for each unit, of an instrument with this tick.
  ///
  /// Buy limits and sell stops are lowered by the dividend, rounded up to the tick, as the rule 5330
  /// of FINRA has it; other orders stay. Nil when the price leaves its range.
  public func adjusted(forDividend amount: FixedDecimal, tick: FixedDecimal) -> OrderIntent? {
    guard type != .market, (side == .buy) == (type == .limit) else { return self }
    let ticks = Rounding.up.quotient(
      Int128(amount.coefficient) * Int128(FixedDecimal.powerOfTen(tick.scale)),
      Int128(tick.coefficient) * Int128(FixedDecimal.powerOfTen(amount.scale)))
    let lowered = Int128(price.ticks) - ticks
    guard lowered.magnitude <= UInt128(InstrumentTerms.ticksMax) else { return nil }
    return with(quantity, Price(ticks: Int64(lowered)))
  }

  private func with(_ quantity: Quantity, _ price: Price) -> OrderIntent {
    OrderIntent(
      id: id, strategy: strategy, instrument: instrument,
      terms: Terms(side, type, quantity, price: price, isReduceOnly: isReduceOnly),
      contingency: contingency)
  }
}
