import OmniMoney
import Testing

@Suite("CurrencyTable")
struct CurrencyTableTests {
  @Test func `it knows how many decimals currencies and coins have`() {
    let table = CurrencyTable()
    // ISO 4217, list one: yen without, dollar with two, dinar with three, unidad de fomento with four.
    let wanted: [(String, UInt8)] = [
      ("JPY", 0), ("USD", 2), ("usd", 2), ("EUR", 2), ("CAD", 2), ("KWD", 3), ("CLF", 4),
      ("BTC", 8), ("ETH", 18),
    ]
    for (code, digits) in wanted { #expect(table.currency(code)?.minorDigits == digits) }
    #expect(table.currency("USD") == .usd)
    #expect(table.currency("USDT") == .usdt)
    #expect(table.currency("XYZ") == nil)
    #expect(table.currency("") == nil)
  }

  @Test func `an asset can be added once, and not be changed`() throws {
    var table = CurrencyTable()
    try table.define("points", digits: 4)
    try table.define("POINTS", digits: 4)
    #expect(table.currency("POINTS")?.minorDigits == 4)
    #expect(throws: CurrencyTable.Refusal.defined(code: "USD", digits: 2, wanted: 3)) {
      try table.define("USD", digits: 3)
    }
    #expect(throws: CurrencyTable.Refusal.unusable(code: "TOO LONG A CODE", digits: 1)) {
      try table.define("too long a code", digits: 1)
    }
    #expect(throws: CurrencyTable.Refusal.unusable(code: "FINE", digits: 19)) {
      try table.define("FINE", digits: 19)
    }
    #expect(table.currency("USD")?.minorDigits == 2)
  }
}
