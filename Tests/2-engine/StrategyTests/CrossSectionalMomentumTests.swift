import OmniEncoding
import OmniModel
import OmniMoney
import OmniStrategy
import OmniTestKit
import OmniTime
import Testing

@Suite("CrossSectionalMomentum")
struct CrossSectionalMomentumTests {
  // MARK: Examples

  @Test func `it buys the largest rises in equal parts, the last bars left out`() throws {
    let market = try Market(Rule(lookback: 2, skip: 1, top: 2))
    // Rises without the last day: +10 %, +20 %, -10 %; with it the third would be the best.
    let closes: [[Int64]] = [[1_000, 1_100, 1_000], [1_000, 1_200, 800], [1_000, 900, 9_000]]

    let wishes = (0..<3).map { day in market.day(day, closes.map { $0[day] }) }

    // A half of 10,000.0, by 90 %, in lots of 0.1 and 0.08.
    #expect(
      wishes == [[], [], [Order(0, .buy, 45_000), Order(1, .buy, 56_250)]])
  }

  @Test func `it decides once in a month, on a day on which every instrument has closed`() throws {
    let market = try Market(Rule(lookback: 1, skip: 0, top: 1))
    // 2024-01-30 and 31, then the first days of February.
    #expect(market.day(0, [1_000, 1_000, 1_000]) == [])
    #expect(market.day(1, [1_000, 1_001, 1_000]) == [Order(1, .buy, 89_910)])
    #expect(market.day(2, [1_000, 1_002, nil]) == [])
    #expect(market.day(3, [nil, 1_002, 1_000]) == [])
    #expect(
      market.day(4, [1_000, 1_002, 2_000]) == [Order(1, .sell, 89_910), Order(2, .buy, 45_000)])
    #expect(market.day(5, [9_000, 1_002, 2_000]) == [])
  }

  @Test func `a bar of another instrument is not its concern`() throws {
    let market = try Market(Rule(lookback: 1, skip: 0, top: 1))
    market.day(0, [1_000, 1_000, 1_000])
    let before = market.strategyWords

    market.hear(bar(5, 5, 5, 5, instrument: 3, at: .epoch))

    #expect(market.strategyWords == before)
  }

  @Test func `a lot that is worth far below a minor unit is sized exactly`() throws {
    let market = try Market(
      Rule(lookback: 1, skip: 0, top: 1), instrument: dust(), equity: 100_000_000)
    market.day(0, [1_000, 1_000, 1_000])

    // 90 % of 10⁸ cents, at 1,001 cents for 10⁸ lots.
    #expect(
      market.day(1, [1_000, 1_001, 1_000])
        == [Order(1, .buy, Int64(Int128(90_000_000) * 100_000_000 / 1_001))])
  }

  // MARK: Model

  @Test func `it agrees with the ranking of plain lists of closes`() throws {
    var count = 0
    for (seed, rule) in rules.enumerated() {
      let days = prices(150, seed: UInt64(seed))
      let market = try Market(rule, drift: 3_000_000_001)
      var list = PlainList(rule: rule)
      for (number, closes) in days.enumerated() {
        let wanted = list.day(number, closes, market.positions, market.equity)
        let found = market.day(number, closes)
        count += found.count
        if found != wanted {
          Issue.record("seed \(seed), day \(number): \(found), wanted \(wanted)")
          break
        }
      }
    }
    #expect(count > 30)
  }

  @Test func `what it wants does not depend on what comes later`() throws {
    for (seed, rule) in rules.enumerated() {
      let days = prices(120, seed: UInt64(seed))
      let others = prices(120, seed: UInt64(seed) + 1_000)
      for turn in [30, 61, 95] {
        let (market, other) = (try Market(rule), try Market(rule))
        for day in 0..<120 {
          let wishes = market.day(day, days[day])
          let same = other.day(day, day <= turn ? days[day] : others[day])
          if day <= turn, same != wishes { Issue.record("seed \(seed), day \(day): \(same)") }
        }
      }
    }
  }

  // MARK: Snapshots

  @Test func `a copy goes on the same from any day`() throws {
    for (seed, rule) in rules.enumerated() {
      let days = prices(110, seed: UInt64(seed))
      for turn in [0, 3, 60] {
        let market = try Market(rule, drift: 3_000_000_001)
        for day in 0...turn { market.day(day, days[day]) }
        let copy = try market.copy()
        for day in turn + 1..<110 {
          let (wanted, found) = (market.day(day, days[day]), copy.day(day, days[day]))
          if found != wanted { Issue.record("seed \(seed), day \(day): \(found)") }
        }
        #expect(copy.words == market.words)
      }
    }
  }

  @Test func `words that make no such strategy are refused`() throws {
    let market = try Market(Rule(lookback: 2, skip: 0, top: 1))
    market.day(0, [1_000, 1_000, 1_000])
    let words = market.strategyWords
    // The count, then for each instrument a place, a count and three closes, then what is here.
    let wrong: [(String, Int, UInt64)] = [
      ("other instruments", 0, 2), ("a place behind the end", 1, 3), ("too many closes", 2, 4),
      ("a place beside the count", 1, 2), ("more here than there are", 16, 4),
    ]

    for (what, place, word) in wrong {
      var changed = words
      changed[place] = word
      #expect(throws: WordFailure.self, "\(what)") { try market.decode(changed) }
    }
    for length in words.indices {
      #expect(throws: WordFailure.exhausted, "\(length)") {
        try market.decode(Array(words.prefix(length)))
      }
    }
    #expect(throws: Never.self) { try market.decode(words) }
  }
}

// MARK: - Words for the tests

private struct Rule {
  var lookback: Int
  var skip: Int
  var top: Int

