import OmniExports
import OmniLedger
import OmniLedgerStore
import OmniMoney
import OmniTime
import Testing

@Suite("BeancountWriter")
struct BeancountWriterTests {
  private var writer = BeancountWriter(
    from: Timestamp(nanoseconds: 0), to: Timestamp(nanoseconds: 86_400_000_000_000))

  @Test func `names become accounts that beancount allows, each its own`() throws {
    var writer = writer
    func opened(_ name: String, _ normal: NormalSide = .debit) throws -> String {
      let terms = try #require(
        AccountTerms(name: name, currency: .usd, normal: normal, limit: nil))
      return String(try #require(writer.open(terms).first).dropFirst("1970-01-01 open ".count))
    }
    #expect(try opened("cash") == "Assets:Cash USD")
    #expect(try opened("customer:alice", .credit) == "Liabilities:Customer:Alice USD")
    #expect(try opened("equity:capital:a-b", .credit) == "Equity:Capital:A-b USD")
    #expect(try opened("income") == "Assets:Income USD")
    #expect(try opened("Zoë x") == "Assets:Zo-C3-AB-20x USD")
    #expect(try opened(":") == "Assets:X:X USD")
    #expect(try opened("-1") == "Assets:X-1 USD")
    // What would be the same is set apart by the account's key.
    #expect(try opened("Cash").hasPrefix("Assets:Cash-"))
  }

  @Test func `codes become commodities`() throws {
    func code(_ text: String) throws -> String {
      var writer = writer
      let currency = try #require(Currency(code: text, minorDigits: 2))
      let terms = try #require(
        AccountTerms(name: "a", currency: currency, normal: .debit, limit: nil))
      return String(try #require(writer.open(terms).first).split(separator: " ")[3])
    }
    for (text, wanted) in [
      ("USD", "USD"), ("1INCH", "X'1INCH"), ("F", "X'F"), ("A:B", "A'B"), ("BTC.", "BTC.'X"),
      ("BRK.B", "BRK.B"),
    ] { #expect(try code(text) == wanted) }
  }

  @Test func `what was moved is written with both sides, what is reserved is not`() throws {
    var writer = writer
    let terms = try ["cash", "alice"].map { name in
      try #require(
        AccountTerms(
          name: name, currency: .usd, normal: name == "cash" ? .debit : .credit, limit: nil))
    }
    for one in terms { _ = writer.open(one) }
    var transaction = Transaction(
      id: TransactionID(7), sender: terms[0].key, legs: [], nonce: 1, timestamp: 3_600_000_000_000)
    func lines() -> [String] {
      writer.lines(
        LedgerEntry(
          ordinal: 3, transaction: transaction,
          postings: [Posting(debit: 0, credit: 1, amount: 12_345)], resolves: nil), terms)
    }
    #expect(
      lines() == [
        "", "1970-01-01 * \"00000000000000000000000000000007\"", "  entry: 3",
        "  time: \"1970-01-01T01:00:00Z\"", "  Assets:Cash  123.45 USD",
        "  Liabilities:Alice  -123.45 USD",
      ])
    for flags in [TransactionFlags.pending, .void] {
      transaction.flags = flags
      #expect(lines().isEmpty)
    }
    let tail = writer.tail(terms) { number in
      AccountState(
        debits: number == 0 ? 12_345 : 0, credits: number == 0 ? 0 : 12_345, pendingDebits: 0,
        pendingCredits: 0)
    }
    #expect(
      tail == [
        "", "1970-01-03 balance Assets:Cash  123.45 ~ 0 USD",
        "1970-01-03 balance Liabilities:Alice  -123.45 ~ 0 USD",
      ])
  }
}
