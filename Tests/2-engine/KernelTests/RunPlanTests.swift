import OmniEncoding
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniRisk
import OmniTime
import OmniTestKit
import Testing

@Suite("RunPlan")
struct RunPlanTests {
  // MARK: What can be run

  @Test func `a sound plan passes`() throws {
    try plan().check()
  }

  @Test func `a plan that cannot be run is refused with the reason`() {
    for (change, failure) in unsound {
      var plan = plan()
      change(&plan)
      #expect(throws: failure, "\(failure)") { try plan.check() }
      #expect(!failure.description.isEmpty && !failure.description.contains("\n"))
    }
  }

  @Test func `parameters stand in the order of their names`() {
    let plan = RunPlan.StrategyPlan(
      label: "a", strategy: "b", parameters: [.init("slow", "20"), .init("fast", "10")],
      instruments: [], capital: 1)
    #expect(plan.parameters.map(\.name) == ["fast", "slow"])
  }

  // MARK: Words

  @Test func `every part of a plan comes back from its words`() throws {
    for seed in UInt64(0)..<150 {
      var random = SeededRandom(seed: seed)
      let plan = random.plan()
      var source = WordArrayReader(plan.words)
      let read = try RunPlan(decoding: &source)

      #expect(read == plan, "seed \(seed)")
      #expect(source.isAtEnd, "seed \(seed)")
    }
  }

  @Test func `a limit that is off differs from a limit of nothing`() throws {
    var plan = plan()
    plan.limits.orderLotsMax = 0
    var source = WordArrayReader(plan.words)
    let read = try RunPlan(decoding: &source)
    #expect(read.limits.orderLotsMax == 0)
    #expect(read.limits.positionLotsMax == nil)
  }

  @Test func `words that end early are refused, wherever they end`() {
    var random = SeededRandom(seed: 7)
    let words = random.plan().words
    for count in 0..<words.count {
      var source = WordArrayReader(Array(words.prefix(count)))
      #expect(throws: WordFailure.exhausted, "\(count) words") { try RunPlan(decoding: &source) }
    }
  }

  @Test func `damaged words are refused or make a plan, and never stop the program`() {
    var (refused, read) = (0, 0)
    for seed in UInt64(0)..<400 {
      var random = SeededRandom(seed: seed)
      var words = random.plan().words
      for _ in 0...random.below(3) {
        let index = Int(random.below(UInt64(words.count)))
        switch random.below(4) {
        case 0: words[index] = random.next()
        case 1: words[index] ^= 1 << random.below(64)
        case 2: words[index] = random.below(2) == 0 ? .max : 1 << 63
        default: words.remove(at: index)
        }
      }
      var source = WordArrayReader(words)
      guard let plan = try? RunPlan(decoding: &source) else {
        refused += 1
        continue
      }
      read += 1
      try? plan.check()
      var again = WordArrayReader(plan.words)
      #expect((try? RunPlan(decoding: &again)) == plan, "seed \(seed)")
    }
    #expect(refused > 50 && read > 20, "refused \(refused), read \(read)")
  }

  @Test func `noise is refused`() {
    for seed in UInt64(0)..<300 {
      var random = SeededRandom(seed: seed)
      var source = WordArrayReader((0..<random.below(60)).map { _ in random.next() })
      #expect(throws: WordFailure.self, "seed \(seed)") { try RunPlan(decoding: &source) }
    }
  }
}

// MARK: - Words for the tests

private let unsound: [(@Sendable (inout RunPlan) -> Void, RunPlan.Failure)] = [
  ({ $0.instruments = [] }, .empty),
  ({ $0.strategies = [] }, .empty),
  ({ $0.currency = .eur }, .currency(instrument: "share", quoted: "USD", books: "EUR")),
  ({ $0.strategies.append($0.strategies[0]) }, .doubledLabel("script")),
  ({ $0.strategies[0].capital = 0 }, .capital(strategy: "script")),
  ({ $0.strategies[0].capital = -1 }, .capital(strategy: "script")),
  ({ $0.instruments.append($0.instruments[0]) }, .doubledSymbol("share")),
  ({ $0.strategies[0].instruments = [] }, .noInstruments(strategy: "script")),
  (
    { $0.strategies[0].instruments = [InstrumentID(0), InstrumentID(3)] },
    .unknownInstrument(strategy: "script", index: 3)
  ),
]

