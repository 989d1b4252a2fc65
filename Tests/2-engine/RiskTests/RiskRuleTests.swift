import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniTime
import Testing

/// For each rule an order that trips it, and one that just does not.
@Suite("RiskRule")
struct RiskRuleTests {
  @Test func `every rule refuses what is just beyond it, and names limit and value`() throws {
    for row in rules {
      var gate = PreTradeGate(row.limits)
      try row.prepare(&gate)
      gate.tradingState = row.denied.state
      let books = try books(held: row.denied.held, mark: row.denied.mark)
      let words = gate.words

      let denial = gate.denial(row.denied.order, row.denied.seen, books)
      #expect(denial == Denial(row.rule, limit: row.limit, value: row.value), "\(row.rule)")
      if row.rule.layer != 9 { #expect(gate.words == words, "\(row.rule) changed the gate") }
    }
  }

  @Test func `every rule lets by what is just within it`() throws {
    for row in rules {
      var gate = PreTradeGate(row.limits)
      try row.prepare(&gate)
      gate.tradingState = row.passed.state
      let books = try books(held: row.passed.held, mark: row.passed.mark)

      #expect(gate.denial(row.passed.order, row.passed.seen, books) == nil, "\(row.rule)")
    }
  }

  @Test func `every rule stands in the table or is tripped elsewhere`() {
    let inTable = Set(rules.map(\.rule))
    let missing = RiskRule.allCases.filter { !inTable.contains($0) && !elsewhere.contains($0) }
    #expect(missing.isEmpty)
    #expect(inTable.isDisjoint(with: elsewhere))
  }

  @Test func `a rule that is off asks for nothing`() throws {
    var gate = PreTradeGate(limits { $0.needsMargin = false })
    let books = try books(held: 100, mark: 1)
    let order = limit(.buy, InstrumentTerms.lotsMax, at: 1)
    let long = OrderCircumstances.Working(buyLots: 1_000, sellLots: 0, orderCount: 1_000)

    for _ in 0..<100 {
      #expect(gate.denial(order, seen(pricedAt: at(-1_000_000), working: long), books) == nil)
    }
  }

  @Test func `a rule's number begins with its layer`() {
    #expect(RiskRule.noPrice.layer == 1)
    #expect(RiskRule.dailyLoss.layer == 8)
    #expect(RiskRule.reducingOnly.layer == 10)
  }
}

// MARK: - The table

/// Rules that a single order cannot trip: `PreTradeGateTests` and the kernel's tests do.
private let elsewhere: Set<RiskRule> = [.bracketInverted, .bracketIncomplete]

private struct Attempt {
  var order: OrderIntent
  var seen = OmniRiskTests.seen()
  var held: Int64 = 0
  var mark: Int64 = 100_00
  var state = TradingState.active
}

private struct Row {
  var rule: RiskRule
  var limits = RiskLimits()
  var prepare: @Sendable (inout PreTradeGate) throws -> Void = { _ in }
  var denied: Attempt
  var passed: Attempt
  var limit: Int128 = 0
  var value: Int128 = 0
}

private let rules = marketRows + validityRows + sizeRows + positionRows + lossRows + behaviourRows

private let marketRows: [Row] = [
  Row(
    rule: .noPrice, denied: Attempt(order: market(.buy, 1), seen: seen(nil)),
    passed: Attempt(order: market(.buy, 1))),
  Row(
    rule: .stalePrice, limits: limits { $0.priceAgeMax = .seconds(60) },
    denied: Attempt(
      order: market(.buy, 1), seen: seen(pricedAt: Timestamp(nanoseconds: 39_999_999_999))),
    passed: Attempt(order: market(.buy, 1), seen: seen(pricedAt: at(40))),
    limit: 60_000_000_000, value: 60_000_000_001),
  Row(
    rule: .instrumentPaused, prepare: { $0.setPaused(true, share) },
    denied: Attempt(order: market(.buy, 1)), passed: Attempt(order: market(.buy, 1, of: future))),
  Row(
    rule: .instrumentPaused,
    prepare: {
      $0.setPaused(true, share)
      $0.setPaused(false, share)
      $0.setPaused(true, future)
    },
    denied: Attempt(order: market(.buy, 1, of: future)), passed: Attempt(order: market(.buy, 1))),
]

private let validityRows: [Row] = [
  Row(
    rule: .unknownInstrument, denied: Attempt(order: market(.buy, 1, of: InstrumentID(2))),
    passed: Attempt(order: market(.buy, 1, of: InstrumentID(1))), limit: 2, value: 2),
  Row(
    rule: .quantityZero, denied: Attempt(order: market(.buy, 0)),
    passed: Attempt(order: market(.buy, 1)), limit: 1, value: 0),
  Row(
    rule: .priceOutOfRange, denied: Attempt(order: limit(.buy, 1, at: 1 << 50 + 1)),
    passed: Attempt(order: limit(.buy, 1, at: 1 << 50)), limit: 1 << 50, value: 1 << 50 + 1),
  Row(
    rule: .priceOutOfRange, denied: Attempt(order: limit(.sell, 1, at: .min)),
    passed: Attempt(order: limit(.sell, 1, at: -(1 << 50))), limit: 1 << 50,
    value: Int128(Int64.min)),
  Row(
    rule: .wouldNotReduce, denied: Attempt(order: reduceOnly(.sell, 6), held: 5),
    passed: Attempt(order: reduceOnly(.sell, 5), held: 5)),
  Row(
    rule: .wouldNotReduce, denied: Attempt(order: reduceOnly(.buy, 1), held: 5),
    passed: Attempt(order: reduceOnly(.buy, 1), held: -1)),
  Row(
    rule: .wouldNotReduce,
    denied: Attempt(
      order: reduceOnly(.sell, 3), seen: seen(working: .init(sellLots: 3, orderCount: 1)), held: 5),
    passed: Attempt(
      order: reduceOnly(.sell, 2), seen: seen(working: .init(sellLots: 3, orderCount: 1)), held: 5)),
]

private let sizeRows: [Row] = [
  Row(
    rule: .priceCollar, limits: limits { $0.priceCollar = Rate(billionths: 50_000_000) },
    denied: Attempt(order: limit(.buy, 1, at: 105_01)),
    passed: Attempt(order: limit(.buy, 1, at: 105_00)), limit: 50_000_000, value: 50_100_000),
  Row(
    rule: .priceCollar, limits: limits { $0.priceCollar = Rate(billionths: 333_333_333) },
    denied: Attempt(order: limit(.sell, 1, at: 2), seen: seen(3)),
    passed: Attempt(order: limit(.sell, 1, at: 3), seen: seen(3)),
    limit: 333_333_333, value: 333_333_334),
  Row(
    rule: .orderQuantity, limits: limits { $0.orderLotsMax = 10 },
    denied: Attempt(order: market(.buy, 11)), passed: Attempt(order: market(.buy, 10)),
    limit: 10, value: 11),
  Row(
    rule: .orderQuantity, limits: limits { $0.needsMargin = false },
    denied: Attempt(order: market(.buy, .max), held: 5),
    passed: Attempt(order: market(.buy, InstrumentTerms.lotsMax), held: 5),
    limit: Int128(InstrumentTerms.lotsMax), value: Int128(Int64.max)),
  Row(
    rule: .orderNotional, limits: limits { $0.orderNotionalMax = 1_000_00 },
    denied: Attempt(order: market(.buy, 11)), passed: Attempt(order: market(.buy, 10)),
    limit: 1_000_00, value: 1_100_00),
  Row(
    rule: .orderNotional, limits: limits { $0.orderNotionalMax = 1_000_00 },
    denied: Attempt(order: limit(.buy, 10, at: 100_01)),
    passed: Attempt(order: limit(.buy, 10, at: 100_00)), limit: 1_000_00, value: 1_000_10),
]

private let positionRows: [Row] = [
  Row(
    rule: .positionQuantity, limits: limits { $0.positionLotsMax = 10 },
    denied: Attempt(
      order: market(.buy, 4), seen: seen(working: .init(buyLots: 3, orderCount: 1)), held: 4),
    passed: Attempt(
      order: market(.buy, 3), seen: seen(working: .init(buyLots: 3, orderCount: 1)), held: 4),
    limit: 10, value: 11),
  Row(
    rule: .positionQuantity, limits: limits { $0.positionLotsMax = 10 },
    denied: Attempt(
      order: market(.sell, 4), seen: seen(working: .init(sellLots: 3, orderCount: 1)), held: -4),
    passed: Attempt(
      order: market(.sell, 4), seen: seen(working: .init(buyLots: 3, orderCount: 1)), held: -4),
    limit: 10, value: 11),
  Row(
    rule: .positionNotional, limits: limits { $0.positionNotionalMax = 1_000_00 },
    denied: Attempt(order: market(.buy, 6), held: 5),
    passed: Attempt(order: market(.buy, 5), held: 5), limit: 1_000_00, value: 1_100_00),
  Row(
    rule: .restricted, prepare: { $0.setRestricted(true, share) },
    denied: Attempt(order: market(.buy, 1)), passed: Attempt(order: market(.buy, 1, of: future))),
  Row(
    rule: .grossExposure, limits: limits { $0.grossNotionalMax = 2_000_00 },
    denied: Attempt(order: market(.buy, 11, of: future), held: 10),
    passed: Attempt(order: market(.buy, 10, of: future), held: 10),
    limit: 2_000_00, value: 2_100_00),
  Row(
    rule: .grossExposure, limits: limits { $0.grossNotionalMax = 2_000_00 },
    denied: Attempt(order: market(.buy, 11), held: 10),
    passed: Attempt(order: market(.buy, 10), held: 10), limit: 2_000_00, value: 2_100_00),
  Row(
    rule: .margin, denied: Attempt(order: market(.buy, 1_001, of: future)),
    passed: Attempt(order: market(.buy, 1_000, of: future)), limit: 10_000_00, value: 10_010_00),
  Row(
    rule: .cash, denied: Attempt(order: market(.buy, 101)),
    passed: Attempt(order: market(.buy, 100)), limit: 10_000_00, value: 10_100_00),
]

/// A hundred shares of 100 dollars, valued lower: each dollar is a hundredth of the equity.
private let lossRows: [Row] = [
  Row(
    rule: .strategyDrawdown,
    limits: limits { $0.strategyDrawdownMax = Rate(billionths: 100_000_000) },
    denied: Attempt(order: market(.buy, 1, of: future), held: 100, mark: 89_99),
    passed: Attempt(order: market(.buy, 1, of: future), held: 100, mark: 90_00),
    limit: 100_000_000, value: 100_100_000),
  Row(
    rule: .totalDrawdown, limits: limits { $0.totalDrawdownMax = Rate(billionths: 50_000_000) },
    denied: Attempt(order: market(.buy, 1, of: future), held: 100, mark: 89_99),
    passed: Attempt(order: market(.buy, 1, of: future), held: 100, mark: 90_00),
    limit: 50_000_000, value: 50_050_000),
  Row(
    rule: .dailyLoss, limits: limits { $0.dailyLossMax = Rate(billionths: 100_000_000) },
    prepare: { $0.noteDay(first, now: at(100), equity: 10_000_00) },
    denied: Attempt(order: market(.buy, 1, of: future), held: 100, mark: 89_99),
    passed: Attempt(order: market(.buy, 1, of: future), held: 100, mark: 90_00),
    limit: 100_000_000, value: 100_100_000),
]

private let behaviourRows: [Row] = [
  Row(
    rule: .orderRate, limits: limits { $0.ordersPerMinuteMax = 2 },
    prepare: { gate in
      let books = try books()
      for second in [0, 59] as [Int64] {
        #expect(gate.denial(market(.buy, 1), seen(now: at(60 + second)), books) == nil)
      }
    },
    denied: Attempt(
      order: market(.buy, 1), seen: seen(now: Timestamp(nanoseconds: 119_999_999_999))),
    passed: Attempt(order: market(.buy, 1), seen: seen(now: at(120))), limit: 2, value: 3),
  Row(
    rule: .workingOrders, limits: limits { $0.workingOrdersMax = 2 },
    denied: Attempt(order: market(.buy, 1), seen: seen(working: .init(orderCount: 2))),
    passed: Attempt(order: market(.buy, 1), seen: seen(working: .init(orderCount: 1))),
    limit: 2, value: 3),
  Row(
    rule: .duplicate, limits: limits { $0.refusesDuplicates = true },
    prepare: { gate in
      let books = try books()
      #expect(gate.denial(limit(.buy, 1, at: 99_00), seen(), books) == nil)
    },
    denied: Attempt(order: limit(.buy, 1, at: 99_00)),
    passed: Attempt(order: limit(.buy, 1, at: 99_01)), limit: 1, value: 2),
  Row(
    rule: .duplicate, limits: limits { $0.refusesDuplicates = true },
    prepare: { gate in
      let books = try books()
      #expect(gate.denial(market(.buy, 1), seen(), books) == nil)
    },
    denied: Attempt(order: market(.buy, 1)),
    passed: Attempt(order: market(.buy, 1), seen: seen(now: at(101))), limit: 1, value: 2),
  Row(
    rule: .halted, denied: Attempt(order: market(.sell, 5), held: 5, state: .halted),
    passed: Attempt(order: market(.sell, 5), held: 5, state: .reducing)),
  Row(
    rule: .reducingOnly, denied: Attempt(order: market(.sell, 6), held: 5, state: .reducing),
    passed: Attempt(order: market(.sell, 5), held: 5, state: .reducing)),
  Row(
    rule: .reducingOnly, denied: Attempt(order: market(.buy, 1), held: 5, state: .reducing),
    passed: Attempt(order: market(.buy, 1), held: 5, state: .active)),
]
