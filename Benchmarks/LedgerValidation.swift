import OmniCrypto
import OmniLedger
import OmniPlatform

/// Batches of 8,189 transactions through the judge into books in memory, without a log.
public struct LedgerValidation {
  /// How many transactions a run validates.
  public static let transactionCount = 120 * TransactionBatch.capacityStandard
  /// How many runs of each kind are made; the best counts.
  public static let runCount = 3
  /// Between how many accounts the money goes.
  public static let accountCount = 10_000

  private let workers: Int

  /// Creates the benchmark.
  public init(workers: Int) { self.workers = workers }

  /// Validates on one core and on all of them, in turn.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    let pool = WorkerPool(count: workers)
    var serial: Double = 0
    var parallel: Double = 0
    for _ in 0..<Self.runCount {
      serial = max(serial, try run(SerialWorkers()))
      parallel = max(parallel, try run(PoolWorkers(pool)))
    }
    return [
      Figure("validated_per_s", parallel, "transactions a second on all cores, in memory"),
      Figure("validated_per_s_1", serial, "the same on one core"),
      Figure("validation_workers", Double(pool.count), "cores"),
    ]
  }

  private func run(
    _ workers: borrowing some Workers & ~Copyable
  ) throws(BenchmarkFailure) -> Double {
    var source = LedgerTransactions(accountCount: Self.accountCount, seed: 42)
    var books = Books(seed: (7, 11), capacity: Self.transactionCount)
    for account in source.accounts {
      do { try books.open(account) } catch { throw .failed("\(error)") }
    }
    var judge = BatchJudge()
    var archive = MemoryArchive()
    var nanoseconds: Int64 = 0
    var accepted = 0
    while accepted < Self.transactionCount {
      let batch = source.batch(count: TransactionBatch.capacityStandard)
      let start = Machine.monotonicNanoseconds
      judge.judge(batch, into: &books, archive: &archive, workers: workers)
      nanoseconds += Machine.monotonicNanoseconds - start
      guard judge.acceptedCount == batch.count else {
        throw .wrongResult("\(judge.acceptedCount) of \(batch.count) transactions accepted")
      }
      accepted += judge.acceptedCount
    }
    guard books.trialBalance().allSatisfy(\.isBalanced) else {
      throw .wrongResult("books that do not balance")
    }
    return Double(accepted) * 1e9 / Double(nanoseconds)
  }
}

/// The platform's threads in the role that the core owns.
struct PoolWorkers: Workers {
  let pool: WorkerPool

  init(_ pool: WorkerPool) { self.pool = pool }

  var count: Int { pool.count }

  func run(_ work: (Int) -> Void) { pool.run(work) }
}
