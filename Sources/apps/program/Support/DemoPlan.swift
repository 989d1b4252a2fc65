import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniTime

/// What the demo runs: five kinds of strategy, each with 200,000 dollars and books of its own.
enum DemoPlan {
  private static let capital: Int128 = 20_000_000

  /// The plan over the demo's series; an instrument's number is its series' place.
  static func make(_ series: [DemoData.Series]) throws -> RunPlan {
    func id(_ symbol: String) throws -> InstrumentID {
      guard let place = series.firstIndex(where: { $0.instrument.symbol == symbol }) else {
        throw Problem(
          "DEM-004", "the demo's data have no \(symbol)", wanted: "all files of the demo",
          remedy: "run make setup")
      }
      return InstrumentID(UInt32(place))
    }
    let shares = series.indices.filter { series[$0].file.hasPrefix("skfolio/") }
    let strategies = [
      strategy(
        "trend-bitcoin", "ema-cross", ["fast": "24", "slow": "96", "quantity": "2"],
        [try id("btc-usd")]),
      strategy(
        "reversion-euro", "rsi-limit",
        [
          "entry": "0.0005", "exit": "0.0005", "lower": "30", "upper": "60", "quantity": "100000",
        ], [try id("eurusd")]),
      strategy(
        "breakout-euro", "breakout-bracket",
        ["lookback": "48", "stop": "0.003", "target": "0.006", "quantity": "100000"],
        [try id("eurusd")]),
      strategy(
        "channel-amazon", "donchian",
        ["entry": "55", "exit": "20", "risk": "0.01", "long-only": "true"], [try id("amzn")]),
      strategy(
        "channel-google", "donchian",
        ["entry": "55", "exit": "20", "risk": "0.01", "long-only": "true"], [try id("googl")]),
      strategy(
        "channel-nvidia", "donchian",
        ["entry": "55", "exit": "20", "risk": "0.01", "long-only": "true"], [try id("nvda")]),
      strategy(
        "momentum-shares", "momentum", ["top": "5"],
        shares.map { InstrumentID(UInt32($0)) }),
    ]
    return RunPlan(
      instruments: series.map(\.instrument), strategies: strategies, policy: .omni,
      limits: limits, currency: .usd)
  }

  /// The bars by instrument, each with its instrument's number.
  static func bars(_ series: [DemoData.Series]) -> [[Bar]] {
    series.enumerated().map { place, one in
      one.bars.map { bar in
        Bar(
          instrument: InstrumentID(UInt32(place)), closedAt: bar.closedAt,
          prices: OpenHighLowClose(
            open: bar.open, high: bar.high, low: bar.low, close: bar.close), volume: bar.volume)
      }
    }
  }

  private static func strategy(
    _ label: String, _ name: String, _ parameters: [String: String], _ instruments: [InstrumentID]
  ) -> RunPlan.StrategyPlan {
    RunPlan.StrategyPlan(
      label: label, strategy: name,
      parameters: parameters.map { RunPlan.Parameter($0.key, $0.value) },
      instruments: instruments, capital: capital)
  }

  /// Limits as a careful account has them, so that the gate has something to say.
  private static var limits: RiskLimits {
    var limits = RiskLimits()
    limits.priceAgeMax = .days(7)
    limits.priceCollar = Rate(billionths: 100_000_000)
    limits.orderNotionalMax = 5_000_000_000
    limits.strategyDrawdownMax = Rate(billionths: 500_000_000)
    limits.ordersPerMinuteMax = 60
    limits.workingOrdersMax = 100
    limits.refusesDuplicates = true
    return limits
  }
}
