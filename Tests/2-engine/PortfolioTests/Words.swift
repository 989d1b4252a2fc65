import OmniEncoding
import OmniLedger
import OmniModel
import OmniMoney
import OmniPortfolio
import OmniTime

func at(_ nanoseconds: Int64) -> Timestamp { Timestamp(nanoseconds: nanoseconds) }
func price(_ ticks: Int64) -> Price { Price(ticks: ticks) }

func bar(
  _ instrument: InstrumentID, _ close: Int64, high: Int64? = nil, low: Int64? = nil
) -> Bar {
  Bar(
    instrument: instrument, closedAt: .epoch,
    prices: OpenHighLowClose(
      open: price(close), high: price(high ?? close), low: price(low ?? close),
      close: price(close)),
    volume: 0)
}

func fill(_ lots: Int64, at ticks: Int64, fee: Int128 = 0) -> Fill {
  Fill(
    trade: TradeID(1), order: OrderID(1), quantity: Quantity(lots: lots), price: price(ticks),
    liquidity: .taker, fee: fee)
}

/// An instrument, tick and lot as coefficient and scale.
func thing(
  _ symbol: String, tick: (Int64, Int), lot: (Int64, Int), _ currency: Currency,
  _ settlement: Settlement
) -> Instrument? {
  InstrumentTerms(
    tick: FixedDecimal(coefficient: tick.0, scale: tick.1),
    lot: FixedDecimal(coefficient: lot.0, scale: lot.1), currency: currency,
    settlement: settlement, costs: InstrumentTerms.Costs()
  ).map { Instrument(symbol: symbol, name: symbol, terms: $0) }
}

extension Portfolio {
  func balance(_ account: AccountID) -> Int128 { ledger.balance(account).net }

  var words: [UInt64] {
    var sink = WordArray()
    encode(into: &sink)
    return sink.words
  }
}
