import OmniModel
import OmniMoney
import OmniStrategy
import Testing

@Suite("BreakoutBracket")
struct BreakoutBracketTests {
  @Test func `it enters above the highest high before, one bracket at a time`() throws {
    let trading = Trading(try coin()) { breakout(lookback: 2, stop: 15, target: 30) }

    #expect(trading.step(bar(1_000, 1_005, 999, 1_000)) == [])
    #expect(trading.step(bar(1_000, 1_009, 999, 1_000)) == [])
    // At the high is not above it.
    #expect(trading.step(bar(1_000, 1_009, 999, 1_009)) == [])
    #expect(
      trading.step(bar(1_000, 1_020, 999, 1_010)) == [
        .bracket(.buy, lots: 6, stop: 995, target: 1_040)
      ])
    #expect(trading.step(bar(1_021, 1_030, 1_021, 1_030)) == [])
  }

  @Test func `it agrees with the highest of the bars before, also as a copy`() throws {
    var count = 0
    for (number, lookback) in [1, 4, 20].enumerated() {
      for seed in UInt64(number * 10)..<UInt64(number * 10 + 8) {
        let bars = walk(120, seed: seed)
        count += try compare(
          bars, seed: seed, { breakout(lookback: lookback, stop: 15, target: 30) }
        ) { present, world in
          guard present >= lookback, world.position == 0, world.working.isEmpty,
            let high = bars[(present - lookback)..<present].map(\.high).max(),
            bars[present].close > high
          else { return [] }
          let close = bars[present].close.ticks
          return [.bracket(.buy, lots: 6, stop: close - 15, target: close + 30)]
        }
      }
    }
    #expect(count > 40)
  }

  @Test func `damaged words are refused, or make a strategy that goes on`() throws {
    try damage(walk(30, seed: 1)) { breakout(lookback: 5, stop: 15, target: 30) }
  }
}

// MARK: - Words for the tests

private func breakout(lookback: Int, stop: Int64, target: Int64) -> BreakoutBracket {
  BreakoutBracket(
    lookback: lookback, stop: PriceOffset(ticks: stop), target: PriceOffset(ticks: target),
    quantity: lots(6))
}
