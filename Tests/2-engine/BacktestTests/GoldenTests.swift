import OmniBacktest
import OmniKernel
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniTestKit
import Testing

/// Our fills against those of nautilus_trader 1.221.0 and backtesting.py 0.6.6 on 45,031 real bars.
@Suite(
  "Golden trade lists", .enabled(if: Golden.isPresent, Comment(rawValue: Golden.absence)))
struct GoldenTests {
  static let cases: [(list: String, strategy: String, parameters: [String: String])] = [
    ("ema", "ema-cross", ["fast": "10", "slow": "20"]),
    ("rsi_limit", "rsi-limit", [:]),
    ("bracket", "breakout-bracket", ["stop": "150", "target": "300"]),
    ("bracket_tight", "breakout-bracket", ["stop": "20", "target": "20"]),
  ]

  @Test func `every fill of nautilus is made in the same bar at the same price`() throws {
    let bars = try Golden.bars()
    for (list, strategy, parameters) in Self.cases {
      let outcome = try Golden.run(bars, strategy, parameters, .nautilus)
      expectEqual(Golden.rows(outcome), try Golden.nautilus("nt_\(list)_fills.csv", bars), list)
      #expect(outcome.isBalanced)
    }
  }

  @Test func `every round trip of backtesting py is made in the same bars at the same prices`()
    throws
  {
    let bars = try Golden.bars()
    for (list, strategy, parameters) in Self.cases {
      let outcome = try Golden.run(bars, strategy, parameters, .backtestingPy)
      let found = Golden.trips(of: Golden.rows(outcome))
      let wanted = try Golden.trips("bt_\(list)_trades.csv")
      #expect(found.count == wanted.count, "\(list)")
      let difference = zip(found, wanted).first { $0 != $1 }
      #expect(difference == nil, "\(list): found, wanted")
    }
  }

  @Test func `our own policy fills gapped stops at the open and all else as nautilus does`() throws
  {
    let bars = try Golden.bars()
    for (list, strategy, parameters) in Self.cases {
      let outcome = try Golden.run(bars, strategy, parameters, .omni)
      let wanted =
        list.hasPrefix("bracket")
        ? try Golden.ours("ours_\(list)_fills.csv")
        : try Golden.nautilus("nt_\(list)_fills.csv", bars)
      expectEqual(Golden.rows(outcome), wanted, list)
    }
  }

  @Test func `money agrees with the peers to the last minor unit`() throws {
    let bars = try Golden.bars()
    // From nt_summary.json: fees and balance of each list, in units of 10⁻⁸ USDT.
    let golden: [(fees: Int128, balance: Int128)] = [
      (8_508_181_800_000, 90_237_218_200_000), (404_401_270_000, 99_353_798_730_000),
      (2_220_808_320_000, 96_879_191_680_000), (7_753_231_330_000, 92_580_768_670_000),
    ]
    for (item, wanted) in zip(Self.cases, golden) {
      let outcome = try Golden.run(bars, item.strategy, item.parameters, .nautilus)
      let sum = outcome.results.parts[0].sum
      #expect(sum.fees == wanted.fees, "\(item.list)")
      #expect(sum.capital + sum.realised - sum.fees == wanted.balance, "\(item.list)")
    }
  }

  /// Names the first difference instead of printing two long lists.
  private func expectEqual(_ found: [Golden.Row], _ wanted: [Golden.Row], _ list: String) {
    #expect(found.count == wanted.count, "\(list)")
    let index = zip(found, wanted).enumerated().first { $1.0 != $1.1 }?.offset
    if let index {
      Issue.record("\(list): fill \(index) is \(found[index]), wanted \(wanted[index])")
    }
  }
}
