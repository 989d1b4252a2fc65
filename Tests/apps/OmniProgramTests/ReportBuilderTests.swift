import Foundation
import OmniBacktest
import OmniKernel
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniProgram
import OmniReports
import OmniRisk
import OmniTime
import Testing

@Suite("ReportBuilder")
struct ReportBuilderTests {
  // Four bars at 100, 110, 90 and 96: the cross buys one at 110, sells two at 90, buys two at 96.
  private let closes: [Int64] = [1_000, 1_100, 900, 960]

  private func report(
    _ labels: [String] = ["cross"], limits: RiskLimits = .research
  ) throws -> RunReport {
    ReportBuilder(
      outcome: try Runs.crosses(labels, over: Runs.bars(closes), limits: limits),
      title: "By hand", command: "omni backtest"
    ).report()
  }

  @Test func `a run of three fills is told as it happened`() throws {
    let report = try report()

    #expect(report.whole?.name == "cross")
    #expect(report.monthly.map(\.name) == ["cross"])
    #expect(report.fills.map(\.side) == [.buy, .sell, .buy])
    #expect(report.fills.map(\.quantity) == ["1.000", "2.000", "2.000"])
    #expect(report.fills.map(\.price) == ["110.0", "90.0", "96.0"])
    #expect(report.fills.map(\.fee) == ["0.05500000", "0.09000000", "0.09600000"])
    #expect(report.fills.map(\.status) == ["filled", "filled", "filled"])
    #expect(report.fills.map(\.liquidity) == ["taker", "taker", "taker"])
    #expect(report.fills.map(\.at) == (2...4).map { Runs.start + $0 * Runs.minute })
    #expect(report.orders.map(\.status) == ["filled", "filled", "filled"])
    #expect(report.orders.map(\.filled) == ["1.000", "2.000", "2.000"])
    #expect(report.orders.map(\.price) == [nil, nil, nil])
    #expect(report.denials == [])
  }

  @Test func `money is exact and rounded only where it is said`() throws {
    let report = try report()

    // 1,000,000 - 20 (110 to 90) - 6 (90 to 96) - 0.241 of fees.
    let equity = try #require(report.headline.first { $0.label == "Equity at the end" })
    #expect(equity.text == "999,973.76")
    #expect(equity.note.contains("999973.75900000 USDT"))
    let profit = try #require(report.headline.first { $0.label == "Profit" })
    #expect(profit.text == "−26.24")
    #expect(profit.sign == .negative)
    #expect(report.whole?.equity.last?.value == 999_973.759)
    let deepest = try #require(report.whole?.drawdown.map(\.value).min())
    #expect(abs(deepest - -0.002_624_1) < 1e-12)
    #expect(report.facts.ledger == .holds)
    #expect(report.facts.replay == .notChecked)
  }

  @Test func `a curve of a strategy is its profit, beside the equity of all`() throws {
    let report = try report(["one", "two"])

    #expect(report.whole?.equity.last?.value == 1_999_947.518)
    #expect(report.strategyCurves.map(\.name) == ["one", "two"])
    for curve in report.strategyCurves {
      #expect(abs((curve.equity.last?.value ?? 0) - -26.241) < 1e-9)
      #expect(curve.drawdown.allSatisfy { $0.value <= 0 })
    }
    #expect(report.comparison.rows.map(\.name) == ["one", "two", "All strategies"])
    #expect(report.comparison.rows.allSatisfy { $0.cells.count == report.comparison.columns.count })
    #expect(report.monthly.map(\.name) == ["All strategies", "one", "two"])
  }

  @Test func `prices are drawn in units of money, with the distance of the bars`() throws {
    let chart = try #require(try report().instruments.first)

    #expect(chart.instrument == "btc-perp")
    #expect(chart.decimals == 1)
    #expect(chart.interval == Runs.minute)
    #expect(chart.bars.map(\.close) == [100, 110, 90, 96])
    #expect(chart.bars.map(\.at) == (1...4).map { Runs.start + $0 * Runs.minute })
  }

  @Test func `the trial balance sets lots apart from money, and each sums to nothing`() throws {
    let balance = try report().trialBalance

    #expect(balance.totals.map(\.currency) == ["USDT", "lots"])
    #expect(balance.totals.map(\.account) == ["Money", "Lots of btc-perp"])
    #expect(balance.totals.map(\.balance) == ["0.00000000", "0"])
    let fees = try #require(balance.rows.first { $0.account == "expenses:fees:cross" })
    #expect(fees.balance == "0.24100000")
    let capital = try #require(balance.rows.first { $0.account == "equity:capital:cross" })
    #expect(capital.balance == "−1,000,000.00000000")
    let lots = try #require(balance.rows.firstIndex { $0.currency == "lots" })
    #expect(balance.rows[lots...].allSatisfy { $0.currency == "lots" })
  }

  @Test func `limits are told in units, and what is off is off`() throws {
    var limits = RiskLimits.research
    limits.orderLotsMax = 1_500
    limits.orderNotionalMax = 50_000 * 100_000_000
    limits.dailyLossMax = Rate(billionths: 25_000_000)

    let report = try report(limits: limits)

    func limit(_ rule: RiskRule) -> String? {
      report.limits.first { $0.rule == RuleWords(rule).title }?.limit
    }
    #expect(limit(.orderQuantity) == "1.500")
    #expect(limit(.orderNotional) == "50,000.00")
    #expect(limit(.dailyLoss) == "2.5\u{00A0}%")
    #expect(limit(.margin) == "on")
    #expect(limit(.priceCollar) == "off")
    #expect(limit(.duplicate) == "off")
    let denial = try #require(report.denials?.first)
    #expect(denial.rule == "RSK-401 order quantity")
    #expect(denial.limit == "1.500")
    #expect(denial.value == "2.000")
    #expect(denial.strategy == "cross")
  }

