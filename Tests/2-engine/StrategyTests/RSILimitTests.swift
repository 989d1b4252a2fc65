import OmniModel
import OmniMoney
import OmniStrategy
import Testing

@Suite("RSILimit")
struct RSILimitTests {
  @Test func `it bids under weakness, cancels after some bars and bids anew`() throws {
    let trading = Trading(try coin()) { RSILimit(settings(period: 2, patience: 3, hold: 9)) }

    let wishes = (0..<6).map { trading.step(flatBar(1_000 - Int64($0))) }

    // The bid stands ten ticks under the close, where the falling closes do not reach it.
    let bids = [998, 995].map { Wish.order(.buy, .limit, lots: 4, price: $0 - 10) }
    #expect(wishes == [[], [], [bids[0]], [], [], [.cancel, bids[1]]])
  }

  @Test func `a position that is too old is sold at the market, after its offer is cancelled`()
    throws
  {
    let trading = Trading(try coin()) { RSILimit(settings(period: 1, patience: 9, hold: 2)) }

    #expect(trading.step(flatBar(1_000)) == [])
    #expect(trading.step(flatBar(999)) == [.order(.buy, .limit, lots: 4, price: 989)])
    #expect(trading.step(flatBar(989)) == [])
    #expect(trading.step(flatBar(990)) == [.order(.sell, .limit, lots: 4, price: 995)])
    #expect(trading.step(flatBar(990)) == [.cancel, .market(.sell, 4)])
    #expect(trading.world.position == 0)
  }

  @Test func `it agrees with the rules read from their text, also as a copy`() throws {
    var count = 0
    let all = [
      settings(period: 3, patience: 2, hold: 6), settings(period: 14, patience: 5, hold: 20),
    ]
    for (number, settings) in all.enumerated() {
      for seed in UInt64(number * 10)..<UInt64(number * 10 + 8) {
        let bars = walk(120, seed: seed)
        var text = RuleText(settings)
        count += try compare(bars, seed: seed, { RSILimit(settings) }) { present, world in
          text.wishes(bars[...present].map { Double($0.close.ticks) / 10 }, bars[present], world)
        }
      }
    }
    #expect(count > 200)
  }

  @Test func `damaged words are refused, or make a strategy that goes on`() throws {
    try damage(walk(30, seed: 1)) { RSILimit(settings(period: 3, patience: 2, hold: 6)) }
  }
}

// MARK: - Words for the tests

private func settings(period: Int, patience: Int64, hold: Int64) -> RSILimit.Settings {
  var settings = RSILimit.Settings()
  settings.period = period
  settings.lower = 35
  settings.entryOffset = PriceOffset(ticks: 10)
  settings.exitOffset = PriceOffset(ticks: 5)
  settings.patienceBars = patience
  settings.holdBars = hold
  settings.quantity = lots(4)
  return settings
}

/// The rules of the golden lists, sentence by sentence.
private struct RuleText {
  let settings: RSILimit.Settings
  var placed: Int64 = 0
  var held: Int64?

  init(_ settings: RSILimit.Settings) { self.settings = settings }

  mutating func wishes(_ closes: [Double], _ bar: Bar, _ world: World) -> [Wish] {
    let now = Int64(closes.count - 1)
    guard let index = strength(closes, settings.period) else { return [] }
    var wishes: [Wish] = []
    var isWorking = !world.working.isEmpty
    if world.position == 0 { held = nil } else if held == nil { held = now }
    if isWorking && now - placed >= settings.patienceBars {
      wishes.append(.cancel)
      isWorking = false
    }
    if let held {
      if now - held >= settings.holdBars {
        if isWorking { wishes.append(.cancel) }
        wishes.append(.market(.sell, settings.quantity.lots))
      } else if !isWorking && index > settings.upper {
        wishes.append(limit(.sell, bar.close.ticks + settings.exitOffset.ticks, now))
      }
    } else if !isWorking && index < settings.lower {
      wishes.append(limit(.buy, bar.close.ticks - settings.entryOffset.ticks, now))
    }
    return wishes
  }

  private mutating func limit(_ side: Side, _ price: Int64, _ now: Int64) -> Wish {
    placed = now
    return .order(side, .limit, lots: settings.quantity.lots, price: price)
  }
}

private func strength(_ closes: [Double], _ period: Int) -> Double? {
  guard closes.count > period else { return nil }
  let changes = zip(closes.dropFirst(), closes).map { $0 - $1 }
  func smoothed(_ parts: [Double]) -> Double {
    let first = parts.prefix(period).reduce(0, +) / Double(period)
    return parts.dropFirst(period).reduce(first) {
      ($0 * Double(period - 1) + $1) / Double(period)
    }
  }
  let (gain, loss) = (smoothed(changes.map { max($0, 0) }), smoothed(changes.map { max(-$0, 0) }))
  return loss == 0 ? 100 : 100 - 100 / (1 + gain / loss)
}
