import OmniModel
import OmniMoney
import OmniStrategy
import Testing

@Suite("EMACross")
struct EMACrossTests {
  @Test func `it waits for the slow average, then follows it, turning by twice the size`() throws {
    let trading = Trading(try coin()) { EMACross(fast: 2, slow: 4, quantity: lots(5)) }
    let prices: [Int64] = [1_000, 1_010, 1_020, 1_030, 1_040, 900, 890]

    let wishes = prices.map { trading.step(flatBar($0)) }

    #expect(wishes == [[], [], [], [.market(.buy, 5)], [], [.market(.sell, 10)], []])
  }

  @Test func `a market that stands still has no trend`() throws {
    let trading = Trading(try coin()) { EMACross(fast: 2, slow: 4, quantity: lots(5)) }
    for _ in 0..<20 { #expect(trading.step(flatBar(1_000)) == []) }
  }

  @Test func `it agrees with the averages computed anew at each bar, also as a copy`() throws {
    var count = 0
    for (seed, (fast, slow)) in [(1, 2), (2, 5), (3, 8), (10, 20)].enumerated() {
      for seed in UInt64(seed * 10)..<UInt64(seed * 10 + 5) {
        let bars = walk(90, seed: seed)
        var side: Int64 = 0
        count += try compare(
          bars, seed: seed, { EMACross(fast: fast, slow: slow, quantity: lots(7)) }
        ) { present, _ in
          guard present >= slow - 1 else { return [] }
          let closes = bars[...present].map { Double($0.close.ticks) / 10 }
          let (quick, steady) = (average(closes, fast), average(closes, slow))
          let wanted: Int64 = quick > steady ? 1 : quick < steady ? -1 : side
          guard wanted != side else { return [] }
          defer { side = wanted }
          return [.market(wanted > 0 ? .buy : .sell, side == 0 ? 7 : 14)]
        }
      }
    }
    #expect(count > 60)
  }

  @Test func `damaged words are refused, or make a strategy that goes on`() throws {
    try damage(walk(30, seed: 1)) { EMACross(fast: 3, slow: 8, quantity: lots(7)) }
  }
}

// MARK: - Words for the tests

private func average(_ closes: [Double], _ period: Int) -> Double {
  var average = closes[0]
  for close in closes.dropFirst() { average += (close - average) * (2 / Double(period + 1)) }
  return average
}