  @Test func `every rule has words of its own`() {
    let all = RiskRule.allCases.map { RuleWords($0) }

    for words in all {
      #expect(words.sentence.hasSuffix("."), "\(words.code)")
      #expect(words.sentence.first?.isUppercase == true, "\(words.code)")
      #expect(!words.name.isEmpty, "\(words.code)")
    }
    #expect(Set(all.map(\.sentence)).count == all.count)
    #expect(Set(all.map(\.name)).count == all.count)
    #expect(Set(all.map(\.code)).count == all.count)
  }

  @Test func `the fill policy, the fees and the size are stated`() throws {
    let report = try report()
    let text = report.assumptions.map { "\($0.topic): \($0.text)" }.joined(separator: "\n")

    for sentence in report.assumptions.prefix(7) { #expect(!sentence.topic.isEmpty) }
    #expect(text.contains("Size: Unlimited"))
    #expect(text.contains("maker 0.02\u{00A0}%, taker 0.05\u{00A0}%"))
    #expect(report.facts.fillPolicy == "omni")
  }

  @Test func `a span of days is warned of, and the caller's warnings follow`() throws {
    var builder = ReportBuilder(
      outcome: try Runs.crosses(["cross"], over: Runs.bars(closes)), title: "", command: "")
    builder.warnings = [.init("Mine.", "Said by the caller.")]

    #expect(builder.report().warnings.map(\.topic) == ["Short span.", "Mine."])
  }

  @Test func `a run without bars is told, and nothing of it is zero that is not known`() throws {
    let outcome = try Runs.crosses(["cross"], over: [])
    let report = ReportBuilder(outcome: outcome, title: "", command: "").report()

    #expect(report.headline.first?.text == nil)
    #expect(report.facts.from == nil)
    #expect(report.warnings.map(\.topic).contains("No bars."))
    #expect(HTMLReport(report).render().contains("No equity"))
  }

  @Test func `the file is written whole, and a failure names the path`() throws {
    try Runs.inFolder { folder in
      let builder = ReportBuilder(
        outcome: try Runs.crosses(["cross"], over: Runs.bars(closes)), title: "By hand",
        command: "omni backtest")

      try builder.write(to: "\(folder)/r.html")
      #expect(try Runs.text("\(folder)/r.html") == HTMLReport(builder.report()).render())
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["r.html"])

      do {
        try builder.write(to: "\(folder)/none/r.html")
        Issue.record("a missing folder was not refused")
      } catch {
        #expect("\(error)".contains("PLT-001"))
        #expect("\(error)".contains("none/r.html"))
      }
    }
  }

  // MARK: Properties

  @Test func `months follow on one another and add up to the total`() throws {
    for seed in UInt64(1)...3 {
      let bars = Runs.bars(Runs.walk(600, seed: seed), step: 12 * 60 * Runs.minute)
      let outcome = try Runs.crosses(["one", "two"], over: bars)
      let report = ReportBuilder(outcome: outcome, title: "", command: "").report()

      let parts = [outcome.results.total] + outcome.results.parts
      for (part, table) in zip(parts, report.monthly) {
        let gains = part.months.reduce(0) { $0 + $1.end - $1.start }
        #expect(gains == part.sum.equity - part.sum.capital, "seed \(seed)")
        let shares = table.years.flatMap(\.months).compactMap { $0 }
        let product = shares.reduce(1.0) { $0 * (1 + $1 / 100) }
        let total = try #require(part.statistics.totalReturn)
        #expect(abs(product - 1 - total) < 1e-9, "seed \(seed)")
        let years = table.years.compactMap(\.total).reduce(1.0) { $0 * (1 + $1 / 100) }
        #expect(abs(years - 1 - total) < 1e-9, "seed \(seed)")
        #expect(table.years.allSatisfy { $0.months.count == 12 })
      }
    }
  }

  @Test func `fills, bars and points of a report are in order of time`() throws {
    let outcome = try Runs.crosses(["one"], over: Runs.bars(Runs.walk(3_000, seed: 7)))
    let report = ReportBuilder(outcome: outcome, title: "", command: "").report()

    func isOrdered(_ times: [Int64]) -> Bool { zip(times, times.dropFirst()).allSatisfy(<=) }
    #expect(report.fills.count == Int(outcome.results.counts.fills))
    #expect(isOrdered(report.fills.map(\.at)))
    #expect(isOrdered(report.instruments.flatMap(\.bars).map(\.at)))
    #expect(isOrdered(report.whole?.equity.map(\.at) ?? []))
    // 3,000 bars are joined two by two.
    #expect(report.instruments.map(\.interval) == [2 * Runs.minute])
  }

  @Test func `bars that are centuries apart have no interval`() {
    func bars(_ times: [Int64]) -> [Bar] {
      zip(Runs.bars(times.map { _ in 1_000 }), times).map { bar, time in
        Bar(
          instrument: bar.instrument, closedAt: Timestamp(nanoseconds: time),
          prices: OpenHighLowClose(open: bar.open, high: bar.high, low: bar.low, close: bar.close),
          volume: 0)
      }
    }
    #expect(ReportBuilder.interval(bars([.min, .max])) == 0)
    #expect(ReportBuilder.interval(bars([.min, .max - 2, .max - 1, .max])) == 1)
    #expect(ReportBuilder.interval(bars([.min, .max - 1, .max])) == 0, "one of two is not most")
  }
}
