import OmniEncoding
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniRisk
import OmniTime
import Testing

let first = StrategyID(0)
let second = StrategyID(1)
let share = InstrumentID(0)
let future = InstrumentID(1)

/// A share, and a future at ten times the equity; a tick of a lot is a cent of both.
let things: [Instrument] = [
  thing("share", tickScale: 2, lotScale: 0, .cash, leverage: 1),
  thing("future", tickScale: 1, lotScale: 1, .margined, leverage: 10),
].compactMap { $0 }

private func thing(
  _ symbol: String, tickScale: Int, lotScale: Int, _ settlement: Settlement, leverage: Int64
) -> Instrument? {
  InstrumentTerms(
    tick: FixedDecimal(coefficient: 1, scale: tickScale),
    lot: FixedDecimal(coefficient: 1, scale: lotScale), currency: .usd, settlement: settlement,
    costs: InstrumentTerms.Costs(leverageMax: leverage)
  ).map { Instrument(symbol: symbol, name: symbol, terms: $0) }
}

func at(_ seconds: Int64) -> Timestamp { Timestamp(nanoseconds: seconds * 1_000_000_000) }
func price(_ ticks: Int64) -> Price { Price(ticks: ticks) }

/// Two strategies with 10,000 dollars each; the first holds `held` shares, bought at 100 dollars.
func books(held: Int64 = 0, mark: Int64 = 100_00) throws -> Portfolio {
  var books = Portfolio(strategies: ["hare", "tortoise"], instruments: things, currency: .usd)
  for strategy in [first, second] {
    try books.deposit(Amount(minorUnits: 10_000_00, currency: .usd), to: strategy)
  }
  books.close(share, 100_00)
  try books.trade(share, held, at: 100_00)
  books.close(share, mark)
  return books
}

extension Portfolio {
  mutating func close(_ instrument: InstrumentID, _ ticks: Int64) {
    let prices = OpenHighLowClose(
      open: price(ticks), high: price(ticks), low: price(ticks), close: price(ticks))
    mark(first, Bar(instrument: instrument, closedAt: .epoch, prices: prices, volume: 0))
  }

  mutating func trade(_ instrument: InstrumentID, _ lots: Int64, at ticks: Int64) throws {
    if lots == 0 { return }
    try apply(
      Fill(
        trade: TradeID(1), order: OrderID(1), quantity: Quantity(lots: abs(lots)),
        price: price(ticks), liquidity: .taker, fee: 0),
      FillContext(
        strategy: first, instrument: instrument, side: lots > 0 ? .buy : .sell, at: .epoch))
  }
}

func market(_ side: Side, _ lots: Int64, of instrument: InstrumentID = share) -> OrderIntent {
  OrderIntent(
    id: OrderID(1), strategy: first, instrument: instrument,
    terms: .init(side, .market, Quantity(lots: lots)))
}

func limit(_ side: Side, _ lots: Int64, at ticks: Int64) -> OrderIntent {
  OrderIntent(
    id: OrderID(1), strategy: first, instrument: share,
    terms: .init(side, .limit, Quantity(lots: lots), price: price(ticks)))
}

func reduceOnly(_ side: Side, _ lots: Int64) -> OrderIntent {
  OrderIntent(
    id: OrderID(1), strategy: first, instrument: share,
    terms: .init(side, .market, Quantity(lots: lots), isReduceOnly: true))
}

/// The exit of a bracket whose entry is order 1.
func exit(_ side: Side, _ lots: Int64) -> OrderIntent {
  OrderIntent(
    id: OrderID(2), strategy: first, instrument: share,
    terms: .init(side, .stop, Quantity(lots: lots), price: price(90_00), isReduceOnly: true),
    contingency: Contingency(parent: OrderID(1), sibling: OrderID(3)))
}

/// The market at `now`, with a last price of 100 dollars a second before unless told otherwise.
func seen(
  _ ticks: Int64? = 100_00, now: Timestamp = at(100), pricedAt: Timestamp? = nil,
  working: OrderCircumstances.Working = .init()
) -> OrderCircumstances {
  OrderCircumstances(
    now: now, lastPrice: ticks.map { price($0) }, pricedAt: pricedAt ?? now, working: working)
}

func limits(_ change: (inout RiskLimits) -> Void) -> RiskLimits {
  var limits = RiskLimits()
  change(&limits)
  return limits
}

extension PreTradeGate {
  init(_ limits: RiskLimits) { self.init(instruments: things, strategyCount: 2, limits: limits) }

  /// The denial of an order, or nil when it passed.
  mutating func denial(
    _ order: OrderIntent, _ circumstances: OrderCircumstances, _ books: borrowing Portfolio
  ) -> Denial? {
    do throws(Denial) {
      let approved = try check(order, circumstances, books)
      #expect(approved.order == order)
      return nil
    } catch {
      return error
    }
  }

  var words: [UInt64] {
    var sink = WordArray()
    encode(into: &sink)
    return sink.words
  }
}
