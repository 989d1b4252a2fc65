import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniMoney
import OmniTestKit
import OmniWriteAheadLog
import Testing

@Suite("LedgerStore")
struct LedgerStoreTests {
  private typealias Store = LedgerStore<SimulatedDiskHandle>

  private func configuration(snapshotBytes: Int = .max / 2) throws -> LedgerConfiguration {
    var configuration = LedgerConfiguration(
      log: try LogConfiguration(segmentBytes: 64 << 10), batchCount: 64)
    configuration.snapshotBytes = snapshotBytes
    configuration.closingSnapshotBytes = snapshotBytes
    return configuration
  }

  private func commit(_ transactions: [Transaction], _ store: inout Store) throws -> [Verdict] {
    var batch = TransactionBatch(capacity: 64)
    for transaction in transactions { batch.append(transaction) }
    try store.commit(batch, workers: SerialWorkers())
    return transactions.indices.map { store.verdict($0) }
  }

  @Test func `what was committed is there when the ledger is opened again`() throws {
    for (seed, snapshotBytes) in [(UInt64(1), Int.max / 2), (2, 9_000), (3, 1)] {
      let disk = SimulatedDisk(seed: seed)
      var source = RandomTransactions(seed: seed)
      var store = try Store.create(
        on: SimulatedDiskHandle(disk), identity: LogIdentity(3),
        configuration: try configuration(snapshotBytes: snapshotBytes))
      #expect(try store.open(source.accounts) == source.accounts.count)
      #expect(try store.open(source.accounts) == 0)
      var sent: [Transaction] = []
      for _ in 0..<8 {
        let batch = source.batch(count: 30)
        _ = try commit(batch, &store)
        sent += batch
      }
      let digest = store.books.digest
      let count = store.books.transactionCount
      try store.close()
      _ = consume store

      var again = try Store.open(
        SimulatedDiskHandle(disk), configuration: try configuration(snapshotBytes: snapshotBytes))
      #expect(again.recovery == .clean)
      #expect(again.findings.isEmpty)
      #expect(again.books.digest == digest)
      #expect(again.books.transactionCount == count)
      // Everything that is in the books is known, and what sends it again is told so.
      for start in stride(from: 0, to: sent.count, by: 60) {
        let part = Array(sent[start..<min(sent.count, start + 60)])
        for (transaction, verdict) in zip(part, try commit(part, &again)) {
          let isKnown = again.books.place(of: transaction.id) != nil
          #expect(
            !isKnown || verdict == .exists || verdict.code.hasPrefix("exists_with")
              || verdict == .accepted)
        }
      }
      try again.close()
    }
  }

  @Test func `a full disk refuses a batch and changes nothing`() throws {
    let disk = SimulatedDisk(seed: 5)
    let one = try #require(AccountTerms(name: "one", currency: .usd, normal: .credit, limit: nil))
    let two = try #require(AccountTerms(name: "two", currency: .usd, normal: .credit, limit: nil))
    var store = try Store.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(3), configuration: try configuration())
    try store.open([one, two])
    disk.capacityBytes = 90 << 10
    var nonce: UInt64 = 0
    func batch() -> [Transaction] {
      (0..<40).map { _ in
        nonce += 1
        let leg = TransferLeg(
          debit: one.key, credit: two.key, amount: 5, asset: Currency.usd.packedCode, digits: 2)
        return Transaction(
          id: TransactionID(UInt128(nonce)), sender: one.key, legs: [leg], nonce: nonce,
          timestamp: Int64(nonce))
      }
    }
    var refused: [Transaction]?
    while refused == nil {
      let before = store.books.digest
      let next = batch()
      do {
        _ = try commit(next, &store)
      } catch LedgerStoreFailure.log(.diskFull) {
        #expect(store.books.digest == before)
        refused = next
      }
    }
    disk.capacityBytes = .max
    let verdicts = try commit(try #require(refused), &store)
    #expect(verdicts == Array(repeating: .accepted, count: 40))
    try store.close()
  }

  @Test func `accounts that stand in each other's way are refused before any is opened`() throws {
    let disk = SimulatedDisk(seed: 6)
    var store = try Store.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(3), configuration: try configuration())
    let one = try #require(
      AccountTerms(name: "one", currency: .usd, normal: .debit, limit: nil))
    let other = try #require(AccountTerms(name: "one", currency: .eur, normal: .debit, limit: nil))
    #expect(throws: LedgerStoreFailure.account(.otherTerms(name: "one"))) {
      try store.open([one, other])
    }
    #expect(store.books.accountCount == 0)
    try store.open([one])
    #expect(throws: LedgerStoreFailure.account(.otherTerms(name: "one"))) {
      try store.open([other])
    }
    try store.close()
    #expect(throws: LedgerStoreFailure.unusable) { try store.open([one]) }
  }

  @Test func `the history tells every transaction with what it moved`() throws {
    let disk = SimulatedDisk(seed: 8)
    var source = RandomTransactions(seed: 8)
    var store = try Store.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(3), configuration: try configuration())
    try store.open(source.accounts)
    for _ in 0..<10 { _ = try commit(source.batch(count: 40), &store) }
    var debits: [UInt32: Int128] = [:]
    var ordinal: UInt64 = 0
    var last = SIMD4<UInt64>()
    do {
      try store.tellHistory { (chapter) throws(Never) in
        for entry in chapter.entries {
          ordinal += 1
          #expect(entry.ordinal == ordinal)
          let flags = entry.transaction.flags
          if flags.contains(.pending) || flags.contains(.void) { continue }
          for posting in entry.postings { debits[posting.debit, default: 0] += posting.amount }
        }
        let words = chapter.digest.words
        last = SIMD4(
          words.0.byteSwapped, words.1.byteSwapped, words.2.byteSwapped, words.3.byteSwapped)
      }
    }
    #expect(Int(ordinal) == store.books.transactionCount)
    #expect(last == store.chain)
    for number in 0..<store.books.accountCount {
      #expect(store.books.account(number).debits == debits[UInt32(number), default: 0])
    }
    try store.close()
  }
}
