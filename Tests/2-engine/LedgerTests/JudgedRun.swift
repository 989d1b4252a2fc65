import OmniLedger
import OmniPlatform
import OmniTestKit

/// Books, a judge and an archive together, as a test wants them.
final class JudgedRun {
  var books = Books(seed: (0x1234, 0x5678))
  var judge = BatchJudge(capacity: 256)
  var archive = MemoryArchive()
  var order: [TransactionID] { archive.transactions.map(\.id) }

  init(_ accounts: [AccountTerms]) {
    for account in accounts { _ = try? books.open(account) }
  }

  func judge(
    _ transactions: [Transaction], _ workers: borrowing some Workers & ~Copyable
  ) -> [Verdict] {
    var batch = TransactionBatch(capacity: max(1, transactions.count))
    for transaction in transactions { batch.append(transaction) }
    judge.judge(batch, into: &books, archive: &archive, workers: workers)
    for place in 0..<judge.acceptedCount {
      archive.append(Transaction(batch, at: judge.acceptedIndex(place)))
    }
    return transactions.indices.map { judge.verdict($0) }
  }

  func judge(_ transactions: Transaction...) -> [Verdict] {
    judge(transactions, SerialWorkers())
  }

  var isBalanced: Bool { books.trialBalance().allSatisfy(\.isBalanced) }

  func matches(_ naive: NaiveBooks) -> Bool { naive.agrees(with: books) }
}

/// The platform's threads in the role that the core owns.
struct PoolWorkers: Workers {
  let pool: WorkerPool

  init(_ pool: WorkerPool) { self.pool = pool }

  var count: Int { pool.count }

  func run(_ work: (Int) -> Void) { pool.run(work) }
}
