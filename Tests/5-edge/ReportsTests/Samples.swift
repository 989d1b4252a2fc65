import OmniReports

let minute: Int64 = 60_000_000_000
let start: Int64 = 1_640_991_660_000_000_000

/// A small run with something in every section.
func sample(fills count: Int) -> RunReport {
  var report = RunReport(title: "EMA cross", subtitle: "January", currency: "USDT")
  report.facts.from = start
  report.facts.to = start + 1_000 * minute
  report.facts.events = 412_007
  report.facts.digest = "9f3a0c1d5e7b42c88a11d0f4e2b7a963"
  report.facts.replay = .holds
  report.facts.ledger = .holds
  report.facts.command = "omni backtest"
  report.headline = [
    .init("Equity", "790,434.77", unit: "USDT"),
    .init("Return", "−20.96", unit: "%", sign: .negative, note: "from the ledger"),
    .init("Sortino", nil),
  ]
  let points = (0..<1_000).map { RunReport.Point(at: start + Int64($0) * minute, wave($0)) }
  let depths = points.map { RunReport.Point(at: $0.at, -($0.value.magnitude)) }
  report.whole = .init("Whole", equity: points, drawdown: depths)
  report.strategyCurves = [
    .init("ema", equity: points, drawdown: depths), .init("rsi", equity: points),
  ]
  report.monthly = [.init("Whole", years: [.init(2022, months: [1.25, -3, nil], total: -1.8)])]
  report.comparison = .init(
    columns: [.init("Profit", unit: "USDT", note: "after fees"), .init("Sharpe")],
    rows: [.init("ema", cells: [.init("+1.00", sign: .positive)])])
  report.statistics = [.init("Returns", [.init("Volatility", "3.1", unit: "%", note: "a year")])]
  addTrades(count, to: &report)
  addBasis(to: &report)
  return report
}

private func addTrades(_ count: Int, to report: inout RunReport) {
  let bars = (0..<1_000).map { index -> RunReport.Bar in
    let value = 40_000 + wave(index)
    return .init(
      at: start + Int64(index) * minute, open: value, high: value + 5, low: value - 5,
      close: value + 2)
  }
  report.instruments = [
    .init("BTCUSDT", unit: "USDT", decimals: 1, interval: minute, bars: bars)
  ]
  report.fills = (0..<count).map { index in
    var fill = RunReport.Fill(
      at: start + Int64(index % 1_000) * minute, instrument: "BTCUSDT",
      side: index.isMultiple(of: 2) ? .buy : .sell, quantity: "1.000", price: "40000.5")
    fill.strategy = "ema"
    fill.fee = index.isMultiple(of: 3) ? nil : "20.00"
    return fill
  }
  report.orders = report.fills.prefix(3).enumerated().map { index, fill in
    .init(
      at: fill.at, id: "O-\(index)", instrument: "BTCUSDT", side: fill.side, quantity: "1.000")
  }
  report.denials = [
    .init(at: start, rule: "RSK-002", reason: "too large", limit: "2.000", value: "3.000")
  ]
}

private func addBasis(to report: inout RunReport) {
  report.trialBalance = .init(
    rows: [.init("Assets:Cash", debit: "5.00", credit: nil, balance: "5.00", currency: "USDT")],
    totals: [.init("Total", debit: "5.00", credit: "5.00", balance: "0.00", currency: "USDT")])
  report.assumptions = [.init("Latency", "none")]
  report.warnings = [.init("In sample", "the figures say nothing of the future")]
  var source = RunReport.DataSource("bars.csv")
  source.licence = "MIT"
  source.faults = [.init("gaps", count: 2, note: "kept"), .init("offsets", count: nil)]
  report.sources = [source]
  report.limits = [.init("RSK-001 size", scope: "all", limit: "2.000", unit: "BTC")]
}

/// A run in which every text is `text`, with `count` fills.
func poisoned(with text: String, count: Int) -> RunReport {
  var report = RunReport(title: text, subtitle: text, mode: text, currency: text)
  report.facts.digest = text
  report.facts.command = text
  report.facts.fillPolicy = text
  report.facts.replay = .fails(text)
  report.facts.ledger = .fails(text)
  let figure = RunReport.Figure(text, text, unit: text, sign: .positive, note: text)
  report.headline = [figure]
  report.statistics = [.init(text, [figure])]
  let points = [RunReport.Point(at: 0, 1), .init(at: minute, 2)]
  report.whole = .init(text, equity: points, drawdown: points)
  report.strategyCurves = [.init(text, equity: points), .init(text, equity: points)]
  report.monthly = [.init(text, years: [.init(2022, months: [1], total: nil)])]
  report.comparison = .init(
    columns: [.init(text, unit: text, note: text)], rows: [.init(text, note: text, cells: [])])
  let bar = RunReport.Bar(at: minute, open: 1, high: 2, low: 1, close: 2)
  report.instruments = [.init(text, unit: text, decimals: 1, interval: minute, bars: [bar])]
  report.fills = (0..<count).map { _ in
    var fill = RunReport.Fill(at: minute, instrument: text, side: .buy, quantity: text, price: "1")
    (fill.strategy, fill.type, fill.liquidity) = (text, text, text)
    (fill.fee, fill.status, fill.order) = (text, text, text)
    return fill
  }
  var order = RunReport.Order(at: 0, id: text, instrument: text, side: .sell, quantity: text)
  (order.strategy, order.type, order.price, order.status) = (text, text, text, text)
  report.orders = [order]
  var denial = RunReport.Denial(at: 0, rule: text, reason: text, limit: text, value: text)
  (denial.strategy, denial.instrument) = (text, text)
  report.denials = [denial]
  let row = RunReport.TrialBalance.Row(
    text, debit: text, credit: text, balance: text, currency: text)
  report.trialBalance = .init(rows: [row], totals: [row])
  report.assumptions = [.init(text, text)]
  report.warnings = [.init(text, text)]
  var source = RunReport.DataSource(text)
  (source.version, source.licence, source.sha256, source.note) = (text, text, text, text)
  source.faults = [.init(text, count: 1, note: text)]
  report.sources = [source]
  report.limits = [.init(text, scope: text, limit: text, unit: text, reached: text)]
  return report
}

private func wave(_ index: Int) -> Double { Double((index * 37) % 211) - 100 }
