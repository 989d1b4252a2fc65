import Foundation
import OmniBacktest
import OmniKernel
import OmniMoney
import OmniPortfolio
import OmniProgram
import OmniRisk
import Testing

@Suite("ResultPrinter")
struct ResultPrinterTests {
  private func outcome(_ labels: [String] = ["one", "second"]) throws -> Backtest.Outcome {
    var limits = RiskLimits.research
    limits.orderLotsMax = 1_500
    return try Runs.crosses(labels, over: Runs.bars(Runs.walk(400, seed: 3)), limits: limits)
  }

  @Test func `the table is aligned, and has a line for the total and each strategy`() throws {
    let text = ResultPrinter(outcome: try outcome()).text

    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let table = Array(lines.drop { !$0.isEmpty }.dropFirst())
    #expect(table.count == 4)
    #expect(Set(table.map(\.count)).count == 1, "\(text)")
    #expect(table.map { $0.prefix { $0 != " " } } == ["USDT", "total", "one", "second"])
    #expect(table.dropFirst().allSatisfy { $0.contains("1,000,000.00") || $0.contains("2,000,") })
    // Nothing was closed, so there is no share of round trips that gained.
    #expect(table[1].contains("—"))
  }

  @Test func `the object can be read, and says what the run says`() throws {
    let outcome = try outcome()
    let text = ResultPrinter(outcome: outcome).jsonText

    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["currency"] as? String == "USDT")
    #expect(object["digest"] as? String == "\(outcome.digest)")
    #expect(object["ledger"] as? String == "balanced")
    #expect(object["equity_start"] as? String == "2000000.00000000")
    #expect(object["denied"] as? Int == Int(outcome.results.counts.denials))
    #expect(object["return"] as? Double == outcome.results.total.statistics.totalReturn)
    #expect(object["win_share"] is NSNull)
    #expect(object["from"] as? String == "2021-12-31T23:01:00Z")
    for key in [
      "equity_end", "max_drawdown", "sharpe", "sortino", "calmar", "profit_factor", "trades",
      "fills", "orders", "fees", "turnover", "exposure", "mae", "mfe", "to", "events",
      "fill_policy",
    ] { #expect(object[key] != nil, "\(key)") }
    let strategies = try #require(object["per_strategy"] as? [[String: Any]])
    #expect(strategies.map { $0["label"] as? String } == ["one", "second"])
    let fills = strategies.compactMap { $0["fills"] as? Int }.reduce(0, +)
    #expect(fills == object["fills"] as? Int)
    let denials = try #require(object["denials"] as? [[String: Any]])
    #expect(denials.map { $0["rule"] as? String } == ["RSK-401"])
    #expect(denials.map { $0["count"] as? Int } == [object["denied"] as? Int])
    let months = try #require(object["monthly"] as? [[String: Any]])
    #expect(months.map { $0["month"] as? Int } == [12, 1])
  }

  @Test func `every fill stands in the file, in order and exact`() throws {
    let outcome = try Runs.crosses(["one"], over: Runs.bars([1_000, 1_100, 900, 960]))

    try Runs.inFolder { folder in
      try FillsFile.write(outcome.results, to: "\(folder)/fills.csv")
      #expect(
        try Runs.text("\(folder)/fills.csv") == """
          bar,side,quantity,price
          1,buy,1.000,110.0
          2,sell,2.000,90.0
          3,buy,2.000,96.0

          """)
    }
  }

  @Test func `as many fills are written as were booked`() throws {
    let outcome = try Runs.crosses(["one", "two"], over: Runs.bars(Runs.walk(2_000, seed: 9)))

    try Runs.inFolder { folder in
      try FillsFile.write(outcome.results, to: "\(folder)/fills.csv")
      let lines = try Runs.text("\(folder)/fills.csv").split(separator: "\n")
      #expect(lines.count == Int(outcome.results.counts.fills) + 1)
      #expect(lines.count > 500)
    }
  }

  @Test func `round trips are written with their gain after fees, and labels are quoted`() throws {
    let outcome = try Runs.crosses(
      ["a \"b\", c"], over: Runs.bars([1_000, 1_100, 900, 960]))

    try Runs.inFolder { folder in
      try TradesFile.write(outcome.results, to: "\(folder)/trades.csv")
      let lines = try Runs.text("\(folder)/trades.csv").split(separator: "\n")
      #expect(
        lines.first
          == "strategy,instrument,side,opened,closed,quantity,entry,exit,gain,fees,mae,mfe"
      )
      let trip = try #require(lines.dropFirst().first)
      // Long one at 110, out at 90: a loss of 20, and fees of 0.055 and 0.045.
      let wanted =
        "\"a \"\"b\"\", c\",btc-perp,long,2021-12-31T23:02:00Z,2021-12-31T23:03:00Z,1.000,"
        + "110.0,90.0,-20.10000000,0.10000000,"
      #expect(trip.hasPrefix(wanted), "\(trip)")
      #expect(lines.count == 3)
    }
  }

  @Test func `money of any size is rounded and grouped as digits`() {
    let figures = Figures(.usdt)

    #expect(figures.rounded(123_456_789_012_345_678) == "1,234,567,890.12")
    #expect(figures.rounded(-500_000) == "0.00")
    #expect(figures.rounded(-1_500_000) == "−0.02")
    #expect(figures.rounded(2_500_000, signed: true) == "+0.02")
    #expect(figures.exact(-1) == "-0.00000001")
    #expect(figures.short(100_000_000_000) == "1,000.00")
    #expect(figures.short(100_000_050_000) == "1,000.0005")
    #expect(Figures.percent(billionths: 500_000) == "0.05\u{00A0}%")
    #expect(Figures.number(.nan) == nil)
  }
}
