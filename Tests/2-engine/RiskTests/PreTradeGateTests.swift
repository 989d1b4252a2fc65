import OmniEncoding
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniTime
import OmniTestKit
import Testing

@Suite("PreTradeGate")
struct PreTradeGateTests {
  @Test func `an order that only reduces gets out of a position that is over every limit`() throws {
    var gate = PreTradeGate(
      limits {
        $0.positionLotsMax = 1
        $0.positionNotionalMax = 1
        $0.grossNotionalMax = 1
        $0.strategyDrawdownMax = .zero
        $0.totalDrawdownMax = .zero
        $0.dailyLossMax = .zero
      })
    gate.noteDay(first, now: at(100), equity: 10_000_00)
    let long = try books(held: 5, mark: 50_00)
    let short = try books(held: -5, mark: 150_00)

    #expect(gate.denial(market(.sell, 5), seen(), long) == nil)
    #expect(gate.denial(market(.sell, 6), seen(), long)?.rule == .positionNotional)
    #expect(gate.denial(market(.buy, 1), seen(), long)?.rule == .positionQuantity)
    #expect(gate.denial(market(.buy, 5), seen(), short) == nil)
    #expect(gate.denial(market(.sell, 1), seen(), short)?.rule == .positionQuantity)
  }

  @Test func `exits of a bracket are not measured again, and pass while reducing`() throws {
    var gate = PreTradeGate(limits { $0.positionLotsMax = 1 })
    let books = try books()

    #expect(gate.denial(exit(.sell, 50), seen(), books) == nil)
    gate.tradingState = .reducing
    #expect(gate.denial(exit(.sell, 50), seen(), books) == nil)
    gate.tradingState = .halted
    #expect(gate.denial(exit(.sell, 50), seen(), books)?.rule == .halted)
  }

  @Test func `a bracket has its stop and target on either side of its entry`() {
    let gate = PreTradeGate(.research)
    let rows: [(side: Side, stop: Int64, target: Int64, value: Int128?)] = [
      (.buy, 99, 101, nil), (.buy, 100, 101, 100), (.buy, 99, 100, 99), (.buy, 101, 99, 101),
      (.sell, 101, 99, nil), (.sell, 100, 99, 99), (.sell, 101, 100, 100), (.sell, 99, 101, 101),
    ]
    for row in rows {
      var denial: Denial?
      do throws(Denial) {
        try gate.checkBracket(
          side: row.side, stop: price(row.stop), target: price(row.target), reference: price(100))
      } catch {
        denial = error
      }
      #expect(denial == row.value.map { Denial(.bracketInverted, limit: 100, value: $0) })
    }
  }

