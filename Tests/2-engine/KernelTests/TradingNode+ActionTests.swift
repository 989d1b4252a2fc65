import OmniCollections
import OmniDataProviders
import OmniEncoding
import OmniExecution
import OmniKernel
import OmniLedger
import OmniMarketData
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniStorage
import OmniStrategy
import OmniTestKit
import OmniTime
import Testing

@Suite("TradingNode+Action")
struct TradingNodeActionTests {
  // MARK: Made up

  @Test func `a split changes position, orders and last price before anybody trades again`() throws
  {
    let script = Script([
      [.submit(share, .init(.buy, .market, lots(10)))],
      [
        .submit(share, .init(.sell, .limit, lots(4), price: price(120_05))),
        .submit(share, .init(.sell, .stop, lots(6), price: price(90_05))),
      ],
    ])
    var node = try node(script)
    try node.process(bar(1, 100_00))
    try node.process(bar(2, 101_01))
    let equity = node.portfolio.equity(solo)
    try node.process(try action(.split(try ratio(3, 2)), minute: 3))

    #expect(node.portfolio.equity(solo) == equity)
    #expect(node.portfolio.position(solo, share).net.lots == 15)
    #expect(
      node.workingOrders.map { "\($0.intent.quantity.lots) at \($0.intent.price.ticks)" }
        == ["6 at 8004", "9 at 6003"], "limits to sell up, stops to sell down")
    try node.process(bar(4, 81_00, low: 79_00))
    #expect(node.portfolio.position(solo, share).net.lots == 9)
    try node.process(bar(5, 60_00))
    #expect(node.portfolio.position(solo, share).isFlat && node.workingOrderCount == 0)
    // 10 × 100.00 bought; 6 × 80.04 and 9 × 60.00 sold (the stop is passed at the open).
    let gain: Int128 = 6 * 80_04 + 9 * 60_00 - 10 * 100_00
    #expect(node.portfolio.position(solo, share).realised == gain)
    let isBalanced = node.portfolio.ledger.isBalanced
    #expect(isBalanced)
    #expect(script.heard.all.contains("action at 6734 holds 15"), "101.01 × 2 / 3 = 67.34")
    let remains = node.finish()
    #expect(
      remains.journal.kinds.drop { $0 != .corporateAction }.prefix(3) == [
        .corporateAction, .orderAdjusted, .orderAdjusted,
      ])
  }

  @Test func `an order of which less than a lot is left is cancelled, and its sibling too`() throws
  {
    let script = Script([
      [.bracket(.init(.buy, .market, lots(3)), stop: 90_00, target: 110_00)]
    ])
    var node = try node(script)
    try node.process(bar(1, 100_00))
    #expect(node.workingOrderCount == 2)
    try node.process(try action(.split(try ratio(1, 10)), minute: 2))
    #expect(node.workingOrderCount == 0 && node.portfolio.position(solo, share).isFlat)
    let remains = node.finish()
    #expect(remains.observer.trades.count == 1)
    #expect(
      remains.journal.kinds.suffix(3) == [.corporateAction, .orderCancelled, .orderCancelled])
  }

  @Test func `a delisted thing is paid out, its orders end, and no more are let by`() throws {
    let script = Script([
      [.submit(share, .init(.buy, .market, lots(10)))],
      [.submit(share, .init(.sell, .limit, lots(10), price: price(150_00)))],
      [.submit(share, .init(.buy, .market, lots(1)))],
    ])
    var node = try node(script)
    try node.process(bar(1, 100_00))
    try node.process(bar(2, 100_00))
    try node.process(try action(.delisting(price(42_00)), minute: 3))
    #expect(node.portfolio.position(solo, share).isFlat && node.workingOrderCount == 0)
    #expect(node.portfolio.position(solo, share).realised == -580_00)
    try node.process(bar(4, 100_00))
    #expect(node.totals.denials == 1)
    #expect(node.finish().observer.denials.map(\.rule) == [.restricted])
  }

  @Test func `a dividend is paid, and lowers what waits below the market`() throws {
    let script = Script([
      [.submit(share, .init(.buy, .market, lots(10)))],
      [.submit(share, .init(.sell, .stop, lots(10), price: price(90_00)))],
    ])
    var node = try node(script)
    try node.process(bar(1, 100_00))
    try node.process(bar(2, 100_00))
    let equity = node.portfolio.equity(solo)
    try node.process(
      try action(.dividend(FixedDecimal(coefficient: 329, scale: 2)), minute: 3))
    #expect(node.portfolio.equity(solo) == equity + 32_90)
    #expect(node.workingOrders.map(\.intent.price) == [price(86_71)])
    try node.process(try action(.symbolChange("other"), minute: 4))
    #expect(node.portfolio.equity(solo) == equity + 32_90)
  }

  @Test func `what does not fit is refused before anything is journalled`() throws {
    let script = Script([[.submit(share, .init(.buy, .market, lots(10)))]])
    var node = try node(script)
    try node.process(bar(1, 100_00))
    let digest = node.digest()
    let stranger = try #require(
      CorporateAction(.delisting(price(0)), of: InstrumentID(9), at: Timestamp(nanoseconds: 0)))
    #expect(throws: ScriptNode.Failure.self) { try node.process(stranger) }
    let fine = try ratio(1, 1_000_000)
    try node.process(bar(2, 1 << 46))
    let later = node.digest()
    #expect(later != digest)
    let wide = try action(.split(fine), minute: 3)
    #expect(throws: ScriptNode.Failure.self) { try node.process(wide) }
    #expect(node.digest() == later)
  }

  // MARK: Real bars

  static let minutes = SampleFiles.shared("intraday-bars/us_equity_minute_trades.csv.gz")
  static let oil = SampleFiles.shared("macro-factors/wti_spot_daily.csv.gz")

  /// Bought in the first minute of 2014-06-05, held over the split of 2014-06-09, and sold in the
  /// last minute of that day, at the closes that the file has.
  @Test(.enabled(if: SampleFiles.has(minutes), "the shared minute bars"))
  func `the split of Apple inside minute bars neither makes nor loses a cent`() throws {
    var bars = try Self.apple()
    #expect(bars.count == 686 + 783 + 834, "minutes without trades are no bars")
    // The file's first bar behind the split opens at the last price in old units.
    let mixed = try #require(bars.firstIndex { $0.open == price(645_57) && $0.low.ticks < 100_00 })
    #expect(bars[mixed].low == price(92_23) && bars[mixed].close == price(92_42))
    bars.remove(at: mixed)
    let midnight = try #require(SplitDay.midnight)
    let before = try #require(bars.lastIndex { $0.closedAt <= midnight })
    #expect(bars[before].close == price(645_70) && bars[before + 1].close == price(92_46))
    var wishes: [[Wish]] = Array(repeating: [], count: bars.count)
    wishes[0] = [.submit(share, .init(.buy, .market, lots(101)))]
    wishes[1] = [.submit(share, .init(.sell, .limit, lots(1), price: price(700_07)))]
    wishes[bars.count - 1] = [.submit(share, .init(.sell, .market, lots(707)))]
    let script = Script(wishes)
    var node = try ScriptNode(
      plan: SplitDay.plan(), roster: SoloRoster(script), journal: KindJournal(),
      observer: Recorder())

    for bar in bars[...before] { try node.process(bar) }
    let equity = node.portfolio.equity(solo)
    try node.process(
      try #require(
        CorporateAction(.split(try ratio(7, 1)), of: share, at: midnight)))
    #expect(node.portfolio.equity(solo) == equity)
    #expect(node.portfolio.position(solo, share).cost == 101 * Int128(bars[0].close.ticks))
    #expect(node.portfolio.position(solo, share).net.lots == 707)
    #expect(node.workingOrders.map(\.intent.price) == [price(100_01)], "700.07 / 7")
    for bar in bars[(before + 1)...] { try node.process(bar) }

    let (bought, sold) = (Int128(bars[0].close.ticks), Int128(bars[bars.count - 1].close.ticks))
    #expect(node.portfolio.position(solo, share).isFlat)
    #expect(node.portfolio.equity(solo) == SplitDay.capital + 707 * sold - 101 * bought)
    let chart = node.portfolio.chart
    #expect(node.portfolio.ledger.balance(chart.cash(solo)).net == node.portfolio.equity(solo))
    #expect(node.portfolio.ledger.isBalanced && node.totals.bars == UInt64(bars.count))
  }

  @Test(.enabled(if: SampleFiles.has(oil), "the shared oil prices"))
  func `oil below zero is imported, traded and booked with the right signs`() throws {
    var options = ImportOptions(symbol: "wti")
    options.fallbackTerms = SplitDay.barrel
    let result = try BarImporter.importFile(path: Self.oil, options: options)
    let series = try #require(result.series.first)
    let day = try #require(series.bars.firstIndex { $0.close == price(-36_98) })
    #expect(series.bars[day].closedAt.date.description == "2020-04-21", "the end of 04-20")
    #expect(series.report.quarantined.isEmpty)

    let bars = Array(series.bars[(day - 1)...(day + 1)])
    let script = Script([
      [.submit(share, .init(.sell, .market, lots(2)))],
      [.submit(share, .init(.buy, .market, lots(5)))],
      [.submit(share, .init(.sell, .market, lots(3)))],
    ])
    var node = try ScriptNode(
      plan: SplitDay.plan(SplitDay.barrel), roster: SoloRoster(script), journal: KindJournal(),
      observer: Recorder())
    func cash() -> Int128 {
      node.portfolio.ledger.balance(node.portfolio.chart.cash(solo)).net - SplitDay.capital
    }
    try node.process(bars[0])
    #expect(cash() == 2 * 18_31)
    try node.process(bars[1])
    // Five barrels taken at -36.98 bring 184.90; two of them close the short.
    #expect(cash() == 2 * 18_31 + 5 * 36_98)
    #expect(node.portfolio.position(solo, share).cost == -3 * 36_98)
    #expect(node.portfolio.position(solo, share).realised == 2 * (18_31 + 36_98))
    try node.process(bars[2])
    #expect(cash() == 2 * 18_31 + 5 * 36_98 + 3 * 8_91)
    #expect(node.portfolio.position(solo, share).isFlat && node.portfolio.ledger.isBalanced)
    #expect(node.portfolio.equity(solo) == SplitDay.capital + cash())
  }

  static func apple() throws -> [Bar] {
    var options = ImportOptions()
    options.only = ["AAPL"]
    options.interval = .minutes(1)
    options.catalogue = InstrumentCatalogue([])
    options.fallbackTerms = SplitDay.share
    let result = try BarImporter.importFile(path: minutes, options: options)
    return try #require(result.series.first { $0.symbol == "AAPL" }).bars
  }
}

