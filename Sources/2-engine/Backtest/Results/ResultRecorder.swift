import OmniExecution
public import OmniKernel
import OmniLedger
public import OmniModel
import OmniMoney
public import OmniPortfolio
public import OmniRisk
public import OmniTime

/// Gathers what came of a run while it runs.
///
/// - Complexity: O(strategies of the instrument) a bar; memory grows with fills, orders and trades,
///   up to ``rowsMax`` of each, and not with bars.
public struct ResultRecorder: RunObserver, Sendable {
  /// How many fills, orders, denials and trades are kept at most; the counts go on.
  public static let rowsMax = 2_000_000

  private let plan: RunPlan
  private var barNumbers: [Int]
  private var charts: [BarSampler]
  private var subscribers: [[Int]]
  private var total = PartRecorder()
  private var parts: [PartRecorder]
  private var fills: [RunResults.FillRow] = []
  private var orders: [RunResults.OrderRow] = []
  private var orderPlaces: [OrderID: Int] = [:]
  private var denials: [RunResults.DenialRow] = []
  private var trades: [ClosedTrade] = []
  private var from: Timestamp?
  private var to: Timestamp?
  private let capital: Int128

  /// Creates a recorder for a run of `plan`.
  public init(_ plan: RunPlan) {
    self.plan = plan
    barNumbers = plan.instruments.map { _ in 0 }
    charts = plan.instruments.map { _ in BarSampler() }
    parts = plan.strategies.map { _ in PartRecorder() }
    capital = plan.strategies.reduce(0) { $0 + $1.capital }
    subscribers = plan.instruments.indices.map { index in
      plan.strategies.indices.filter {
        plan.strategies[$0].instruments.contains(InstrumentID(UInt32(index)))
      }
    }
  }

  /// Notes equity and chart after a bar.
  public mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio) {
    let index = Int(bar.instrument.index)
    barNumbers[index] += 1
    charts[index].add(bar)
    if from == nil { from = bar.closedAt }
    to = bar.closedAt
    for number in subscribers[index] {
      let strategy = StrategyID(UInt32(number))
      parts[number].note(
        portfolio.equity(strategy), at: bar.closedAt, capital: plan.strategies[number].capital)
      parts[number].bars += 1
      if portfolio.sum(strategy).gross != 0 { parts[number].barsExposed += 1 }
    }
    total.note(portfolio.equity, at: bar.closedAt, capital: capital)
    total.bars += 1
    if plan.strategies.indices.contains(where: {
      portfolio.sum(StrategyID(UInt32($0))).gross != 0
    }) {
      total.barsExposed += 1
    }
  }

  /// Notes an order that risk let by.
  public mutating func orderSubmitted(_ order: OrderIntent, at time: Timestamp) {
    guard orders.count < Self.rowsMax else { return }
    orderPlaces[order.id] = orders.count
    orders.append(RunResults.OrderRow(at: time, order: order, status: .working))
  }

  /// Notes an order that risk refused.
  public mutating func orderDenied(_ order: OrderIntent, _ denial: Denial, at time: Timestamp) {
    guard denials.count < Self.rowsMax else { return }
    denials.append(RunResults.DenialRow(at: time, order: order, denial: denial))
  }

  /// Notes how an order ended.
  public mutating func orderReported(
    _ order: OrderIntent, _ report: VenueReport, at time: Timestamp
  ) {
    let status: RunResults.OrderRow.Status
    switch report {
    case .filled: status = .filled
    case .cancelled: status = .cancelled
    case .rejected: status = .rejected
    case .accepted, .triggered, .cancelRejected: return
    }
    if let place = orderPlaces.removeValue(forKey: order.id) { orders[place].status = status }
  }

  /// Notes a fill, and the round trip that it finished.
  public mutating func fillBooked(
    _ fill: Fill, _ order: OrderIntent, trade: ClosedTrade?, at time: Timestamp
  ) {
    let index = Int(order.instrument.index)
    let unit = plan.instruments[index].terms.unit
    let value = unit.notional(fill.price, NetQuantity(lots: fill.quantity.lots)).magnitude
    parts[Int(order.strategy.index)].traded += Int128(value)
    total.traded += Int128(value)
    if let trade, trades.count < Self.rowsMax { trades.append(trade) }
    guard fills.count < Self.rowsMax else { return }
    fills.append(
      RunResults.FillRow(bar: barNumbers[index], at: time, order: order, fill: fill))
  }

  /// Notes the round trip that a corporate action finished.
  public mutating func actionBooked(
    _ action: CorporateAction, _ strategy: StrategyID, _ outcome: ActionOutcome
  ) {
    if let trade = outcome.trade, trades.count < Self.rowsMax { trades.append(trade) }
  }

  /// Notes the size and price that an order has now.
  public mutating func orderAdjusted(_ order: OrderIntent, at time: Timestamp) {
    guard let place = orderPlaces[order.id] else { return }
    orders[place] = RunResults.OrderRow(
      at: orders[place].at, order: order, status: orders[place].status)
  }

  /// What came of the run.
  func results(_ portfolio: borrowing Portfolio, _ counts: NodeCounts) -> RunResults {
    var sums = Portfolio.StrategySum()
    var all: [RunResults.Part] = []
    for (number, strategy) in plan.strategies.enumerated() {
      let sum = portfolio.sum(StrategyID(UInt32(number)))
      sums.add(sum)
      let own = trades.filter { Int($0.strategy.index) == number }
      all.append(parts[number].part(strategy.label, sum, own))
    }
    return RunResults(
      plan: plan, counts: counts, from: from, to: to,
      total: total.part("total", sums, trades), parts: all, fills: fills, orders: orders,
      denials: denials, trades: trades, charts: charts.map(\.bars),
      trialBalance: Self.trialBalance(portfolio))
  }

  private static func trialBalance(_ portfolio: borrowing Portfolio) -> [RunResults.BalanceRow] {
    var rows: [RunResults.BalanceRow] = []
    for index in 0..<portfolio.ledger.accounts.count {
      let balance = portfolio.ledger.balance(AccountID(UInt32(index)))
      if balance.debits != 0 || balance.credits != 0 {
        rows.append(
          RunResults.BalanceRow(account: portfolio.ledger.accounts[index], balance: balance))
      }
    }
    return rows
  }
}
