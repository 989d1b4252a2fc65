import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniStrategy
import OmniTime

/// Who trades on a simulated day, under which assumptions and limits.
struct Crew {
  private(set) var strategies: [RunPlan.StrategyPlan] = []
  private(set) var limits = RiskLimits()
  let policy: FillPolicy

  private let stage: Stage
  /// The usual size and value of an order, to which limits are held.
  private var usualLots: Int64 = 1
  private var usualValue: Int128 = 1

  init(seed: UInt64, _ stage: Stage) {
    self.stage = stage
    policy = Self.policy(Chance(seed, .policy))
    var chance = Chance(seed, .strategies)
    let names = StrategyCatalogue.all.map(\.name)
    for number in 0..<chance.from(2...6) {
      // The first of each day goes round, so that five days in a row have seen all.
      let name = number == 0 ? names[Int(seed % UInt64(names.count))] : chance.pick(names)
      hire(name, number, &chance)
    }
    limits = limits(Chance(seed, .limits))
  }

  private mutating func hire(_ name: String, _ number: Int, _ chance: inout Chance) {
    let all = stage.instruments.indices.map { InstrumentID(UInt32($0)) }
    let isMany = StrategyCatalogue.descriptor(name)?.tradesMany == true
    let own = isMany ? all : [chance.pick(all)]
    let index = Int(own[0].index)
    let terms = stage.instruments[index].terms
    let first = stage.series[index].first?.close ?? Price(ticks: 1_000)
    let quantity = Quantity(lots: Int64(chance.from(1...100) * chance.pick([1, 10, 1_000])))
    let value = terms.notional(first, NetQuantity(lots: quantity.lots)).minorUnits
    usualLots = max(usualLots, quantity.lots)
    usualValue = max(usualValue, value)
    strategies.append(
      RunPlan.StrategyPlan(
        label: "\(name)-\(number)", strategy: name,
        parameters: parameters(name, terms, first, quantity, &chance).map {
          RunPlan.Parameter($0.key, $0.value)
        },
        instruments: own,
        // From poor, so that margin and cash are refused, to rich.
        capital: max(1_000, value * Int128(chance.from(1...80)) / 8)))
  }

  private func parameters(
    _ name: String, _ terms: InstrumentTerms, _ price: Price, _ quantity: Quantity,
    _ chance: inout Chance
  ) -> [String: String] {
    func offset(_ thousandths: ClosedRange<Int>) -> String {
      let ticks = price.ticks * Int64(chance.from(thousandths)) / 1_000
      return terms.text(Price(ticks: ticks))
    }
    let size = terms.text(quantity)
    switch name {
    case "ema-cross":
      let fast = chance.from(1...20)
      return [
        "fast": "\(fast)", "slow": "\(fast + chance.from(1...30))", "quantity": size,
      ]
    case "rsi-limit":
      return [
        "period": "\(chance.from(2...20))", "lower": "\(chance.from(20...60))",
        "upper": "\(chance.from(40...80))", "entry": offset(0...8), "exit": offset(0...8),
        "patience": "\(chance.from(1...10))", "hold": "\(chance.from(1...60))", "quantity": size,
      ]
    case "breakout-bracket":
      return [
        "lookback": "\(chance.from(1...30))", "stop": offset(0...40), "target": offset(0...60),
        "quantity": size,
      ]
    case "donchian":
      return [
        "entry": "\(chance.from(1...30))", "exit": "\(chance.from(1...20))",
        "range": "\(chance.from(1...30))", "risk": "0.0\(chance.from(1...9))",
        "long-only": chance.pick(["true", "false"]),
      ]
    default:
      let lookback = chance.from(2...30)
      return [
        "lookback": "\(lookback)", "skip": "\(chance.below(lookback))",
        "top": "\(chance.from(1...stage.instruments.count))", "invested": "0.\(chance.from(1...9))",
      ]
    }
  }

  private static func policy(_ given: Chance) -> FillPolicy {
    var chance = given
    if chance.isOne(in: 3) { return chance.pick(FillPolicy.presets) }
    return FillPolicy(
      name: "drawn", marketTiming: chance.pick(FillPolicy.MarketTiming.allCases),
      sweep: chance.pick(FillPolicy.Sweep.allCases),
      gaps: .init(
        stops: chance.pick(FillPolicy.Gap.allCases), limits: chance.pick(FillPolicy.Gap.allCases)),
      penetration: PriceOffset(ticks: Int64(chance.pick([0, 0, 1, 20]))),
      feeRule: chance.pick(FillPolicy.FeeRule.allCases))
  }

  /// Limits of which each is off twice in three times, and tight otherwise.
  private func limits(_ given: Chance) -> RiskLimits {
    var chance = given
    var limits = RiskLimits()
    func rate(_ percent: ClosedRange<Int>) -> Rate {
      Rate(billionths: Int64(chance.from(percent)) * 10_000_000)
    }
    func value(_ eighths: ClosedRange<Int>) -> Int128 {
      max(1, usualValue * Int128(chance.from(eighths)) / 8)
    }
    if chance.isOne(in: 3) {
      limits.priceAgeMax = Interval(nanoseconds: Int64(chance.from(1...100_000)) * 1_000_000_000)
    }
    if chance.isOne(in: 3) {
      limits.priceCollar = Rate(billionths: Int64(chance.from(0...9)) * 1_000_000)
    }
    if chance.isOne(in: 3) {
      limits.orderLotsMax = max(1, usualLots * Int64(chance.from(1...16)) / 8)
    }
    if chance.isOne(in: 3) { limits.orderNotionalMax = value(2...20) }
    if chance.isOne(in: 3) {
      limits.positionLotsMax = max(1, usualLots * Int64(chance.from(1...24)) / 8)
    }
    if chance.isOne(in: 3) { limits.positionNotionalMax = value(4...24) }
    if chance.isOne(in: 3) { limits.grossNotionalMax = value(4...40) }
    if chance.isOne(in: 3) { limits.strategyDrawdownMax = rate(5...50) }
    if chance.isOne(in: 3) { limits.totalDrawdownMax = rate(5...50) }
    if chance.isOne(in: 3) { limits.dailyLossMax = rate(1...20) }
    if chance.isOne(in: 3) { limits.ordersPerMinuteMax = chance.from(1...5) }
    if chance.isOne(in: 3) { limits.workingOrdersMax = chance.from(1...6) }
    limits.needsMargin = !chance.isOne(in: 3)
    limits.refusesDuplicates = chance.isOne(in: 2)
    return limits
  }
}
