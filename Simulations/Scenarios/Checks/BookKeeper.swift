import OmniKernel
import OmniLedger
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniTime

/// Keeps books of its own beside a node's, in the plainest way, and compares them after each bar.
///
/// It knows nothing but the orders and fills that pass by.
struct BookKeeper: RunObserver {
  /// What it has seen of one strategy and one instrument.
  private struct Tally {
    var lots: Int64 = 0
    var fees: Int128 = 0
    /// Money received less money paid for what was traded, fees apart.
    var flow: Int128 = 0
    var fills: Int128 = 0
  }

  private let plan: RunPlan
  private var tallies: [Tally]
  private var working: [OrderID: OrderIntent] = [:]
  private var lastTrade: UInt64 = 0
  /// The first thing that was not as it should be.
  private(set) var failure: (check: String, found: String)?
  /// How many checks were made.
  private(set) var checkCount: UInt64 = 0
  /// How often each layer of the gate refused.
  private(set) var denials = [UInt64](repeating: 0, count: 11)

  init(_ plan: RunPlan) {
    self.plan = plan
    tallies = Array(
      repeating: Tally(), count: plan.strategies.count * plan.instruments.count)
  }

  private mutating func check(
    _ isSo: Bool, _ check: @autoclosure () -> String, _ found: @autoclosure () -> String
  ) {
    checkCount += 1
    if !isSo && failure == nil { failure = (check(), found()) }
  }

  private func place(_ strategy: StrategyID, _ instrument: InstrumentID) -> Int {
    Int(strategy.index) * plan.instruments.count + Int(instrument.index)
  }

  mutating func orderSubmitted(_ order: OrderIntent, at time: Timestamp) {
    check(working[order.id] == nil, "an order's number once", "\(order.id) a second time")
    let isOwn = plan.strategies[Int(order.strategy.index)].instruments.contains(order.instrument)
    check(isOwn, "orders of instruments of the plan", "\(order)")
    if let lots = plan.limits.orderLotsMax, !order.isReduceOnly {
      check(order.quantity.lots <= lots, "orders of at most \(lots) lots", "\(order)")
    }
    working[order.id] = order
    if let most = plan.limits.workingOrdersMax, !order.isReduceOnly {
      let count = working.values.count { $0.strategy == order.strategy }
      check(count <= most, "at most \(most) working orders", "\(count) of \(order.strategy)")
    }
  }

  mutating func orderDenied(_ order: OrderIntent, _ denial: Denial, at time: Timestamp) {
    check(working[order.id] == nil, "a refused order never works", "\(order.id)")
    denials[denial.rule.layer] += 1
  }

  mutating func orderReported(_ order: OrderIntent, _ report: VenueReport, at time: Timestamp) {
    switch report {
    case .cancelled, .rejected, .filled:
      check(working[order.id] != nil, "an order ends once", "\(report) a second time")
      working[order.id] = nil
    case .accepted, .triggered, .cancelRejected: break
    }
  }

  mutating func fillBooked(
    _ fill: Fill, _ order: OrderIntent, trade: ClosedTrade?, at time: Timestamp
  ) {
    check(working[order.id] == order, "a fill of a working order", "\(fill)")
    check(fill.quantity == order.quantity, "a fill of the order's size", "\(fill)")
    check(fill.trade.value > lastTrade, "a trade's number once", "\(fill)")
    lastTrade = fill.trade.value
    let terms = plan.instruments[Int(order.instrument.index)].terms
    let value = terms.notional(fill.price, NetQuantity(lots: fill.quantity.lots)).minorUnits
    let isMaker = fill.liquidity == .maker && plan.policy.feeRule == .byLiquidity
    let rate = isMaker ? terms.makerFee : terms.takerFee
    let fee = Rounding.halfEven.quotient(value * Int128(rate.billionths), 1_000_000_000)
    check(fill.fee == fee, "a fee of \(fee)", "\(fill)")
    let place = place(order.strategy, order.instrument)
    let sign = order.side == .buy ? 1 : -1
    tallies[place].lots += fill.quantity.lots * Int64(sign)
    tallies[place].fees += fill.fee
    tallies[place].flow -= value * Int128(sign)
    tallies[place].fills += 1
  }

