import OmniCrypto
import OmniLedger
import OmniPlatform

/// Signed transactions through the judge, beside the same signatures verified and nothing else.
public struct LedgerSignatures {
  /// How many transactions a run validates.
  public static let transactionCount = 8_000
  /// How many runs of each kind are made, in turn; the best counts.
  public static let runCount = 7

  private let workers: Int

  /// Creates the benchmark.
  public init(workers: Int) { self.workers = workers }

  /// Validates and verifies in turn, on all workers.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    let (accounts, transactions) = try signed()
    let pool = PoolWorkers(WorkerPool(count: workers))
    var validated: Double = 0
    var ceiling: Double = 0
    for _ in 0..<Self.runCount {
      validated = max(validated, try validate(accounts, transactions, pool))
      ceiling = max(ceiling, try verify(accounts, transactions, pool))
    }
    return [
      Figure("signed_per_s", validated, "signed transactions validated a second on all cores"),
      Figure("ed25519_ceiling_per_s", ceiling, "the same signatures verified, nothing else"),
    ]
  }

  private func signed() throws(BenchmarkFailure) -> ([AccountTerms], [Transaction]) {
    var source = LedgerTransactions(accountCount: 100, seed: 3)
    guard let key = Ed25519.SecretKey(seed: Array(repeating: 9, count: 32)) else {
      throw .failed("no key")
    }
    let accounts = source.accounts.compactMap { account in
      AccountTerms(
        name: account.name, currency: account.currency, normal: account.normal,
        limit: account.limit, publicKey: key.publicKey)
    }
    let transactions = (0..<Self.transactionCount).map { _ in
      var transaction = source.next()
      transaction.sign(with: key)
      return transaction
    }
    return (accounts, transactions)
  }

  private func validate(
    _ accounts: [AccountTerms], _ transactions: [Transaction], _ pool: PoolWorkers
  ) throws(BenchmarkFailure) -> Double {
    var books = Books()
    for account in accounts {
      do { try books.open(account) } catch { throw .failed("\(error)") }
    }
    var judge = BatchJudge()
    var archive = MemoryArchive()
    var batch = TransactionBatch()
    for transaction in transactions { batch.append(transaction) }
    let start = Machine.monotonicNanoseconds
    judge.judge(batch, into: &books, archive: &archive, workers: pool)
    let nanoseconds = max(1, Machine.monotonicNanoseconds - start)
    guard judge.acceptedCount == transactions.count else {
      throw .wrongResult("\(judge.acceptedCount) signed transactions accepted")
    }
    return Double(transactions.count) * 1e9 / Double(nanoseconds)
  }

  private func verify(
    _ accounts: [AccountTerms], _ transactions: [Transaction], _ pool: PoolWorkers
  ) throws(BenchmarkFailure) -> Double {
    guard let key = accounts.first?.publicKey else { throw .failed("no key") }
    let messages = transactions.map(\.signedBytes)
    let signatures = transactions.map { transaction in
      (transaction.signature ?? []).flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
      }
    }
    let share = (messages.count + pool.count - 1) / pool.count
    let failures = FailureCount(pool.count)
    let start = Machine.monotonicNanoseconds
    pool.run { worker in
      for index in worker * share..<min(messages.count, (worker + 1) * share)
      where !key.verifies(signatures[index], messages[index]) { failures.note(worker) }
    }
    let nanoseconds = max(1, Machine.monotonicNanoseconds - start)
    guard failures.total == 0 else { throw .wrongResult("\(failures.total) wrong signatures") }
    return Double(messages.count) * 1e9 / Double(nanoseconds)
  }
}

/// Counts failures, a place for each worker.
private final class FailureCount {
  private var counts: [Int]

  init(_ workers: Int) { counts = Array(repeating: 0, count: workers) }

  func note(_ worker: Int) { counts[worker] += 1 }

  var total: Int { counts.reduce(0, +) }
}