extension RunPlan {
  fileprivate var words: [UInt64] {
    var sink = WordArray()
    encode(into: &sink)
    return sink.words
  }
}

extension SeededRandom {
  fileprivate mutating func maybe<Value>(_ value: Value) -> Value? {
    below(2) == 0 ? nil : value
  }

  fileprivate mutating func text() -> String {
    let letters = ["", "a", "omni", "日本", "8 bytes!", "nine byte", "é", "a longer text of words"]
    return pick(letters) + pick(letters)
  }

  fileprivate mutating func signed() -> Int64 { Int64(truncatingIfNeeded: next()) }

  fileprivate mutating func wide() -> Int128 {
    Int128(signed()) << 64 | Int128(next())
  }

  fileprivate mutating func plan() -> RunPlan {
    let currency = pick([Currency.usd, .eur, .usdt])
    return RunPlan(
      instruments: (0..<below(4)).compactMap { _ in instrument(currency) },
      strategies: (0..<below(4)).map { _ in strategy() }, policy: policy(), limits: limits(),
      currency: currency)
  }

  private mutating func instrument(_ currency: Currency) -> Instrument? {
    InstrumentTerms(
      tick: FixedDecimal(coefficient: pick([1, 5, 25]), scale: pick([0, 1, 4])),
      lot: FixedDecimal(coefficient: pick([1, 100]), scale: pick([0, 3])), currency: currency,
      settlement: pick(Settlement.allCases),
      costs: InstrumentTerms.Costs(
        makerFee: Rate(billionths: signed()), takerFee: Rate(billionths: signed()),
        leverageMax: pick([1, 10, 1_000])), volumeDecimals: pick([0, 4, 8])
    ).map { Instrument(symbol: text(), name: text(), terms: $0) }
  }

  private mutating func strategy() -> RunPlan.StrategyPlan {
    let parameters = ["fast", "slow", "window"].prefix(Int(below(4)))
    return RunPlan.StrategyPlan(
      label: text(), strategy: text(), parameters: parameters.map { .init($0, text()) },
      instruments: (0..<below(4)).map { _ in InstrumentID(UInt32(below(65_537))) },
      capital: wide())
  }

  private mutating func policy() -> FillPolicy {
    FillPolicy(
      name: text(), marketTiming: pick(FillPolicy.MarketTiming.allCases),
      sweep: pick(FillPolicy.Sweep.allCases),
      gaps: FillPolicy.Gaps(
        stops: pick(FillPolicy.Gap.allCases), limits: pick(FillPolicy.Gap.allCases)),
      penetration: PriceOffset(ticks: Int64(below(1 << 62))),
      feeRule: pick(FillPolicy.FeeRule.allCases))
  }

  private mutating func limits() -> RiskLimits {
    var limits = RiskLimits()
    limits.priceAgeMax = maybe(Interval(nanoseconds: signed()))
    limits.priceCollar = maybe(Rate(billionths: signed()))
    limits.orderLotsMax = maybe(signed())
    limits.orderNotionalMax = maybe(wide())
    limits.positionLotsMax = maybe(signed())
    limits.positionNotionalMax = maybe(wide())
    limits.grossNotionalMax = maybe(wide())
    limits.needsMargin = below(2) == 0
    limits.strategyDrawdownMax = maybe(Rate(billionths: signed()))
    limits.totalDrawdownMax = maybe(Rate(billionths: signed()))
    limits.dailyLossMax = maybe(Rate(billionths: signed()))
    limits.ordersPerMinuteMax = maybe(Int(signed()))
    limits.workingOrdersMax = maybe(Int(signed()))
    limits.refusesDuplicates = below(2) == 0
    return limits
  }
}
