import Foundation
import OmniModel
import OmniMoney
import OmniTestKit
import Testing

@Suite("InstrumentTerms and InstrumentCatalogue")
struct InstrumentTests {
  // MARK: Terms

  @Test func `terms that make no sense are refused`() throws {
    #expect(try terms("0", "1") == nil)
    #expect(try terms("-0.1", "1") == nil)
    #expect(try terms("0.1", "0") == nil)
    #expect(try terms("0.0000000000001", "1") == nil)
    #expect(try terms("1", "1", leverage: 0) == nil)
    #expect(try terms("1", "1", leverage: 1_001) == nil)
    #expect(try terms("1", "1", volumeDecimals: 9) == nil)
    #expect(try terms("0.25", "0.001", leverage: 100) != nil)
  }

  @Test func `a price is a multiple of the tick within bounds, or nothing`() throws {
    let terms = try #require(try terms("0.25", "0.001"))
    #expect(terms.price(try FixedDecimal("100.75")) == Price(ticks: 403))
    #expect(terms.price(try FixedDecimal("100.7500")) == Price(ticks: 403))
    #expect(terms.price(try FixedDecimal("-0.25")) == Price(ticks: -1))
    #expect(terms.price(try FixedDecimal("100.7")) == nil)
    #expect(terms.price(try FixedDecimal("900000000000000000")) == nil)
    #expect(terms.text(Price(ticks: 403)) == "100.75")
    #expect(terms.quantity(try FixedDecimal("1.5")) == Quantity(lots: 1_500))
    #expect(terms.quantity(try FixedDecimal("-1")) == nil)
    #expect(terms.quantity(try FixedDecimal("0.0001")) == nil)
    #expect(terms.text(Quantity(lots: 1_500)) == "1.500")
    #expect(terms.text(NetQuantity(lots: -1)) == "-0.001")
  }

  @Test func `the notional of a bitcoin at a price with one decimal is exact`() throws {
    let terms = try InstrumentCatalogue.builtIn.instrument("btc-perp").terms
    let price = try #require(terms.price(try FixedDecimal("46319.5")))
    let amount = terms.notional(price, NetQuantity(lots: -1_500))
    #expect(amount.description == "-69479.25000000 USDT")
  }

  /// The reference multiplies the decimals as fractions over a common power of ten.
  @Test func `the notional is price times size, rounded once to the minor unit`() throws {
    for seed in UInt64(0)..<400 {
      var random = SeededRandom(seed: seed)
      let tick = FixedDecimal(
        coefficient: .random(in: 1...50, using: &random), scale: .random(in: 0...8, using: &random))
      let lot = FixedDecimal(
        coefficient: .random(in: 1...50, using: &random), scale: .random(in: 0...8, using: &random))
      let digits = UInt8.random(in: 0...8, using: &random)
      let currency = try #require(Currency(code: "XXX", minorDigits: digits))
      let terms = try #require(
        InstrumentTerms(
          tick: tick, lot: lot, currency: currency, settlement: .cash, costs: .init()))
      let price = Price(ticks: .random(in: -1_000_000...1_000_000, using: &random))
      let size = NetQuantity(lots: .random(in: -1_000_000...1_000_000, using: &random))

      let numerator =
        Int128(price.ticks) * Int128(tick.coefficient) * Int128(size.lots)
        * Int128(lot.coefficient) * Int128(FixedDecimal.powerOfTen(Int(digits)))
      let divisor = Int128(FixedDecimal.powerOfTen(tick.scale + lot.scale))
      #expect(
        terms.notional(price, size).minorUnits
          == Rounding.halfEven.quotient(numerator, divisor), "seed \(seed)")
    }
  }

  @Test func `a price as a statistic is the double of its decimal text`() throws {
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let tick = FixedDecimal(
        coefficient: [1, 5, 25, 125].randomElement(using: &random) ?? 1,
        scale: .random(in: 0...12, using: &random))
      let terms = try #require(
        InstrumentTerms(
          tick: tick, lot: FixedDecimal(coefficient: 1, scale: 0), currency: .usd,
          settlement: .cash, costs: .init()))
      let limit = Int64(1) << Int64.random(in: 1...46, using: &random)
      let price = Price(ticks: .random(in: -limit...limit, using: &random))
      let text = terms.text(price)
      #expect(terms.statistic(of: price) == Double(text), "seed \(seed): \(text)")
      #expect(terms.price(try FixedDecimal(text)) == price, "seed \(seed): \(text)")
    }
  }

  @Test func `no price is accepted whose statistic would be inexact`() throws {
    let terms = try #require(try terms("25", "1"))
    let limit = Int64(1) << 53
    #expect(terms.price(FixedDecimal(coefficient: limit / 25 * 25, scale: 0)) != nil)
    #expect(terms.price(FixedDecimal(coefficient: (limit / 25 + 1) * 25, scale: 0)) == nil)
  }

  // MARK: Catalogue

  @Test func `the perpetual has the terms of the golden trade lists`() throws {
    let instrument = try InstrumentCatalogue.builtIn.instrument("BTC-PERP")
    let terms = instrument.terms
    #expect(instrument.symbol == "btc-perp")
    #expect(terms.tick == FixedDecimal(coefficient: 1, scale: 1))
    #expect(terms.lot == FixedDecimal(coefficient: 1, scale: 3))
    #expect(terms.currency == .usdt && terms.settlement == .margined && terms.leverageMax == 100)
    #expect(terms.makerFee == Rate(try FixedDecimal("0.0002")))
    #expect(terms.takerFee == Rate(try FixedDecimal("0.0005")))
    #expect(terms.volumeDecimals == 4)
  }

  @Test func `every built-in instrument is found by its symbol`() throws {
    let catalogue = InstrumentCatalogue.builtIn
    #expect(catalogue.instruments.count == 35)
    #expect(catalogue.instruments.map(\.symbol) == catalogue.instruments.map(\.symbol).sorted())
    for instrument in catalogue.instruments {
      #expect(try catalogue.instrument(instrument.symbol) == instrument)
      #expect(instrument.terms.currency == (instrument.symbol == "btc-perp" ? .usdt : .usd))
    }
  }

  @Test func `a miss names the nearest symbol when there is one near`() {
    let cases = [
      ("btc-prep", "btc-perp"), ("gogl", "googl"), ("euruds", "eurusd"), ("goold", "gold"),
      ("sp500index", "sp500-index"), ("zzzzzz", nil), ("", nil),
      (String(repeating: "x", count: 9_999), nil),
    ]
    for (symbol, nearest) in cases {
      let miss = #expect(throws: InstrumentCatalogue.Miss.self) {
        try InstrumentCatalogue.builtIn.instrument(symbol)
      }
      #expect(miss?.nearest == nearest, "\(symbol.prefix(20))")
    }
  }
}

private func terms(
  _ tick: String, _ lot: String, leverage: Int64 = 1, volumeDecimals: Int = 4
) throws -> InstrumentTerms? {
  InstrumentTerms(
    tick: try FixedDecimal(tick), lot: try FixedDecimal(lot), currency: .usd, settlement: .cash,
    costs: .init(leverageMax: leverage), volumeDecimals: volumeDecimals)
}
