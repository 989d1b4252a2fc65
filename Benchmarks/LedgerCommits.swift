import OmniLedger
import OmniLedgerStore
import OmniPlatform
import OmniTelemetry
import OmniWriteAheadLog

/// Batches of 8,189 transactions onto the disk, each with one `fdatasync`; then batches of one.
public struct LedgerCommits {
  /// How many batches a run commits.
  public static let batchCount = 60
  /// How many runs are made; the best counts.
  public static let runCount = 3
  /// How many single transactions are timed.
  public static let singleCount = 300

  private let workers: Int

  /// Creates the benchmark.
  public init(workers: Int) { self.workers = workers }

  /// Commits batches and single transactions into a folder that is removed afterwards.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    var committed: Double = 0
    var bytes: Double = 0
    for _ in 0..<Self.runCount {
      let (rate, size) = try BenchmarkFolder.make { folder throws(BenchmarkFailure) in
        try batches(folder)
      }
      committed = max(committed, rate)
      bytes = size
    }
    let single = try BenchmarkFolder.make { folder throws(BenchmarkFailure) in try singles(folder) }
    let raw = try BenchmarkFolder.make { folder throws(BenchmarkFailure) in
      try synchronisations(folder)
    }
    return [
      Figure("committed_per_s", committed, "transactions a second, each batch of 8,189 on disk"),
      Figure("bytes_per_tx", bytes, "bytes of log a transaction"),
      Figure("commit_p50_us", single, "a batch of one until it is on disk, microseconds"),
      Figure("fdatasync_p50_us", raw, "4 KiB written and fdatasync alone, microseconds"),
    ]
  }

  private func store(_ folder: String) throws(BenchmarkFailure) -> LedgerStore<DirectoryDisk> {
    do {
      return try LedgerStore.create(
        on: DirectoryDisk(writing: folder), identity: LogIdentity(9),
        configuration: LedgerConfiguration(log: try LogConfiguration()))
    } catch {
      throw .failed("\(error)")
    }
  }

  private func batches(_ folder: String) throws(BenchmarkFailure) -> (Double, Double) {
    var source = LedgerTransactions(accountCount: 10_000, seed: 42)
    var store = try store(folder)
    let pool = PoolWorkers(WorkerPool(count: workers))
    var nanoseconds: Int64 = 0
    var count = 0
    do throws(LedgerStoreFailure) {
      try store.open(source.accounts)
      let before = store.writtenBytes
      for _ in 0..<Self.batchCount {
        let batch = source.batch(count: TransactionBatch.capacityStandard)
        let start = Machine.monotonicNanoseconds
        try store.commit(batch, workers: pool)
        nanoseconds += Machine.monotonicNanoseconds - start
        count += store.acceptedCount
      }
      let bytes = Double(store.writtenBytes - before) / Double(count)
      try store.close()
      guard count == Self.batchCount * TransactionBatch.capacityStandard else {
        throw .senseless(frame: 0, what: "\(count) accepted transactions")
      }
      return (Double(count) * 1e9 / Double(nanoseconds), bytes)
    } catch {
      throw .failed("\(error)")
    }
  }

  private func singles(_ folder: String) throws(BenchmarkFailure) -> Double {
    var source = LedgerTransactions(accountCount: 1_000, seed: 43)
    var store = try store(folder)
    var times: [Int64] = []
    do throws(LedgerStoreFailure) {
      try store.open(source.accounts)
      for _ in 0..<Self.singleCount {
        let batch = source.batch(count: 1)
        let start = Machine.monotonicNanoseconds
        try store.commit(batch, workers: SerialWorkers())
        times.append(Machine.monotonicNanoseconds - start)
      }
      try store.close()
    } catch {
      throw .failed("\(error)")
    }
    return Self.median(times)
  }

  private func synchronisations(_ folder: String) throws(BenchmarkFailure) -> Double {
    var times: [Int64] = []
    do throws(FileError) {
      let file = try File(folder + "/probe", .create)
      try file.write([UInt8](repeating: 0, count: 4_096 * Self.singleCount), at: 0)
      try file.synchronize()
      let block = [UInt8](repeating: 7, count: 4_096)
      for number in 0..<Self.singleCount {
        let start = Machine.monotonicNanoseconds
        try file.write(block, at: 4_096 * number)
        try file.synchronize()
        times.append(Machine.monotonicNanoseconds - start)
      }
    } catch {
      throw .failed("\(error)")
    }
    return Self.median(times)
  }

  /// In microseconds.
  private static func median(_ times: [Int64]) -> Double {
    Double(times.sorted()[times.count / 2]) / 1_000
  }
}
