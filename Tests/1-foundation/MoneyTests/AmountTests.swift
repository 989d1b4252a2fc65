import OmniMoney
import OmniTestKit
import Testing

@Suite("Amount, Currency, Rate, Price and Quantity")
struct AmountTests {
  @Test func `amounts of one currency add up and are written with its decimals`() throws {
    let sum = Amount(minorUnits: 1_050, currency: .usd) + Amount(minorUnits: -2_300, currency: .usd)
    #expect(sum.description == "-12.50 USD")
    #expect(sum.isNegative && (-sum).decimalText == "12.50")
    #expect(Amount(minorUnits: 5, currency: .usdt).decimalText == "0.00000005")
    #expect(Amount(try FixedDecimal("12.345"), currency: .usd) == nil)
    #expect(Amount(try FixedDecimal("12.340"), currency: .usd)?.minorUnits == 1_234)
    #expect(Amount.zero(.eur) < Amount(minorUnits: 1, currency: .eur))
  }

  @Test func `amounts of two currencies stop the program`() async {
    await #expect(processExitsWith: .failure) {
      _ = Amount(minorUnits: 1, currency: .usd) + Amount(minorUnits: 1, currency: .eur)
    }
    await #expect(processExitsWith: .failure) {
      _ = Amount(minorUnits: 1, currency: .usd) - Amount(minorUnits: 1, currency: .eur)
    }
    await #expect(processExitsWith: .failure) {
      _ = Amount(minorUnits: 1, currency: .usd) < Amount(minorUnits: 1, currency: .usdt)
    }
  }

  @Test func `a currency's code comes back, and odd codes are refused`() {
    for code in ["USD", "USDT", "X", "BTC.2-_:"] {
      #expect(Currency(code: code, minorDigits: 2)?.code == code)
    }
    for code in ["", "usd", "TOOLONGXX", "A B", "€"] {
      #expect(Currency(code: code, minorDigits: 2) == nil, "\(code)")
    }
    #expect(Currency(code: "USD", minorDigits: 19) == nil)
    #expect(Currency(code: "USD", minorDigits: 2) == .usd)
    #expect(Currency(code: "EUR", minorDigits: 2) == .eur)
    #expect(Currency(code: "USDT", minorDigits: 8) == .usdt)
  }

  @Test func `a rate of a sum is the rounded product, by both ways`() throws {
    #expect(Rate(try FixedDecimal("0.0005"))?.billionths == 500_000)
    #expect(Rate(try FixedDecimal("0.0000000001")) == nil)
    for seed in UInt64(0)..<500 {
      var random = SeededRandom(seed: seed)
      let rate = Rate(billionths: .random(in: -2_000_000_000...2_000_000_000, using: &random))
      let shift = Int128(1) << Int128.random(in: 1...90, using: &random)
      let units = Int128.random(in: -shift...shift, using: &random)
      for rule in Rounding.allCases {
        let expected = rule.quotient(units * Int128(rate.billionths), 1_000_000_000)
        #expect(rate.of(units, rounding: rule) == expected, "seed \(seed)")
      }
    }
  }

  @Test func `prices and quantities count in whole steps`() {
    let price = Price(ticks: 10) + PriceOffset(ticks: -3)
    #expect(price == Price(ticks: 7) && price - Price(ticks: 10) == PriceOffset(ticks: -3))
    #expect(price - PriceOffset(ticks: 7) == .zero)
    #expect(Quantity(lots: 3) + Quantity(lots: 4) == Quantity(lots: 7))
    #expect(NetQuantity(lots: -5).magnitude == Quantity(lots: 5))
    #expect(NetQuantity(lots: -5) + NetQuantity(lots: 5) == .flat)
  }

  @Test func `a quantity below zero stops the program`() async {
    await #expect(processExitsWith: .failure) { _ = Quantity(lots: 1) - Quantity(lots: 2) }
  }
}