  @Test func `a day begins at midnight of UTC, on both sides of 1970`() throws {
    for day in [-86_400, 0, 86_400] as [Int64] {
      var gate = PreTradeGate(limits { $0.dailyLossMax = Rate(billionths: 100_000_000) })
      let fallen = try books(held: 100, mark: 80_00)
      gate.noteDay(first, now: at(day), equity: 10_000_00)
      gate.noteDay(first, now: at(day + 86_399), equity: 8_000_00)
      #expect(
        gate.denial(market(.buy, 1, of: future), seen(now: at(day + 86_399)), fallen)
          == Denial(.dailyLoss, limit: 100_000_000, value: 200_000_000), "\(day)")

      gate.noteDay(first, now: at(day + 86_400), equity: 8_000_00)
      #expect(
        gate.denial(market(.buy, 1, of: future), seen(now: at(day + 86_400)), fallen) == nil)
    }
  }

  @Test func `a rate of orders is each strategy's own`() throws {
    var gate = PreTradeGate(limits { $0.ordersPerMinuteMax = 1 })
    let books = try books()
    let other = OrderIntent(
      id: OrderID(2), strategy: second, instrument: share,
      terms: .init(.buy, .market, Quantity(lots: 1)))

    #expect(gate.denial(market(.buy, 1), seen(), books) == nil)
    #expect(gate.denial(market(.buy, 1), seen(), books)?.rule == .orderRate)
    #expect(gate.denial(other, seen(), books) == nil)
  }

  // MARK: Words

  @Test func `a gate that was written down remembers everything that it did`() throws {
    var gate = PreTradeGate(everything)
    let books = try books(held: 5)
    gate.noteDay(first, now: at(100), equity: 10_000_00)
    gate.setPaused(true, future)
    #expect(gate.denial(market(.buy, 1), seen(), books) == nil)
    gate.tradingState = .reducing

    var copy = PreTradeGate(everything)
    var source = WordArrayReader(gate.words)
    try copy.decode(from: &source)
    #expect(source.isAtEnd)
    #expect(copy.words == gate.words)

    for order in [market(.buy, 1), market(.buy, 1, of: future), market(.sell, 2)] {
      #expect(copy.denial(order, seen(), books) == gate.denial(order, seen(), books))
    }
    #expect(copy.words == gate.words)
  }

  @Test func `words that no gate has put are refused`() throws {
    var gate = PreTradeGate(everything)
    let books = try books()
    #expect(gate.denial(market(.buy, 1), seen(), books) == nil)
    let words = gate.words

    for count in 0..<words.count {
      var source = WordArrayReader(Array(words.prefix(count)))
      var copy = PreTradeGate(everything)
      #expect(throws: WordFailure.exhausted) { try copy.decode(from: &source) }
    }
    for (index, word) in [(0, 3), (1, 2), (4, 9)] as [(Int, UInt64)] {
      var wrong = words
      wrong[index] = word
      var source = WordArrayReader(wrong)
      var copy = PreTradeGate(everything)
      #expect(throws: WordFailure.self, "word \(index)") { try copy.decode(from: &source) }
    }
  }

  // MARK: Properties

  @Test func `the gate answers whatever it is asked, and a number beyond its limit`() throws {
    for seed in UInt64(0)..<200 {
      var random = SeededRandom(seed: seed)
      var gate = PreTradeGate(random.below(2) == 0 ? everything : .research)
      let books = try books(held: random.pick([-5, 0, 5]))
      for _ in 0..<20 {
        let order = random.order()
        let working = OrderCircumstances.Working(
          buyLots: random.pick(sizes), sellLots: random.pick(sizes), orderCount: 1)
        guard let denial = gate.denial(order, seen(working: working), books) else { continue }
        if denial.limit > 0 && !unmeasured.contains(denial.rule) {
          #expect(Int128(denial.value.magnitude) > denial.limit, "seed \(seed), \(denial.rule)")
        }
      }
    }
  }

  @Test func `orders that are let by and filled never carry a position over its limits`() throws {
    let rules = limits {
      $0.positionLotsMax = 40
      $0.grossNotionalMax = 6_000_00
    }
    for seed in UInt64(0)..<100 {
      var random = SeededRandom(seed: seed)
      var gate = PreTradeGate(rules)
      var books = try books()
      books.close(future, 100_00)
      for step in 0..<30 {
        let instrument = random.pick([share, future])
        let side: Side = random.pick([.buy, .sell])
        let lots = 1 + Int64(random.below(60))
        let denial = gate.denial(market(side, lots, of: instrument), seen(), books)
        if denial == nil { try books.trade(instrument, lots * side.sign, at: 100_00) }
        for instrument in [share, future] {
          #expect(abs(books.position(first, instrument).net.lots) <= 40, "seed \(seed), \(step)")
        }
        #expect(books.sum(first).gross <= 6_000_00, "seed \(seed), step \(step)")
      }
    }
  }
}

// MARK: - Words for the tests

private let everything = limits {
  $0.priceAgeMax = .seconds(60)
  $0.priceCollar = Rate(billionths: 50_000_000)
  $0.orderLotsMax = 1_000
  $0.orderNotionalMax = 100_000_00
  $0.positionLotsMax = 1_000
  $0.positionNotionalMax = 100_000_00
  $0.grossNotionalMax = 100_000_00
  $0.strategyDrawdownMax = Rate(billionths: 200_000_000)
  $0.totalDrawdownMax = Rate(billionths: 200_000_000)
  $0.dailyLossMax = Rate(billionths: 200_000_000)
  $0.ordersPerMinuteMax = 10
  $0.workingOrdersMax = 10
  $0.refusesDuplicates = true
}

/// Rules whose value is not a size that is beyond the limit.
private let unmeasured: Set<RiskRule> = [.unknownInstrument, .quantityZero]

private let sizes: [Int64] = [0, 1, 5, 7, 1_000, 1 << 52]

extension SeededRandom {
  /// An order of extremes.
  fileprivate mutating func order() -> OrderIntent {
    let type = pick(OrderType.allCases)
    let ticks: Int64 = pick([.min, -(1 << 50), 0, 1, 99_00, 1 << 50, 1 << 50 + 1, .max])
    return OrderIntent(
      id: OrderID(next()), strategy: pick([first, second]),
      instrument: pick([share, future, InstrumentID(2), InstrumentID(.max)]),
      terms: .init(
        pick(Side.allCases), type,
        Quantity(lots: pick([0, 1, 5, 6, 1_001, 1 << 52, 1 << 52 + 1, .max])),
        price: price(ticks), isReduceOnly: below(3) == 0),
      contingency: below(4) == 0 ? Contingency(parent: OrderID(1), sibling: .none) : .none)
  }

  fileprivate mutating func next() -> UInt64 { below(.max) }
}