/// Words for real bars: a share and a barrel, both in cents, without fees.
private enum SplitDay {
  static let capital: Int128 = 100_000_00
  /// The midnight in New York at which the split took effect.
  static var midnight: Timestamp? { try? TimeText("2014-06-09 04:00:00Z").instant }
  static var share: InstrumentTerms? { terms }
  static var barrel: InstrumentTerms? { terms }

  private static var terms: InstrumentTerms? {
    InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 2), lot: FixedDecimal(coefficient: 1, scale: 0),
      currency: .usd, settlement: .cash, costs: .init(), volumeDecimals: 0)
  }

  static func plan(_ terms: InstrumentTerms? = share) -> RunPlan {
    RunPlan(
      instruments: [terms.map { Instrument(symbol: "thing", name: "thing", terms: $0) }]
        .compactMap(\.self),
      strategies: [
        .init(
          label: "script", strategy: "script", parameters: [], instruments: [first],
          capital: capital)
      ], policy: .omni, limits: .research, currency: .usd)
  }

  private static var first: InstrumentID { InstrumentID(0) }
}

private func ratio(_ new: Int64, _ old: Int64) throws -> SplitRatio {
  try #require(SplitRatio(new: new, old: old))
}

private func action(_ change: CorporateAction.Change, minute: Int64) throws -> CorporateAction {
  try #require(
    CorporateAction(change, of: share, at: Timestamp(nanoseconds: minute * 60_000_000_000)))
}
