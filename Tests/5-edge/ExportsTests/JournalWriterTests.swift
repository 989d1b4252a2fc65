import OmniExports
import OmniLedger
import OmniLedgerStore
import OmniMoney
import Testing

@Suite("JournalWriter")
struct JournalWriterTests {
  private let terms: [AccountTerms]

  init() throws {
    terms = try ["cash, \"petty\"", "alice", "bob"].map { name in
      try #require(AccountTerms(name: name, currency: .eur, normal: .debit, limit: nil))
    }
  }

  private func entry(_ id: UInt64, at time: Int64, _ flags: TransactionFlags = []) -> LedgerEntry {
    var transaction = Transaction(
      id: TransactionID(low: id, high: 0), sender: terms[1].key, legs: [], nonce: 1,
      timestamp: time)
    transaction.flags = flags
    return LedgerEntry(
      ordinal: id, transaction: transaction,
      postings: [
        Posting(debit: 0, credit: 1, amount: 5), Posting(debit: 1, credit: 2, amount: 1_000),
      ], resolves: flags.contains(.post) ? TransactionID(low: 9, high: 0) : nil)
  }

  @Test func `each leg has a line, in the form of RFC 4180`() {
    let lines = JournalWriter(terms).lines(entry(1, at: 0, .post))
    #expect(JournalWriter.header.split(separator: ",").count == 10)
    #expect(
      lines == [
        "1,00000000000000000000000000000001,1970-01-01T00:00:00Z,posted,alice,"
          + "\"cash, \"\"petty\"\"\",alice,0.05,EUR,00000000000000000000000000000009",
        "1,00000000000000000000000000000001,1970-01-01T00:00:00Z,posted,alice,alice,bob,10.00,EUR,"
          + "00000000000000000000000000000009",
      ])
  }

  @Test func `what is looked for is found, and nothing else`() {
    func count(_ change: (inout JournalWriter.Filter) -> Void) -> Int {
      var filter = JournalWriter.Filter()
      change(&filter)
      let writer = JournalWriter(terms, filter)
      return (1...4).reduce(0) { $0 + writer.lines(entry($1, at: Int64($1) * 10)).count }
    }
    #expect(count { _ in } == 8)
    #expect(count { $0.account = 0 } == 4)
    #expect(count { $0.account = 1 } == 8)
    #expect(count { $0.from = 20 } == 6)
    #expect(count { $0.to = 20 } == 2)
    #expect(count { ($0.from, $0.to) = (20, 40) } == 4)
    #expect(count { $0.id = TransactionID(low: 3, high: 0) } == 2)
    #expect(count { $0.id = TransactionID(low: 3, high: 1) } == 0)
  }
}
