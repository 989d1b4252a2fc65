import OmniEncoding
import OmniExecution
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniTime
import Testing

func lots(_ count: Int64) -> Quantity { Quantity(lots: count) }

/// A limit order by number; buys unless told otherwise.
func order(
  _ id: UInt64, _ side: Side = .buy, _ count: Int64 = 10, strategy: UInt32 = 0,
  instrument: UInt32 = 0
) -> OrderIntent {
  OrderIntent(
    id: OrderID(id), strategy: StrategyID(strategy), instrument: InstrumentID(instrument),
    terms: .init(side, .limit, lots(count), price: Price(ticks: 100)))
}

/// A report of a trade.
func fill(_ trade: UInt64, of order: UInt64, _ count: Int64) -> VenueReport {
  .filled(
    Fill(
      trade: TradeID(trade), order: OrderID(order), quantity: lots(count),
      price: Price(ticks: 100), liquidity: .maker, fee: 0))
}

/// A manager behind the real gate, with money enough for two strategies and two instruments.
final class OrderBench {
  var manager: OrderManager
  private var gate: PreTradeGate
  private var portfolio: Portfolio

  init(capacity: Int = 1_024) throws {
    let terms = try #require(
      InstrumentTerms(
        tick: FixedDecimal(coefficient: 1, scale: 1), lot: FixedDecimal(coefficient: 1, scale: 3),
        currency: .usdt, settlement: .margined, costs: .init(leverageMax: 100)))
    let instruments = ["a", "b"].map { Instrument(symbol: $0, name: $0, terms: terms) }
    manager = OrderManager(strategyCount: 2, instrumentCount: 2, capacity: capacity)
    gate = PreTradeGate(instruments: instruments, strategyCount: 2, limits: .research)
    portfolio = Portfolio(strategies: ["one", "two"], instruments: instruments, currency: .usdt)
    for strategy in 0..<UInt32(2) {
      try portfolio.deposit(
        Amount(minorUnits: 1_000_000_000_000_000_000, currency: .usdt), to: StrategyID(strategy))
    }
  }

  /// Takes an order through the gate to the manager, and returns what the command carries.
  @discardableResult
  func submit(_ intent: OrderIntent) throws -> OrderIntent {
    let circumstances = OrderCircumstances(
      now: .epoch, lastPrice: Price(ticks: 100), pricedAt: .epoch,
      working: manager.working(intent.strategy, intent.instrument))
    let approved = try gate.check(intent, circumstances, portfolio)
    return try manager.submit(approved).order
  }

  @discardableResult
  func apply(_ report: VenueReport) throws -> OrderManager.Outcome { try manager.apply(report) }

  @discardableResult
  func cancel(_ id: UInt64) throws -> Order { try manager.requestCancel(OrderID(id)) }

  func order(_ id: UInt64) -> Order? { manager.order(OrderID(id)) }

  func working(strategy: UInt32 = 0, instrument: UInt32 = 0) -> OrderCircumstances.Working {
    manager.working(StrategyID(strategy), InstrumentID(instrument))
  }

  var count: Int { manager.count }

  /// Everything that the manager remembers.
  var words: [UInt64] {
    var sink = WordArray()
    manager.encode(into: &sink)
    return sink.words
  }

  /// Reads `words` into the manager, which has to be new.
  func decode(_ words: [UInt64]) throws {
    var source = WordArrayReader(words)
    try manager.decode(from: &source)
    #expect(source.isAtEnd)
  }
}
