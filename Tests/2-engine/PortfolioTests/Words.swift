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

/// SplitMix64, the generator that all tests are seeded with.
struct Random {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func below(_ bound: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return (bits ^ (bits >> 31)) % bound
  }

  mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(below(UInt64(range.upperBound - range.lowerBound) + 1))
  }
}
