import OmniExecution
import OmniMatching
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniTime
import Testing

/// Terms in tenths and thousandths, with a maker fee of 2 and a taker fee of 5 in ten thousand.
func terms(maker: Int64 = 200_000, taker: Int64 = 500_000) throws -> InstrumentTerms {
  try #require(
    InstrumentTerms(
      tick: FixedDecimal(coefficient: 1, scale: 1), lot: FixedDecimal(coefficient: 1, scale: 3),
      currency: .usdt, settlement: .margined,
      costs: .init(
        makerFee: Rate(billionths: maker), takerFee: Rate(billionths: taker), leverageMax: 100)))
}

func market(_ id: UInt64, _ side: Side, _ lots: Int64 = 1) -> OrderIntent {
  order(id, .init(side, .market, Quantity(lots: lots)))
}

func limit(_ id: UInt64, _ side: Side, _ price: Int64, _ lots: Int64 = 1) -> OrderIntent {
  order(id, .init(side, .limit, Quantity(lots: lots), price: Price(ticks: price)))
}

func stop(_ id: UInt64, _ side: Side, _ price: Int64, _ lots: Int64 = 1) -> OrderIntent {
  order(id, .init(side, .stop, Quantity(lots: lots), price: Price(ticks: price)))
}

func order(
  _ id: UInt64, _ terms: OrderIntent.Terms, instrument: UInt32 = 0,
  _ contingency: Contingency = .none
) -> OrderIntent {
  OrderIntent(
    id: OrderID(id), strategy: StrategyID(0), instrument: InstrumentID(instrument), terms: terms,
    contingency: contingency)
}

/// An entry with its stop (the next number) and its target (the one after).
func bracket(_ entry: OrderIntent, stop: Int64, target: Int64) -> [OrderIntent] {
  let (stopID, targetID) = (entry.id.value + 1, entry.id.value + 2)
  let exit = entry.side.opposite
  return [
    entry,
    order(
      stopID,
      .init(exit, .stop, entry.quantity, price: Price(ticks: stop), isReduceOnly: true),
      Contingency(parent: entry.id, sibling: OrderID(targetID))),
    order(
      targetID,
      .init(exit, .limit, entry.quantity, price: Price(ticks: target), isReduceOnly: true),
      Contingency(parent: entry.id, sibling: OrderID(stopID))),
  ]
}

func prices(_ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64) -> OpenHighLowClose {
  OpenHighLowClose(
    open: Price(ticks: open), high: Price(ticks: high), low: Price(ticks: low),
    close: Price(ticks: close))
}

extension VenueReport {
  /// The report in as few words as tests read easily.
  var words: String {
    switch self {
    case .accepted(let id): "accepted \(id.value)"
    case .rejected(let id, let reason): "rejected \(id.value): \(reason)"
    case .triggered(let id): "triggered \(id.value)"
    case .filled(let fill): "filled \(fill.order.value) at \(fill.price.ticks)"
    case .cancelled(let id): "cancelled \(id.value)"
    case .cancelRejected(let id): "cancel of \(id.value) rejected"
    }
  }
}

/// The gate and the orders before a venue, which alone make commands; shared by many venues.
final class OrderEntry {
  private var gate: PreTradeGate
  private var manager = OrderManager(strategyCount: 1, instrumentCount: 2)
  private var portfolio: Portfolio
  let instruments: [Instrument]

  init(_ terms: InstrumentTerms) throws {
    instruments = ["a", "b"].map { Instrument(symbol: $0, name: $0, terms: terms) }
    gate = PreTradeGate(instruments: instruments, strategyCount: 1, limits: .research)
    portfolio = Portfolio(strategies: ["one"], instruments: instruments, currency: .usdt)
    try portfolio.deposit(
      Amount(minorUnits: 1_000_000_000_000_000_000, currency: .usdt), to: StrategyID(0))
  }

  func command(_ intent: OrderIntent) throws -> SubmitOrder {
    let circumstances = OrderCircumstances(
      now: .epoch, lastPrice: Price(ticks: 100), pricedAt: .epoch,
      working: manager.working(intent.strategy, intent.instrument))
    return try manager.submit(try gate.check(intent, circumstances, portfolio))
  }

  /// Lets go of an order, whatever became of it.
  func forget(_ id: OrderID) { _ = try? manager.apply(.cancelled(id)) }

  /// The orders accept what a venue says, or there is something wrong with one of them.
  func hear(_ report: VenueReport) {
    if case .cancelRejected = report { return }
    // Trade numbers begin anew with each venue.
    guard case .filled(let fill) = report else {
      #expect(throws: Never.self, "\(report.words)") { try manager.apply(report) }
      return
    }
    let order = manager.order(fill.order)
    let remaining = order?.lifecycle.remaining ?? .zero
    // Only an exit that is larger than the position is filled in part; its rest is cancelled next.
    if let order, order.intent.isReduceOnly, fill.quantity < remaining { return }
    #expect(remaining == fill.quantity, "\(report.words)")
    forget(fill.order)
  }
}

/// A venue that has seen a close of 100 ticks, and what it said since.
final class VenueBench {
  var venue: BarVenue
  let entry: OrderEntry
  private(set) var reports: [VenueReport] = []

  init(
    _ policy: FillPolicy, _ entry: OrderEntry? = nil, capacity: Int = 64, isOpen: Bool = true
  ) throws {
    let entry = try entry ?? OrderEntry(terms())
    self.entry = entry
    venue = BarVenue(instruments: entry.instruments, policy: policy, capacity: capacity)
    if isOpen { #expect(bar(100, 100, 100, 100).isEmpty) }
  }

  /// Sends orders that belong together, and lets the venue fill what it can at once.
  @discardableResult
  func submit(_ orders: OrderIntent...) throws -> [String] { try submit(orders) }

  @discardableResult
  func submit(_ orders: [OrderIntent]) throws -> [String] {
    for order in orders { venue.submit(try entry.command(order)) }
    if let first = orders.first { venue.settle(first.instrument) }
    return drain()
  }

  @discardableResult
  func cancel(_ id: UInt64) -> [String] {
    venue.cancel(OrderID(id))
    return drain()
  }

  @discardableResult
  func bar(
    _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64, instrument: UInt32 = 0
  ) -> [String] {
    bar(prices(open, high, low, close), instrument: instrument)
  }

  @discardableResult
  func bar(_ prices: OpenHighLowClose, instrument: UInt32 = 0) -> [String] {
    venue.onBar(
      Bar(instrument: InstrumentID(instrument), closedAt: .epoch, prices: prices, volume: 0))
    return drain()
  }

  private func drain() -> [String] {
    var said: [String] = []
    while let report = venue.nextReport() {
      entry.hear(report)
      reports.append(report)
      said.append(report.words)
    }
    return said
  }

  var fills: [Fill] {
    reports.compactMap { if case .filled(let fill) = $0 { fill } else { nil } }
  }
}
