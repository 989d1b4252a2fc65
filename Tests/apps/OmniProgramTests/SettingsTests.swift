import OmniConfiguration
import OmniMatching
import OmniModel
import OmniMoney
import OmniPlatform
import OmniProgram
import OmniRisk
import OmniStorage
import OmniTime
import Testing

@Suite("Settings")
struct SettingsTests {
  @Test func `without file and overrides the defaults hold`() throws {
    let settings = try Settings.load(file: nil, overrides: [])

    #expect(settings.policy == .omni)
    #expect(settings.segmentBytes == 64 << 20)
    #expect(settings.durability == .process)
    #expect(try settings.cash(in: .usd).decimalText == "1000000.00")
    #expect(try settings.limits(for: perpetual()) == .research)
  }

  @Test func `a later layer stands above an earlier one`() throws {
    let path = try scratch("s.yaml", "backtest:\n  cash: 5000\n  fill_policy: backtesting.py\n")
    defer { remove(path) }

    let file = try Settings.load(file: path, overrides: [])
    #expect(try file.cash(in: .usd).decimalText == "5000.00")
    #expect(file.policy == .backtestingPy)

    let both = try Settings.load(file: path, overrides: ["backtest.cash=7", "backtest.cash=8.5"])
    #expect(try both.cash(in: .usd).decimalText == "8.50")
    #expect(both.policy == .backtestingPy)
  }

  @Test func `JSON and YAML of one content give the same limits`() throws {
    let yaml = try scratch("a.yaml", "risk:\n  price_collar: 0.1\n  working_orders_max: 3\n")
    let json = try scratch("a.json", #"{"risk": {"price_collar": 0.1, "working_orders_max": 3}}"#)
    defer { [yaml, json].forEach(remove) }

    let first = try Settings.load(file: yaml, overrides: []).limits(for: perpetual())
    let second = try Settings.load(file: json, overrides: []).limits(for: perpetual())

    #expect(first == second)
    #expect(first.priceCollar == Rate(billionths: 100_000_000))
    #expect(first.workingOrdersMax == 3)
  }

  @Test func `every limit comes out in lots, minor units, billionths and nanoseconds`() throws {
    let settings = try Settings.load(
      file: nil,
      overrides: [
        "risk.price_age_max_seconds=90", "risk.price_collar=0.05", "risk.order_quantity_max=1.5",
        "risk.order_notional_max=100000", "risk.position_quantity_max=0.002",
        "risk.position_notional_max=0.5", "risk.gross_notional_max=12.34",
        "risk.needs_margin=false", "risk.strategy_drawdown_max=0.2",
        "risk.total_drawdown_max=0.3", "risk.daily_loss_max=0.025",
        "risk.orders_per_minute_max=60", "risk.working_orders_max=10",
        "risk.refuses_duplicates=true",
      ])

    let limits = try settings.limits(for: perpetual())

    #expect(limits.priceAgeMax == .seconds(90))
    #expect(limits.priceCollar == Rate(billionths: 50_000_000))
    #expect(limits.orderLotsMax == 1_500)
    #expect(limits.orderNotionalMax == 10_000_000_000_000)
    #expect(limits.positionLotsMax == 2)
    #expect(limits.positionNotionalMax == 50_000_000)
    #expect(limits.grossNotionalMax == 1_234_000_000)
    #expect(!limits.needsMargin)
    #expect(limits.strategyDrawdownMax == Rate(billionths: 200_000_000))
    #expect(limits.totalDrawdownMax == Rate(billionths: 300_000_000))
    #expect(limits.dailyLossMax == Rate(billionths: 25_000_000))
    #expect(limits.ordersPerMinuteMax == 60)
    #expect(limits.workingOrdersMax == 10)
    #expect(limits.refusesDuplicates)
  }

  @Test func `a quantity off the lot is refused with key, place and lot`() throws {
    let path = try scratch("lot.yaml", "risk:\n  order_quantity_max: 0.0005\n")
    defer { remove(path) }
    let settings = try Settings.load(file: path, overrides: [])

    let problem = #expect(throws: Problem.self) { try settings.limits(for: perpetual()) }

    #expect(problem?.code == "CFG-011")
    #expect(
      problem?.text
        == "risk.order_quantity_max at \(path):2:23 is 0.0005; wanted a multiple of the "
        + "instrument's lot, 0.001; do round the value")
  }

