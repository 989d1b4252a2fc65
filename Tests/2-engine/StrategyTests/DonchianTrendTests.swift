import OmniModel
import OmniMoney
import OmniStrategy
import Testing

@Suite("DonchianTrend")
struct DonchianTrendTests {
  @Test func `it agrees with channels and ranges computed anew, also as a copy`() throws {
    var count = 0
    for (number, rule) in [
      Parts(entry: 5, exit: 3, range: 4, isLongOnly: false),
      Parts(entry: 20, exit: 10, range: 14, isLongOnly: false),
      Parts(entry: 4, exit: 6, range: 9, isLongOnly: true),
    ].enumerated() {
      for seed in UInt64(number * 10)..<UInt64(number * 10 + 6) {
        let bars = walk(120, seed: seed)
        count += try compare(bars, seed: seed, rule.strategy) { present, world in
          rule.wishes(bars, present, world)
        }
      }
    }
    #expect(count > 80)
  }

  @Test func `long only, it never sells short`() throws {
    for seed in UInt64(0)..<5 {
      let rule = Parts(entry: 5, exit: 3, range: 4, isLongOnly: true)
      let trading = Trading(try coin(), rule.strategy)
      for bar in walk(120, seed: seed) {
        _ = trading.step(bar)
        #expect(trading.world.position >= 0, "seed \(seed)")
      }
    }
  }

  @Test func `a lot that is worth far below a minor unit is sized exactly`() throws {
    let trading = Trading(try dust()) {
      DonchianTrend(
        entry: 2, exit: 2, range: 2, riskShare: Rate(billionths: 10_000_000), isLongOnly: true)
    }
    trading.desk.note(equity: 100_000_000)
    for _ in 0..<3 { #expect(trading.step(bar(1_000, 1_150, 1_000, 1_000)) == []) }

    let wishes = trading.step(bar(1_001, 1_151, 1_001, 1_151))

    // The range is 150.5 cents, so 151; 1 % of a million dollars is 1,000,000 cents; 10⁸ lots
    // make a coin.
    #expect(wishes == [.market(.buy, 1_000_000 * 100_000_000 / 151)])
  }

  @Test func `damaged words are refused, or make a strategy that goes on`() throws {
    try damage(
      walk(30, seed: 1), Parts(entry: 5, exit: 3, range: 4, isLongOnly: false).strategy)
  }
}

// MARK: - The rule, computed anew at each bar

private struct Parts {
  let entry: Int
  let exit: Int
  let range: Int
  let isLongOnly: Bool

  func strategy() -> DonchianTrend {
    DonchianTrend(
      entry: entry, exit: exit, range: range, riskShare: Rate(billionths: 10_000_000),
      isLongOnly: isLongOnly)
  }

  func wishes(_ bars: [Bar], _ present: Int, _ world: World) -> [Wish] {
    guard present >= entry, present >= exit else { return [] }
    let close = bars[present].close
    let wide = bars[(present - entry)..<present]
    let narrow = bars[(present - exit)..<present]
    if world.position > 0 {
      return narrow.allSatisfy { close < $0.low } ? [.market(.sell, world.position)] : []
    }
    if world.position < 0 {
      return narrow.allSatisfy { close > $0.high } ? [.market(.buy, -world.position)] : []
    }
    let isAbove = wide.allSatisfy { close > $0.high }
    let isBelow = wide.allSatisfy { close < $0.low } && !isLongOnly
    guard isAbove || isBelow, let size = size(Array(bars[...present]), world), size > 0 else {
      return []
    }
    return [.market(isAbove ? .buy : .sell, size)]
  }

  /// One average range of the position is a hundredth of equity; at most nine tenths of ten times
  /// the equity.
  private func size(_ bars: [Bar], _ world: World) -> Int64? {
    guard bars.count > range, let last = bars.last else { return nil }
    let spans = zip(bars.dropFirst(), bars).map { bar, before -> Double in
      let (high, low) = (price(bar.high), price(bar.low))
      let close = price(before.close)
      return max(high - low, abs(high - close), abs(low - close))
    }
    let first = spans.prefix(range).reduce(0, +) / Double(range)
    let average = spans.dropFirst(range).reduce(first) {
      ($0 * Double(range - 1) + $1) / Double(range)
    }
    let ticks = Int128((average / 0.1).rounded(.up))
    let byRisk = world.equity / 100 / (max(1, ticks) * 10_000)
    let byEquity = world.equity * 10 * 9 / 10 / (Int128(last.close.ticks) * 10_000)
    return Int64(min(byRisk, byEquity))
  }

  private func price(_ price: Price) -> Double { Double(price.ticks) / 10 }
}
