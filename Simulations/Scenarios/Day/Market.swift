import OmniModel
import OmniMoney
import OmniTime

/// Makes bars: a walk at random, with jumps, gaps, halts, flat stretches and limit moves.
struct Market {
  private let instrument: InstrumentID
  private let interval: Interval
  private var chance: Chance
  private var now: Timestamp
  private var price: Int
  /// The largest usual move inside a bar, in millionths.
  private let unrest: Int
  private var flatBars = 0
  private var limitBars = 0
  private var limitPercent = 0

  /// Prices stay within these ticks.
  private static let ticks = 10...1 << 33

  init(
    _ instrument: InstrumentID, from start: Timestamp, every interval: Interval, chance: Chance
  ) {
    self.instrument = instrument
    self.interval = interval
    self.chance = chance
    now = start
    price = self.chance.from(1_000...400_000)
    unrest = self.chance.pick([500, 3_000, 10_000, 40_000])
  }

  /// The next bar.
  mutating func next() -> Bar {
    let steps = chance.isOne(in: 80) ? chance.from(2...40) : 1
    now = now + Interval(nanoseconds: interval.nanoseconds * Int64(steps))
    let prices = prices()
    price = Int(prices.close.ticks)
    return Bar(
      instrument: instrument, closedAt: now, prices: prices,
      volume: chance.isOne(in: 20) ? 0 : Int64(chance.below(1_000_000)))
  }

  private mutating func prices() -> OpenHighLowClose {
    if flatBars > 0 {
      flatBars -= 1
      return still(at: price)
    }
    if limitBars > 0 {
      limitBars -= 1
      return still(at: price * (100 + limitPercent) / 100)
    }
    switch chance.below(200) {
    case 0: flatBars = chance.from(1...30)
    case 1:
      limitBars = chance.from(1...4)
      limitPercent = chance.pick([-10, 10])
    default: break
    }
    let open = chance.isOne(in: 40) ? moved(price, by: 80_000) : price
    let close = chance.isOne(in: 150) ? moved(open, by: 300_000) : moved(open, by: unrest)
    let high = max(open, close) + max(open, close) * chance.below(unrest) / 1_000_000
    let low = min(open, close) - min(open, close) * chance.below(unrest) / 1_000_000
    return OpenHighLowClose(
      open: tick(open), high: tick(high), low: tick(low), close: tick(close))
  }

  /// `price` moved up or down by at most so many millionths.
  private mutating func moved(_ price: Int, by millionths: Int) -> Int {
    price + price * chance.from(-millionths...millionths) / 1_000_000
  }

  private func still(at price: Int) -> OpenHighLowClose {
    let one = tick(price)
    return OpenHighLowClose(open: one, high: one, low: one, close: one)
  }

  private func tick(_ price: Int) -> Price {
    Price(ticks: Int64(min(max(price, Self.ticks.lowerBound), Self.ticks.upperBound)))
  }
}