  var strategy: CrossSectionalMomentum {
    CrossSectionalMomentum(
      instruments: (0..<3).map { InstrumentID($0) }, lookback: lookback, skip: skip, top: top,
      invested: Rate(billionths: 900_000_000))
  }
}

private let rules = [
  Rule(lookback: 1, skip: 0, top: 1), Rule(lookback: 5, skip: 2, top: 2),
  Rule(lookback: 40, skip: 20, top: 1), Rule(lookback: 9, skip: 0, top: 3),
]

private struct Order: Equatable {
  let instrument: UInt32
  let side: Side
  let lots: Int64

  init(_ instrument: UInt32, _ side: Side, _ lots: Int64) {
    self.instrument = instrument
    self.side = side
    self.lots = lots
  }
}

/// The first instant after the day that is `day` days after 2024-01-30.
private func midnight(after day: Int) -> Timestamp {
  Timestamp(nanoseconds: (19_752 + Int64(day) + 1) * 86_400_000_000_000)
}

/// Three instruments and a strategy, with every market order filled at the close.
private final class Market {
  private var strategy: CrossSectionalMomentum
  private var desk: Desk
  private let rule: Rule
  private let instrument: Instrument
  private(set) var positions: [Int64] = [0, 0, 0]
  private(set) var equity: Int128
  private let drift: Int128

  init(
    _ rule: Rule, instrument: Instrument? = nil, equity: Int128 = 1_000_000_000_000,
    drift: Int128 = 0
  ) throws {
    self.rule = rule
    self.equity = equity
    self.drift = drift
    let instrument = try instrument ?? coin()
    self.instrument = instrument
    strategy = rule.strategy
    desk = Desk(strategyCount: 1, instruments: [instrument, instrument, instrument, instrument])
    desk.turn(to: StrategyID(0), now: .epoch)
    desk.note(equity: equity)
  }

  /// Lets the instruments that have a close have it.
  @discardableResult
  func day(_ day: Int, _ closes: [Int64?]) -> [Order] {
    var orders: [Order] = []
    for (index, close) in closes.enumerated() {
      guard let close else { continue }
      hear(bar(close, close, close, close, instrument: UInt32(index), at: midnight(after: day)))
      while let intent = desk.nextIntent() {
        guard case .submit(let order) = intent, order.type == .market else {
          Issue.record("\(intent)")
          continue
        }
        orders.append(Order(order.instrument.index, order.side, order.quantity.lots))
      }
    }
    for order in orders {
      positions[Int(order.instrument)] += order.side.sign * order.lots
      desk.note(
        NetQuantity(lots: positions[Int(order.instrument)]), of: InstrumentID(order.instrument))
    }
    equity += Int128(day % 5 - 2) * drift
    desk.note(equity: equity)
    return orders
  }

  func hear(_ bar: Bar) {
    desk.note(bar.close, of: bar.instrument)
    strategy.onBar(bar, desk: &desk)
  }

  var strategyWords: [UInt64] {
    var sink = WordArray()
    strategy.encode(into: &sink)
    return sink.words
  }

  var words: [UInt64] {
    var sink = WordArray(strategyWords)
    desk.encode(into: &sink)
    return sink.words
  }

  func decode(_ words: [UInt64]) throws {
    var (strategy, source) = (rule.strategy, WordArrayReader(words))
    try strategy.decode(from: &source)
    #expect(source.isAtEnd)
  }

  func copy() throws -> Market {
    let copy = try Market(rule, instrument: instrument, equity: equity, drift: drift)
    var source = WordArrayReader(words)
    try copy.strategy.decode(from: &source)
    try copy.desk.decode(from: &source)
    copy.positions = positions
    return copy
  }
}

/// Daily closes of three instruments, now and then without one of them.
private func prices(_ days: Int, seed: UInt64) -> [[Int64?]] {
  var random = SeededRandom(seed: seed)
  var closes: [Int64] = [1_000, 2_000, 500]
  return (0..<days).map { _ in
    closes.indices.map { index in
      closes[index] = max(50, closes[index] + Int64.random(in: -20...20, using: &random))
      return Int.random(in: 0..<15, using: &random) == 0 ? nil : closes[index]
    }
  }
}

/// The same rule over plain lists.
private struct PlainList {
  let rule: Rule
  var closes: [[Int64]] = [[], [], []]
  var lastMonth: Int?

  mutating func day(
    _ day: Int, _ today: [Int64?], _ positions: [Int64], _ equity: Int128
  ) -> [Order] {
    for (index, close) in today.enumerated() { close.map { closes[index].append($0) } }
    let month = CivilDate(dayNumber: 19_752 + day).month
    guard !today.contains(nil), closes.allSatisfy({ $0.count > rule.lookback }), month != lastMonth
    else { return [] }
    lastMonth = month
    let rises = closes.map { list -> Double in
      let last = list.count - 1
      return Double(list[last - rule.skip]) / Double(list[last - rule.lookback])
    }
    let best = [0, 1, 2].sorted { (-rises[$0], $0) < (-rises[$1], $1) }.prefix(rule.top)
    let changes = today.enumerated().map { index, close -> Int64 in
      let part = equity * 9 / 10 / Int128(rule.top)
      let lots = best.contains(index) ? Int64(part / (Int128(close ?? 1) * 10_000)) : 0
      return lots - positions[index]
    }
    let sales = changes.enumerated().filter { $0.element < 0 }
    let purchases = changes.enumerated().filter { $0.element > 0 }
    return sales.map { Order(UInt32($0.offset), .sell, -$0.element) }
      + purchases.map { Order(UInt32($0.offset), .buy, $0.element) }
  }
}
