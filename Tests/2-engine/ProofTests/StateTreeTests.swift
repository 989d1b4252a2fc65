import OmniCrypto
import OmniLedger
import OmniMoney
import OmniProof
import OmniTestKit
import OmniTransparencyLog
import Testing

@Suite("StateTree")
struct StateTreeTests {
  @Test func `sums are added, written and read as whole numbers`() throws {
    var sum = TotalSum()
    #expect("\(sum)" == "0")
    for _ in 0..<5 { sum = try #require(sum.adding(TotalSum(Int128.max))) }
    #expect("\(sum)" == "850705917302346158658436518579420528635")
    #expect(TotalSum("\(sum)") == sum)
    #expect(
      TotalSum("6277101735386680763835789423207666416102355444464034512895")?.description
        == "6277101735386680763835789423207666416102355444464034512895")
    #expect(TotalSum("6277101735386680763835789423207666416102355444464034512896") == nil)
    for text in ["", "-1", "+1", "01", "1 ", "1e3", "٣"] {
      #expect(TotalSum(text) == nil, "\(text)")
    }
    let full = try #require(TotalSum("6277101735386680763835789423207666416102355444464034512895"))
    #expect(full.adding(TotalSum(1)) == nil)
  }

  @Test func `a state that was brought up step by step is that of the books at the end`() throws {
    for seed in UInt64(1)...10 {
      var source = RandomTransactions(seed: seed, accountCount: 11)
      var books = Books()
      var archive = MemoryArchive()
      var judge = BatchJudge(capacity: 64)
      var growing = StateTree()
      var opened = 0
      var image = BooksImage()
      for _ in 0..<8 {
        for terms in source.accounts[opened..<min(source.accounts.count, opened + 3)] {
          try books.open(terms)
          growing.add(terms)
        }
        opened = books.accountCount
        var batch = TransactionBatch(capacity: 64)
        for transaction in source.batch(count: 30) { batch.append(transaction) }
        judge.judge(batch, into: &books, archive: &archive, workers: SerialWorkers())
        books.copy(to: &image)
        let hasRoom = growing.update(&image)
        #expect(hasRoom)
      }
      var fresh = StateTree()
      for terms in books.register.terms { fresh.add(terms) }
      books.copy(to: &image)
      let hasRoom = fresh.update(&image)
      #expect(hasRoom)
      let (grown, anew) = (growing.summaries(), fresh.summaries())
      let (one, other) = (try #require(grown), try #require(anew))
      #expect(one == other, "seed \(seed)")
      for summary in one {
        // The sums of the root are those of the books.
        var (debits, owed) = (TotalSum(), TotalSum())
        for (number, terms) in books.register.terms.enumerated()
        where AccountClass(terms) == summary.group {
          debits = try #require(debits.adding(TotalSum(books.account(number).debits)))
          owed = try #require(owed.adding(TotalSum(max(0, -books.account(number).net))))
        }
        #expect(summary.root.sums.debits == debits)
        #expect(summary.root.sums.owed == owed)
      }
    }
  }

  @Test func `classes are what stands before the colon, and an asset`() throws {
    func group(_ name: String) throws -> String {
      AccountClass(
        try #require(AccountTerms(name: name, currency: .usd, normal: .debit, limit: nil))
      ).name
    }
    #expect(try group("cash") == "")
    #expect(try group("customer:alice") == "customer")
    #expect(try group("customer:alice:usd") == "customer")
    #expect(try group(":odd") == "")
  }
}