  mutating func barDone(_ bar: Bar, _ portfolio: borrowing Portfolio) {
    let trial = portfolio.ledger.trialBalance()
    check(
      trial.allSatisfy { $0.minorUnits == 0 }, "postings that sum to zero for each currency",
      "\(trial) after the bar of \(bar.closedAt.nanoseconds) ns")
    var equity: Int128 = 0
    for number in plan.strategies.indices {
      let strategy = StrategyID(UInt32(number))
      checkStrategy(strategy, portfolio)
      equity += portfolio.equity(strategy)
    }
    check(equity == portfolio.equity, "equity of all as the sum of each", "\(portfolio.equity)")
    for index in plan.instruments.indices {
      let instrument = InstrumentID(UInt32(index))
      let held = plan.strategies.indices.reduce(Int128(0)) {
        $0 + Int128(tallies[place(StrategyID(UInt32($1)), instrument)].lots)
      }
      let market = portfolio.ledger.balance(portfolio.chart.market(instrument)).net
      check(held == -market, "\(held) lots that came from the market", "\(-market)")
    }
  }

  private mutating func checkStrategy(
    _ strategy: StrategyID, _ portfolio: borrowing Portfolio
  ) {
    let sum = portfolio.sum(strategy)
    let chart = portfolio.chart
    var (worth, paid, realised) = (Int128(0), Int128(0), Int128(0))
    var total = Tally()
    for index in plan.instruments.indices {
      let instrument = InstrumentID(UInt32(index))
      let tally = tallies[place(strategy, instrument)]
      let position = portfolio.position(strategy, instrument)
      checkPosition(position, tally, strategy, instrument, portfolio)
      total.flow += tally.flow
      total.fees += tally.fees
      total.fills += tally.fills + 1
      realised += position.realised
      let terms = plan.instruments[index].terms
      if !position.isFlat { worth += terms.notional(position.mark, position.net).minorUnits }
      if terms.settlement == .cash { paid += position.cost }
    }
    let who = plan.strategies[Int(strategy.index)].label
    let cash = portfolio.ledger.balance(chart.cash(strategy)).net
    let wanted = sum.capital + realised - total.fees - paid
    check(cash == wanted, "\(wanted) in cash of \(who)", "\(cash)")
    let fees = portfolio.ledger.balance(chart.fees(strategy)).net
    check(fees == total.fees, "\(total.fees) of fees in the books of \(who)", "\(fees)")
    check(sum.fees == total.fees, "\(total.fees) of fees of \(who)", "\(sum.fees)")
    let gains = -portfolio.ledger.balance(chart.realised(strategy)).net
    check(gains == realised, "\(realised) of gains in the books of \(who)", "\(gains)")
    // Each fill may be rounded in two parts, so a minor unit each may lie between.
    let equity = sum.capital + total.flow - total.fees + worth
    let difference = (equity - portfolio.equity(strategy)).magnitude
    check(
      difference <= total.fills.magnitude, "equity of \(who) near \(equity)",
      "\(portfolio.equity(strategy))")
  }

  private mutating func checkPosition(
    _ position: Position, _ tally: Tally, _ strategy: StrategyID, _ instrument: InstrumentID,
    _ portfolio: borrowing Portfolio
  ) {
    let chart = portfolio.chart
    let lots = portfolio.ledger.balance(chart.lots(strategy, instrument)).net
    check(lots == Int128(tally.lots), "\(tally.lots) lots in the books", "\(lots)")
    check(position.net.lots == tally.lots, "a position of \(tally.lots) lots", "\(position.net)")
    let cost = portfolio.ledger.balance(chart.cost(strategy, instrument)).net
    check(cost == position.cost, "a cost of \(position.cost) in the books", "\(cost)")
    check(position.fees == tally.fees, "\(tally.fees) of fees", "\(position.fees)")
    let clearing = portfolio.ledger.balance(chart.clearing(strategy, instrument)).net
    let isMargined = plan.instruments[Int(instrument.index)].terms.settlement == .margined
    check(
      clearing == (isMargined ? -position.cost : 0), "what stands against the cost", "\(clearing)")
  }
}
