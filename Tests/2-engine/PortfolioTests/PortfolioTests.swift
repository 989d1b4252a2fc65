import OmniEncoding
import OmniLedger
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniTime
import Testing

/// Worked examples, in cents; the figures can be followed with a pencil.
@Suite("Portfolio")
struct PortfolioTests {
  @Test func `a long that is closed in two parts gains what it was sold above its cost`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 100_00))

    try books.apply(fill(10, at: 100_00, fee: 1_00), buy(share, at: 1))
    #expect(books.position(first, share).cost == 1_000_00)
    #expect(books.balance(books.chart.cash(first)) == 10_000_00 - 1_000_00 - 1_00)
    #expect(books.equity(first) == 9_999_00)

    books.mark(first, bar(share, 105_00, high: 107_00, low: 99_00))
    #expect(books.position(first, share).unrealised == 50_00)
    #expect(books.equity(first) == 10_049_00)

    let none = try books.apply(fill(4, at: 106_00, fee: 50), sell(share, at: 2))
    #expect(none == nil)
    #expect(books.position(first, share).realised == 24_00)
    #expect(books.position(first, share).cost == 600_00)
    #expect(books.position(first, share).unrealised == 30_00)
    #expect(books.equity(first) == 10_000_00 + 24_00 + 30_00 - 1_50)

    let closed = try books.apply(fill(6, at: 104_00, fee: 75), sell(share, at: 3))
    let trade = try #require(closed)
    #expect(trade.isLong)
    #expect(trade.openedAt == at(1))
    #expect(trade.closedAt == at(3))
    #expect(trade.cycle.openedLots == 10)
    #expect(trade.cycle.openedValue == 1_000_00)
    #expect(trade.cycle.closedLots == 10)
    #expect(trade.cycle.closedValue == 1_048_00)
    #expect(trade.cycle.realised == 48_00)
    #expect(trade.cycle.fees == 2_25)
    #expect(trade.cycle.peakLots == 10)
    #expect(trade.cycle.entryTicks == 100_00)
    #expect(trade.cycle.exitTicks == 104_80)
    #expect(trade.cycle.highest == price(107_00))
    #expect(trade.cycle.lowest == price(99_00))
    #expect(books.position(first, share).isFlat)
    #expect(books.equity(first) == 10_045_75)
    #expect(books.balance(books.chart.cash(first)) == 10_045_75)
  }

  @Test func `a short gains what it was bought back below`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 50_00))

    try books.apply(fill(20, at: 50_00), sell(share, at: 1))
    #expect(books.position(first, share).cost == -1_000_00)
    #expect(books.balance(books.chart.cash(first)) == 11_000_00)
    books.mark(first, bar(share, 52_00))
    #expect(books.position(first, share).unrealised == -40_00)

    let closed = try books.apply(fill(20, at: 49_00), buy(share, at: 2))
    let trade = try #require(closed)
    #expect(!trade.isLong)
    #expect(trade.cycle.realised == 20_00)
    #expect(books.equity(first) == 10_020_00)
  }

  @Test func `of a margined position only gains, losses and fees reach the cash`() throws {
    var books = dollarBooks()
    books.mark(first, bar(future, 3_000_0))

    // A lot is 0.1 of the thing, a tick 0.1 dollars: a tick of a lot is a cent.
    try books.apply(fill(2, at: 3_000_0, fee: 30), sell(future, at: 1))
    #expect(books.balance(books.chart.cost(first, future)) == -600_00)
    #expect(books.balance(books.chart.clearing(first, future)) == 600_00)
    #expect(books.balance(books.chart.cash(first)) == 9_999_70)

    let closed = try books.apply(fill(3, at: 2_900_0, fee: 31), buy(future, at: 2))
    let trade = try #require(closed)
    #expect(trade.cycle.realised == 20_00)
    #expect(trade.cycle.closedLots == 2)
    // Two of the three lots closed, so 20.67 cents of the 31, and the rest is the new trip's.
    #expect(trade.cycle.fees == 30 + 21)
    let turned = books.position(first, future)
    #expect(turned.net == NetQuantity(lots: 1))
    #expect(turned.cost == 290_00)
    #expect(turned.cycle.fees == 10)
    #expect(turned.cycle.openedAt == at(2))
    #expect(turned.cycle.openedLots == 1)
    #expect(turned.cycle.peakLots == 1)
    #expect(books.balance(books.chart.clearing(first, future)) == -290_00)
    #expect(books.balance(books.chart.cash(first)) == 10_000_00 + 20_00 - 61)
  }

  @Test func `a rebate is a fee below zero`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 10_00))

    try books.apply(fill(1, at: 10_00, fee: -25), buy(share, at: 1))
    #expect(books.balance(books.chart.fees(first)) == -25)
    #expect(books.sum(first).fees == -25)
    #expect(books.equity(first) == 10_000_25)
  }

  @Test func `cost that does not divide is rounded half to even, and the last lot takes the rest`()
    throws
  {
    var books = dollarBooks()
    books.mark(first, bar(share, 40))
    for ticks in [33, 33, 34] as [Int64] {
      try books.apply(fill(1, at: ticks), buy(share, at: 1))
    }

    var gains: [Int128] = []
    for _ in 0..<3 {
      let before = books.position(first, share).realised
      try books.apply(fill(1, at: 40), sell(share, at: 2))
      gains.append(books.position(first, share).realised - before)
    }

    // Of 100 cents a third is 33; half of the 67 that stay is 33.5, so 34; 33 are left.
    #expect(gains == [7, 6, 7])
  }

  @Test func `extremes of a trip are those of its fills and of the bars while it was open`() throws
  {
    var books = dollarBooks()
    books.mark(first, bar(share, 100, high: 500, low: 1))
    try books.apply(fill(1, at: 100), buy(share, at: 1))
    try books.apply(fill(1, at: 90), buy(share, at: 1))
    try books.apply(fill(1, at: 120), buy(share, at: 1))
    #expect(books.position(first, share).cycle.highest == price(120))
    #expect(books.position(first, share).cycle.lowest == price(90))

    books.mark(first, bar(share, 100, high: 130, low: 80))
    let closed = try books.apply(fill(3, at: 70), sell(share, at: 2))
    let trade = try #require(closed)
    #expect(trade.cycle.highest == price(130))
    #expect(trade.cycle.lowest == price(70))
    #expect(trade.cycle.peakLots == 3)
  }

  @Test func `the peak is the largest equity there ever was`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 100_00))
    try books.apply(fill(10, at: 100_00), buy(share, at: 1))
    books.mark(first, bar(share, 120_00))
    books.mark(first, bar(share, 80_00))

    #expect(books.sum(first).peak == 10_200_00)
    #expect(books.peakEquity == 10_200_00 + 500_00)
    #expect(books.equity == 9_800_00 + 500_00)
    #expect(books.sum(first).gross == 800_00)
    #expect(books.sum(second).peak == 500_00)
  }

  @Test func `strategies do not see each other's lots and money`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 10_00))
    books.mark(second, bar(share, 10_00))
    let before = books.sum(second)

    try books.apply(fill(5, at: 10_00, fee: 1), buy(share, at: 1))

    #expect(books.sum(second) == before)
    #expect(books.position(second, share).isFlat)
    #expect(books.balance(books.chart.market(share)) == -5)
  }

  // MARK: Refusals

  @Test func `a fill that the books refuse changes nothing`() throws {
    var books = dollarBooks()
    books.mark(first, bar(share, 10_00))
    try books.apply(fill(5, at: 10_00), buy(share, at: 1))
    let words = books.words

    #expect(throws: Ledger.Refusal.overflow(books.chart.cash(first))) {
      try books.apply(fill(5, at: 10_00, fee: .max), buy(share, at: 2))
    }
    #expect(books.words == words)
    try books.apply(fill(5, at: 10_00), sell(share, at: 2))
    #expect(books.equity(first) == 10_000_00)
  }

  @Test func `a deposit of nothing is refused and changes nothing`() throws {
    var books = dollarBooks()
    let words = books.words

    for amount in [0, -1] as [Int128] {
      #expect(throws: Ledger.Refusal.amountNotPositive(amount)) {
        try books.deposit(Amount(minorUnits: amount, currency: .usd), to: first)
      }
    }
    #expect(books.words == words)
  }

  @Test func `words that end early are refused`() throws {
    let books = dollarBooks()
    let words = books.words
    for count in [0, 1, 5, words.count / 2, words.count - 1] {
      var other = Portfolio(strategies: names, instruments: dollarThings, currency: .usd)
      var source = WordArrayReader(Array(words.prefix(count)))
      #expect(throws: WordFailure.self) { try other.decode(from: &source) }
    }
  }

  // MARK: Chart

  @Test func `every account has its own place, and the name of what it is`() {
    let chart = ChartOfAccounts(strategyCount: 2, instrumentCount: 2)
    let accounts = chart.accounts(strategies: names, instruments: dollarThings, currency: .usd)

    #expect(Set(accounts.map(\.name)).count == accounts.count)
    #expect(accounts.count == 4 * 2 + 3 * 4 + 2)
    for (place, name) in [
      (chart.capital(second), "equity:capital:tortoise"),
      (chart.cash(second), "assets:cash:tortoise"),
      (chart.realised(second), "income:realised:tortoise"),
      (chart.fees(second), "expenses:fees:tortoise"),
      (chart.cost(second, future), "assets:cost:tortoise:future"),
      (chart.clearing(second, future), "liabilities:clearing:tortoise:future"),
      (chart.lots(second, future), "assets:lots:tortoise:future"),
      (chart.market(future), "equity:market:future"),
    ] { #expect(accounts[Int(place.index)].name == name) }
    let lots = accounts[Int(chart.lots(first, share).index)].currency
    #expect(lots != accounts[Int(chart.lots(first, future).index)].currency)
    #expect(lots == accounts[Int(chart.market(share).index)].currency)
  }
}

// MARK: - Words for the tests

let names = ["hare", "tortoise"]
let first = StrategyID(0)
let second = StrategyID(1)
let share = InstrumentID(0)
let future = InstrumentID(1)

let dollarThings: [Instrument] = [
  thing("share", tick: (1, 2), lot: (1, 0), .usd, .cash),
  thing("future", tick: (1, 1), lot: (1, 1), .usd, .margined),
].compactMap { $0 }

/// Two strategies, the first with 10,000 dollars and the second with 500.
func dollarBooks() -> Portfolio {
  var books = Portfolio(strategies: names, instruments: dollarThings, currency: .usd)
  for (strategy, cents) in [(first, 10_000_00), (second, 500_00)] as [(StrategyID, Int128)] {
    do {
      try books.deposit(Amount(minorUnits: cents, currency: .usd), to: strategy)
    } catch {
      Issue.record(error)
    }
  }
  return books
}

func buy(_ instrument: InstrumentID, at time: Int64) -> FillContext {
  FillContext(strategy: first, instrument: instrument, side: .buy, at: at(time))
}

func sell(_ instrument: InstrumentID, at time: Int64) -> FillContext {
  FillContext(strategy: first, instrument: instrument, side: .sell, at: at(time))
}
