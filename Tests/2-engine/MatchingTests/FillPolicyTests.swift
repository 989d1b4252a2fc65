import OmniMatching
import OmniMoney
import Testing

@Suite("FillPolicy")
struct FillPolicyTests {
  @Test func `presets are found by their names`() {
    #expect(FillPolicy.presets.map(\.name) == ["omni", "nautilus-1.221", "backtesting.py"])
    for preset in FillPolicy.presets { #expect(FillPolicy.named(preset.name) == preset) }
    #expect(FillPolicy.named("perfect") == nil)
  }

  @Test func `the presets differ in what they are known for`() {
    #expect(FillPolicy.omni.marketTiming == .atClose)
    #expect(FillPolicy.omni.sweep == .openHighLowClose)
    #expect(FillPolicy.omni.stopGap == .atOpen)
    #expect(FillPolicy.omni.limitGap == .atOwnPrice)
    #expect(FillPolicy.omni.feeRule == .byLiquidity)
    #expect(FillPolicy.omni.penetration.ticks == 0)
    #expect(FillPolicy.nautilus.stopGap == .atOwnPrice)
    #expect(FillPolicy.nautilus.marketTiming == .atClose)
    #expect(FillPolicy.backtestingPy.marketTiming == .nextOpen)
    #expect(FillPolicy.backtestingPy.sweep == .stopsBeforeLimits)
    #expect(FillPolicy.backtestingPy.limitGap == .atOpen)
    #expect(FillPolicy.backtestingPy.feeRule == .takerAlways)
  }

  @Test func `each setting has a sentence of its own`() {
    var sentences: Set<[String]> = []
    var all: Set<String> = []
    for policy in everyPolicy {
      #expect(policy.assumptions.count == 7)
      #expect(policy.assumptions.allSatisfy { $0.hasSuffix(".") })
      sentences.insert(policy.assumptions)
      all.formUnion(policy.assumptions)
    }

    #expect(sentences.count == everyPolicy.count)
    #expect(all.count == 2 + 3 + 2 + 2 + 2 + 2 + 1)
  }

  @Test func `the assumptions of a preset say what it does`() {
    #expect(
      FillPolicy.omni.assumptions == [
        "Market orders fill at the close of the bar that led to them.",
        "Inside a bar the prices come as open, high, low, close.",
        "A stop that the open has passed fills at the open.",
        "A limit that the open has passed fills at its own price, without improvement.",
        "A limit fills when its price is touched; size is not limited.",
        "Limits that rested pay the maker fee, all else the taker fee.",
        "There is no latency and no slippage.",
      ])
  }
}

// MARK: - Words for the tests

/// Every combination of settings, with a penetration of none and of three ticks.
private let everyPolicy: [FillPolicy] = {
  var policies: [FillPolicy] = []
  for timing in FillPolicy.MarketTiming.allCases {
    for sweep in FillPolicy.Sweep.allCases {
      for (stops, limits) in everyGap {
        for (ticks, feeRule) in everyRest {
          policies.append(
            FillPolicy(
              name: "x", marketTiming: timing, sweep: sweep,
              gaps: .init(stops: stops, limits: limits), penetration: PriceOffset(ticks: ticks),
              feeRule: feeRule))
        }
      }
    }
  }
  return policies
}()

private let everyGap: [(FillPolicy.Gap, FillPolicy.Gap)] = [
  (.atOpen, .atOpen), (.atOpen, .atOwnPrice), (.atOwnPrice, .atOpen), (.atOwnPrice, .atOwnPrice),
]

private let everyRest: [(Int64, FillPolicy.FeeRule)] = [
  (0, .byLiquidity), (3, .byLiquidity), (0, .takerAlways), (3, .takerAlways),
]
