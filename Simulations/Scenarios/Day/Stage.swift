import OmniModel
import OmniMoney
import OmniTime

/// What is traded on a simulated day, and what its prices do.
struct Stage {
  let currency: Currency
  let instruments: [Instrument]
  let series: [[Bar]]

  /// The bars of one day, all instruments together, are about that many.
  private static let barsMax = 1_200

  init(seed: UInt64) {
    var chance = Chance(seed, .instruments)
    // Yen have no smaller unit, so that values have to be rounded.
    let yen = Currency(code: "JPY", minorDigits: 0) ?? .eur
    let currency = chance.pick([Currency.usd, .usdt, .usdt, .eur, yen])
    let known = InstrumentCatalogue.builtIn.instruments.filter { $0.terms.currency == currency }
    var instruments: [Instrument] = []
    let count = chance.from(1...4)
    while instruments.count < count {
      if !known.isEmpty, chance.isOne(in: 3) {
        let one = chance.pick(known)
        if !instruments.contains(one) { instruments.append(one) }
      } else if let made = Self.made(instruments.count, currency, &chance) {
        instruments.append(made)
      }
    }
    let minutes = chance.pick([1, 5, 60, 1_440, 1_440])
    let start = Timestamp(
      nanoseconds: Int64(chance.from(1_000_000...1_700_000)) * 1_000_000_000_000)
    let bars = chance.from(Self.barsMax / 4...Self.barsMax) / count
    self.currency = currency
    self.instruments = instruments
    // Some venues close their bars later than others, so that prices can be old.
    let lags = (0..<count).map { _ in Int64(chance.pick([0, 0, chance.below(30 * minutes)])) }
    series = (0..<count).map { index in
      var market = Market(
        InstrumentID(UInt32(index)),
        from: start + Interval(nanoseconds: lags[index] * 1_000_000_000),
        every: Interval(nanoseconds: Int64(minutes) * 60_000_000_000),
        chance: Chance(seed, .market, number: index))
      return (0..<bars).map { _ in market.next() }
    }
  }

  /// An instrument that no venue has; nothing where the terms make no sense.
  private static func made(
    _ number: Int, _ currency: Currency, _ chance: inout Chance
  ) -> Instrument? {
    let settlement = chance.pick(Settlement.allCases)
    let isMargined = settlement == .margined
    let terms = InstrumentTerms(
      tick: FixedDecimal(coefficient: Int64(chance.pick([1, 5, 25])), scale: chance.from(0...5)),
      lot: FixedDecimal(coefficient: Int64(chance.pick([1, 1, 10])), scale: chance.from(0...5)),
      currency: currency, settlement: settlement,
      costs: .init(
        makerFee: Rate(billionths: Int64(chance.from(-200_000...1_000_000))),
        takerFee: Rate(billionths: Int64(chance.from(0...2_000_000))),
        leverageMax: isMargined ? Int64(chance.from(1...100)) : 1))
    return terms.map {
      Instrument(symbol: "made-\(number)", name: "an instrument of no venue", terms: $0)
    }
  }
}
