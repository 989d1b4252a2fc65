import OmniLedger
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniTestKit
import OmniTime
import Testing

@Suite("Portfolio+Action")
struct PortfolioActionTests {
  @Test func `a split of seven for one changes lots and no money`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 645_57))
    try books.apply(fill(10, at: 645_57, fee: 1_00), buy(share, at: 1))
    books.mark(first, bar(share, 650_01))
    let equity = books.equity(first)

    let outcome = try books.split(first, share, try ratio(7, 1), at: at(2))

    let position = books.position(first, share)
    #expect(outcome.after.lots == 70 && outcome.cash == 0 && outcome.isPosted)
    #expect(position.net.lots == 70 && position.cost == 6_455_70)
    #expect(books.balance(books.chart.lots(first, share)) == 70)
    #expect(books.balance(books.chart.cost(first, share)) == 6_455_70)
    #expect(books.balance(books.chart.cash(first)) == 10_000_00 - 6_455_70 - 1_00)
    #expect(books.equity(first) == equity && books.ledger.isBalanced)
    #expect(position.mark == price(92_86), "650.01 / 7 = 92.8585…")
    #expect(position.cycle.entryTicks == 645_57.0 * 10 / 70)

    // Sold at 93.00: 70 × 93.00 − 6,455.70 = 54.30.
    let closed = try books.apply(fill(70, at: 93_00), sell(share, at: 3))
    #expect(try #require(closed).cycle.realised == 54_30)
    #expect(books.equity(first) == 10_000_00 + 54_30 - 1_00)
  }

  @Test func `a fraction becomes cash at the last mark, and keeps its part of the cost`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 100_00))
    try books.apply(fill(5, at: 100_00), buy(share, at: 1))
    books.mark(first, bar(share, 110_00))

    // Five become two and a half: half of a new share is a fifth of the whole, 110.00 of 550.00.
    let outcome = try books.split(first, share, try ratio(1, 2), at: at(2))

    #expect(outcome.after.lots == 2 && outcome.cash == 110_00 && outcome.trade == nil)
    #expect(books.position(first, share).cost == 400_00)
    #expect(books.position(first, share).realised == 10_00)
    #expect(books.balance(books.chart.cash(first)) == 10_000_00 - 500_00 + 110_00)
    #expect(books.equity(first) == 10_050_00)
  }

  @Test func `a position of less than a lot ends as a round trip`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 100_00))
    try books.apply(fill(3, at: 100_00), sell(share, at: 1))
    books.mark(first, bar(share, 90_00))
    let outcome = try books.split(first, share, try ratio(1, 10), at: at(2))
    let trade = try #require(outcome.trade)
    #expect(!trade.isLong && trade.cycle.realised == 30_00 && outcome.cash == -270_00)
    #expect(books.position(first, share).isFlat && books.equity(first) == 10_030_00)
    #expect(books.sum(first).gross == 0)
  }

  @Test func `a dividend is paid to the long and owed by the short`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 100_00))
    let perLot = try #require(
      NotionalUnit(
        tick: FixedDecimal(coefficient: 3_295, scale: 3),
        lot: FixedDecimal(coefficient: 1, scale: 0), minorDigits: 2))
    try books.apply(fill(3, at: 100_00), buy(share, at: 1))
    // 3 × 3.295 = 9.885, half to even: 9.88.
    let paid = try books.payDividend(first, share, perLot)
    #expect(paid.cash == 9_88)
    #expect(books.balance(books.chart.cash(first)) == 10_000_00 - 300_00 + 9_88)
    #expect(books.equity(first) == 10_009_88)
    try books.apply(fill(6, at: 100_00), sell(share, at: 2))
    let owed = try books.payDividend(first, share, perLot)
    #expect(owed.cash == -9_88)
    #expect(books.equity(first) == 10_000_00)
    #expect(books.balance(books.chart.realised(first)) == 0)
  }

  @Test func `a delisting pays the final price and takes the lots away`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 10_00))
    try books.apply(fill(30, at: 10_00), buy(share, at: 1))
    let outcome = try books.delist(first, share, price: price(0), at: at(2))
    #expect(try #require(outcome.trade).cycle.realised == -300_00)
    #expect(books.position(first, share).isFlat && books.equity(first) == 9_700_00)
    #expect(books.balance(books.chart.lots(first, share)) == 0)
  }

  /// Splits, fills and marks in any order: books and positions agree, and a split moves no equity.
  @Test func `no series of splits makes or loses a cent`() throws {
    for seed in UInt64(0)..<200 {
      var random = SeededRandom(seed: seed)
      var books = dollarBooks()
      for step in 1...60 {
        let instrument = Bool.random(using: &random) ? share : future
        let ticks = Int64.random(in: -50_00...500_00, using: &random)
        books.mark(first, bar(instrument, ticks))
        if Bool.random(using: &random) {
          let size = Int64.random(in: 1...97, using: &random)
          let context =
            Bool.random(using: &random) ? buy(instrument, at: 1) : sell(instrument, at: 1)
          try books.apply(fill(size, at: ticks), context)
        }
        guard
          let ratio = SplitRatio(
            new: Int64.random(in: 1...9, using: &random),
            old: Int64.random(in: 1...9, using: &random)),
          abs(books.position(first, instrument).net.lots) < 1 << 30
        else { continue }
        let (equity, cost) = (books.equity(first), books.position(first, instrument).cost)
        let outcome = try books.split(first, instrument, ratio, at: at(Int64(step)))
        let position = books.position(first, instrument)
        #expect(books.equity(first) == equity, "seed \(seed), step \(step)")
        let isBalanced = books.ledger.isBalanced
        #expect(isBalanced)
        let isWhole = ratio.lots(outcome.before.lots)?.rest == 0
        #expect(!isWhole || (position.cost == cost && outcome.cash == 0), "seed \(seed)")
        #expect(books.balance(books.chart.cost(first, instrument)) == position.cost)
        #expect(books.balance(books.chart.lots(first, instrument)) == Int128(position.net.lots))
      }
      let realised = books.position(first, share).realised + books.position(first, future).realised
      #expect(books.balance(books.chart.realised(first)) == -realised, "seed \(seed)")
    }
  }
}

private func ratio(_ new: Int64, _ old: Int64) throws -> SplitRatio {
  try #require(SplitRatio(new: new, old: old))
}