  @Test func `money finer than the currency is refused`() throws {
    let settings = try Settings.load(file: nil, overrides: ["backtest.cash=1.001"])

    let problem = #expect(throws: Problem.self) { try settings.cash(in: .usd) }

    #expect(problem?.code == "CFG-011")
    #expect(problem?.text.contains("a multiple of 0.01 USD") == true)
    #expect(try settings.cash(in: .usdt).minorUnits == 100_100_000)
  }

  @Test(arguments: [
    ("backtest.cash=-1", "CFG-004"), ("backtest.cash=much", "CFG-004"),
    ("backtest.fill_policy=best", "CFG-004"), ("journal.segment_mebibytes=1025", "CFG-004"),
    ("journal.durability=none", "CFG-004"), ("risk.total_drawdown_max=1.5", "CFG-004"),
    ("risk.price_collar=0", "CFG-004"), ("risk.orders_per_minute_max=1.5", "CFG-004"),
    ("risk.needs_margin=yes", "CFG-004"), ("risk.prize_collar=0.1", "CFG-005"),
    ("risk=5", "CFG-004"), ("nonsense", "CFG-008"), ("=5", "CFG-008"),
  ])
  func `a value that is not wanted is refused`(override: String, code: String) {
    let problem = #expect(throws: Problem.self) {
      try Settings.load(file: nil, overrides: [override])
    }
    #expect(problem?.code == code)
    #expect(problem?.text.contains("; wanted ") == true)
    #expect(problem?.text.contains("\n") == false)
  }

  @Test func `null switches a rule of the file off`() throws {
    let path = try scratch("off.yaml", "risk:\n  price_collar: 0.1\n")
    defer { remove(path) }
    let settings = try Settings.load(file: path, overrides: ["risk.price_collar=null"])
    #expect(try settings.limits(for: perpetual()).priceCollar == nil)
  }

  @Test func `what is in force can be written as YAML and read again`() throws {
    let settings = try Settings.load(
      file: nil, overrides: ["risk.order_quantity_max=2.50", "journal.durability=power"])
    let path = try scratch("again.yaml", settings.yaml)
    defer { remove(path) }

    let again = try Settings.load(file: path, overrides: [])

    #expect(again.configuration.merged.hasSameContent(as: settings.configuration.merged))
    #expect(again.durability == .power)
  }

  @Test func `a file of another form, or none, is refused`() throws {
    let path = try scratch("s.toml", "x = 1")
    defer { remove(path) }
    let form = #expect(throws: Problem.self) { try Settings.load(file: path, overrides: []) }
    #expect(form?.code == "CFG-010")
    let missing = #expect(throws: Problem.self) {
      try Settings.load(file: "/nowhere/s.yaml", overrides: [])
    }
    #expect(missing?.code == "PLT-001")
    #expect(missing?.text.contains("; wanted a configuration file; do ") == true)
  }

  @Test func `an explanation names the layer that won and what it stands above`() throws {
    let path = try scratch("e.yaml", "journal:\n  segment_mebibytes: 8\n")
    defer { remove(path) }
    let settings = try Settings.load(file: path, overrides: ["journal.segment_mebibytes=9"])

    let lines = settings.explain(["journal.segment_mebibytes"])

    #expect(
      lines.first
        == "journal.segment_mebibytes = 9  (command line argument 1, over 8 from "
        + "\(path):2:22, over 64 from default)")
    #expect(settings.explain().count == 54)
  }

  // MARK: Words

  private func perpetual() throws -> InstrumentTerms {
    try InstrumentCatalogue.builtIn.instrument("btc-perp").terms
  }
}
