import OmniEncoding
import OmniMatching
import OmniMoney
import OmniRisk
import OmniTime

// The words of fill policy and risk limits.
extension RunPlan {
  static func put(_ policy: FillPolicy, into sink: inout some WordSink & ~Copyable) {
    sink.put(policy.name)
    for value in [
      policy.marketTiming.rawValue, policy.sweep.rawValue, policy.stopGap.rawValue,
      policy.limitGap.rawValue, policy.feeRule.rawValue,
    ] { sink.put(UInt64(value)) }
    sink.put(policy.penetration.ticks)
  }

  static func takePolicy(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> FillPolicy {
    let name = try source.takeText()
    let timing: FillPolicy.MarketTiming = try take(&source)
    let sweep: FillPolicy.Sweep = try take(&source)
    let gaps = FillPolicy.Gaps(stops: try take(&source), limits: try take(&source))
    let fees: FillPolicy.FeeRule = try take(&source)
    let penetration = try source.takeSigned()
    guard penetration >= 0 else {
      throw .senseless(word: UInt64(bitPattern: penetration), what: "penetration")
    }
    return FillPolicy(
      name: name, marketTiming: timing, sweep: sweep, gaps: gaps,
      penetration: PriceOffset(ticks: penetration), feeRule: fees)
  }

  private static func take<Value: RawRepresentable<UInt8>>(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> Value {
    let word = try source.take()
    guard let value = UInt8(exactly: word).flatMap(Value.init(rawValue:)) else {
      throw .senseless(word: word, what: "part of a fill policy")
    }
    return value
  }

  static func put(_ limits: RiskLimits, into sink: inout some WordSink & ~Copyable) {
    let optional: [Int128?] = [
      limits.priceAgeMax.map { Int128($0.nanoseconds) },
      limits.priceCollar.map { Int128($0.billionths) },
      limits.orderLotsMax.map { Int128($0) }, limits.orderNotionalMax,
      limits.positionLotsMax.map { Int128($0) }, limits.positionNotionalMax,
      limits.grossNotionalMax,
      limits.strategyDrawdownMax.map { Int128($0.billionths) },
      limits.totalDrawdownMax.map { Int128($0.billionths) },
      limits.dailyLossMax.map { Int128($0.billionths) },
      limits.ordersPerMinuteMax.map { Int128($0) },
      limits.workingOrdersMax.map { Int128($0) },
    ]
    for value in optional {
      sink.put(value != nil)
      sink.put(value ?? 0)
    }
    sink.put(limits.needsMargin)
    sink.put(limits.refusesDuplicates)
  }

  static func takeLimits(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> RiskLimits {
    var limits = RiskLimits()
    limits.priceAgeMax = try takeSmall(&source).map { Interval(nanoseconds: $0) }
    limits.priceCollar = try takeSmall(&source).map { Rate(billionths: $0) }
    limits.orderLotsMax = try takeSmall(&source)
    limits.orderNotionalMax = try takeWide(&source)
    limits.positionLotsMax = try takeSmall(&source)
    limits.positionNotionalMax = try takeWide(&source)
    limits.grossNotionalMax = try takeWide(&source)
    limits.strategyDrawdownMax = try takeSmall(&source).map { Rate(billionths: $0) }
    limits.totalDrawdownMax = try takeSmall(&source).map { Rate(billionths: $0) }
    limits.dailyLossMax = try takeSmall(&source).map { Rate(billionths: $0) }
    limits.ordersPerMinuteMax = try takeSmall(&source).map { Int($0) }
    limits.workingOrdersMax = try takeSmall(&source).map { Int($0) }
    limits.needsMargin = try source.takeFlag()
    limits.refusesDuplicates = try source.takeFlag()
    return limits
  }

  private static func takeWide(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> Int128? {
    let isSet = try source.takeFlag()
    let value = try source.takeWide()
    return isSet ? value : nil
  }

  private static func takeSmall(
    _ source: inout some WordSource & ~Copyable
  ) throws(WordFailure) -> Int64? {
    guard let value = try takeWide(&source) else { return nil }
    guard let small = Int64(exactly: value) else {
      throw .senseless(word: UInt64(truncatingIfNeeded: value), what: "limit of 64 bits")
    }
    return small
  }
}
