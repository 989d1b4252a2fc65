import OmniCrypto
import OmniExecution
import OmniKernel
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRunHistory
import OmniSnapshotter
import OmniTime

/// The state of a run at one moment as plain text for the terminal, and as one JSON object.
struct RunStatePrinter {
  let state: RunState
  let plan: RunPlan
  let records: (seen: UInt64, all: UInt64)
  let report: RehydrationReport
  private let figures: Figures

  /// Prepares a state; nil before the plan, when there is nothing to say.
  init?(
    _ state: RunState, seen: UInt64, of all: UInt64, report: RehydrationReport
  ) {
    guard let plan = state.plan else { return nil }
    self.state = state
    self.plan = plan
    records = (seen, all)
    self.report = report
    figures = Figures(plan.currency)
  }

  // MARK: Text

  /// The facts, then a line for each strategy and instrument, then one for each working order.
  var text: String {
    let totals = state.totals
    var lines = [
      "records   \(records.seen) of \(records.all)",
      "time      \(state.time.map { "\($0)" } ?? "before the first bar")",
      "bars      \(totals?.bars ?? 0)",
      "orders    \(totals?.orders ?? 0)",
      "fills     \(totals?.fills ?? 0)",
      "equity    \(figures.rounded(state.equity)) \(plan.currency.code)",
      "ledger    \(state.isBalanced ? "balanced" : "unbalanced")",
      "digest    \(state.digest.map { "\($0)" } ?? "none")",
      "replayed  \(report.replayedEvents) records, from \(source)",
      "",
    ]
    lines += ResultPrinter.aligned([positionHeader] + positions.map(row))
    let orders = state.workingOrders
    if !orders.isEmpty {
      lines.append("")
      lines += ResultPrinter.aligned([Self.orderHeader] + orders.map(row))
    }
    return lines.joined(separator: "\n")
  }

  private var source: String {
    switch report.source {
    case .fullReplay: "the beginning"
    case .snapshot(let key, _): "the snapshot after record \(key.version)"
    }
  }

  private var positionHeader: [String] {
    ["strategy", "instrument", "position", "entry", "mark", "unrealised", "realised", "fees"]
  }

  private static let orderHeader = [
    "order", "strategy", "instrument", "side", "type", "quantity", "filled", "price", "state",
  ]

  private typealias Holding = (strategy: Int, instrument: Int, position: Position)

  /// What every strategy holds of what it trades.
  private var positions: [Holding] {
    plan.strategies.enumerated().flatMap { number, strategy in
      strategy.instruments.compactMap { instrument -> Holding? in
        state.position(StrategyID(UInt32(number)), instrument).map {
          (number, Int(instrument.index), $0)
        }
      }
    }
  }

  private func row(_ holding: Holding) -> [String] {
    let instrument = plan.instruments[holding.instrument]
    let position = holding.position
    return [
      plan.strategies[holding.strategy].label, instrument.symbol,
      instrument.terms.text(position.net), entry(holding) ?? "—",
      position.mark == .zero ? "—" : instrument.terms.text(position.mark),
      figures.rounded(position.unrealised, signed: true),
      figures.rounded(position.realised, signed: true), figures.rounded(position.fees),
    ]
  }

  /// The average price of what is open, or nil while flat.
  private func entry(_ holding: Holding) -> String? {
    guard !holding.position.isFlat else { return nil }
    let cycle = holding.position.cycle
    return TradesFile.average(
      cycle.openedTickLots, over: cycle.openedLots, plan.instruments[holding.instrument].terms)
  }

  private func row(_ order: Order) -> [String] {
    let intent = order.intent
    let instrument = plan.instruments[Int(intent.instrument.index)]
    return [
      "\(intent.id.value)", plan.strategies[Int(intent.strategy.index)].label, instrument.symbol,
      "\(intent.side)", "\(intent.type)", instrument.terms.text(intent.quantity),
      instrument.terms.text(order.lifecycle.filled), price(intent) ?? "—",
      "\(order.lifecycle.life)",
    ]
  }

  private func price(_ intent: OrderIntent) -> String? {
    guard intent.type != .market else { return nil }
    return plan.instruments[Int(intent.instrument.index)].terms.text(intent.price)
  }

  // MARK: JSON

  var json: JSONText {
    .object([
      ("records", .count(records.seen)), ("records_in_journal", .count(records.all)),
      ("time", state.time.map { .text("\($0)") } ?? .null),
      ("bars", .count(state.totals?.bars ?? 0)), ("orders", .count(state.totals?.orders ?? 0)),
      ("denials", .count(state.totals?.denials ?? 0)),
      ("fills", .count(state.totals?.fills ?? 0)),
      ("currency", .text(plan.currency.code)), ("equity", .text(figures.exact(state.equity))),
      ("ledger", .text(state.isBalanced ? "balanced" : "unbalanced")),
      ("digest", state.digest.map { .text("\($0)") } ?? .null),
      ("replayed", .count(report.replayedEvents)), ("snapshot", snapshot),
      ("strategies", .list(plan.strategies.indices.map(strategy))),
      ("positions", .list(positions.map(position))),
      ("working_orders", .list(state.workingOrders.map(order))),
    ])
  }

  private var snapshot: JSONText {
    guard case .snapshot(let key, _) = report.source else { return .null }
    return .count(key.version)
  }

  private func strategy(_ number: Int) -> JSONText {
    guard let sum = state.money(StrategyID(UInt32(number))) else { return .null }
    return .object([
      ("strategy", .text(plan.strategies[number].label)),
      ("capital", .text(figures.exact(sum.capital))),
      ("equity", .text(figures.exact(sum.equity))),
      ("realised", .text(figures.exact(sum.realised))),
      ("unrealised", .text(figures.exact(sum.unrealised))),
      ("fees", .text(figures.exact(sum.fees))),
    ])
  }

  private func position(_ holding: Holding) -> JSONText {
    let instrument = plan.instruments[holding.instrument]
    let position = holding.position
    return .object([
      ("strategy", .text(plan.strategies[holding.strategy].label)),
      ("instrument", .text(instrument.symbol)),
      ("position", .text(instrument.terms.text(position.net))),
      ("entry", entry(holding).map { .text($0) } ?? .null),
      ("mark", position.mark == .zero ? .null : .text(instrument.terms.text(position.mark))),
      ("unrealised", .text(figures.exact(position.unrealised))),
      ("realised", .text(figures.exact(position.realised))),
      ("fees", .text(figures.exact(position.fees))),
    ])
  }

  private func order(_ order: Order) -> JSONText {
    let intent = order.intent
    let instrument = plan.instruments[Int(intent.instrument.index)]
    return .object([
      ("order", .count(intent.id.value)),
      ("strategy", .text(plan.strategies[Int(intent.strategy.index)].label)),
      ("instrument", .text(instrument.symbol)), ("side", .text("\(intent.side)")),
      ("type", .text("\(intent.type)")),
      ("quantity", .text(instrument.terms.text(intent.quantity))),
      ("filled", .text(instrument.terms.text(order.lifecycle.filled))),
      ("price", price(intent).map { .text($0) } ?? .null),
      ("state", .text("\(order.lifecycle.life)")),
    ])
  }
}
