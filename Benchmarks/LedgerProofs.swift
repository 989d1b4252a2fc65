import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniPlatform
import OmniProof
import OmniProofKeeping
import OmniTransparencyLog
import OmniWriteAheadLog

/// What proofs cost a working ledger, how long a receipt takes, and how fast a tree is made again.
public struct LedgerProofs {
  /// How many pairs of runs are made, with and without proofs; the median counts.
  public static let pairCount = 7
  /// For how long each run commits, in nanoseconds; checkpoints are signed each second.
  public static let runNanoseconds: Int64 = 3_000_000_000
  /// How many batches are made ahead, while the clock stands.
  public static let groupCount = 120
  /// How many receipts are timed.
  public static let receiptCount = 2_000
  /// How many entries the tree has that is made again.
  public static let leafCount = 1_000_000

  private let workers: Int

  /// A batch that was made ahead.
  private final class Batch {
    let content: TransactionBatch

    init(_ content: consuming TransactionBatch) { self.content = content }
  }

  /// Creates the benchmark.
  public init(workers: Int) { self.workers = workers }

  /// Runs all of it in folders that are removed afterwards.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    var ratios: [Double] = []
    var receipts: [Int64] = []
    for pair in 0..<Self.pairCount {
      // The order is turned about, so that neither gets the warmer machine.
      var rates: [Double] = [0, 0]
      for place in pair % 2 == 0 ? [0, 1] : [1, 0] {
        rates[place] = try BenchmarkFolder.make { folder throws(BenchmarkFailure) in
          try commits(folder, isProven: place == 1, &receipts)
        }
      }
      ratios.append(1 - rates[1] / rates[0])
    }
    ratios.sort()
    receipts.sort()
    return [
      Figure(
        "poi_cost_ratio", ratios[ratios.count / 2],
        "share of committed_per_s that proofs cost, checkpoints each second: median of "
          + "\(Self.pairCount) paired runs"),
      Figure(
        "receipt_p50_us", Double(receipts[receipts.count / 2]) / 1_000,
        "a receipt of any transaction, microseconds"),
      Figure(
        "receipt_p99_us", Double(receipts[receipts.count * 99 / 100]) / 1_000,
        "the same, 99 of 100"),
      Figure(
        "verified_leaves_per_s", try leaves(),
        "entries hashed into a tree and its root found, a second, one core"),
    ]
  }

  private func commits(
    _ folder: String, isProven: Bool, _ receipts: inout [Int64]
  ) throws(BenchmarkFailure) -> Double {
    do {
      var source = LedgerTransactions(accountCount: 10_000, seed: 42)
      let pool = PoolWorkers(WorkerPool(count: workers))
      var store = try LedgerStore.create(
        on: DirectoryDisk(writing: folder), identity: LogIdentity(9),
        configuration: LedgerConfiguration(log: try LogConfiguration()))
      let keeper = isProven ? try keeper(folder, &store) : nil
      keeper?.attach(to: &store)
      try store.open(source.accounts)
      var (nanoseconds, count) = (Int64(0), 0)
      while nanoseconds < Self.runNanoseconds {
        let batches = (0..<Self.groupCount).map { _ in
          Batch(source.batch(count: TransactionBatch.capacityStandard))
        }
        let start = Machine.monotonicNanoseconds
        for batch in batches {
          try store.commit(batch.content, workers: pool)
          keeper?.checkpointIfDue(store.books, now: Machine.monotonicNanoseconds)
          count += store.acceptedCount
        }
        // Nothing is hashed while the clock stands: what is in the queue counts as well.
        keeper?.wait()
        nanoseconds += Machine.monotonicNanoseconds - start
      }
      let start = Machine.monotonicNanoseconds
      try keeper?.finish(&store)
      if isProven { nanoseconds += Machine.monotonicNanoseconds - start }
      if let keeper, receipts.isEmpty { receipts = try time(&store, keeper) }
      try store.close()
      return Double(count) * 1e9 / Double(nanoseconds)
    } catch {
      throw .failed("\(error)")
    }
  }

  private func keeper(
    _ folder: String, _ store: inout LedgerStore<DirectoryDisk>
  ) throws -> ProofKeeper<DirectoryDisk> {
    try FileSystem.makeDirectory("\(folder)/proof")
    guard
      let signer = SignerKey(
        name: "omni.ledger/bench", kind: .note, seed: Array(repeating: 7, count: 32))
    else { throw BenchmarkFailure.failed("a key") }
    let statement = KeyStatement(
      origin: signer.verifier.name, sequence: 1, signer: signer, previous: nil)
    try store.declareKey(statement.note.encoded)
    let prover = try LedgerProver.open(
      DirectoryDisk(writing: "\(folder)/proof"), of: &store, origin: signer.verifier.name)
    return ProofKeeper(prover, signer: signer)
  }

  /// How long receipts of transactions from all over the ledger take, each with its text.
  private func time(
    _ store: inout LedgerStore<DirectoryDisk>, _ keeper: ProofKeeper<DirectoryDisk>
  ) throws -> [Int64] {
    var times: [Int64] = []
    var place = 1
    for _ in 0..<Self.receiptCount {
      // A multiplicative step visits the ledger in no order.
      place = (place * 48_271 + 11) % store.books.transactionCount
      let start = Machine.monotonicNanoseconds
      let found = try store.frame(ofPlace: place)
      guard let transaction = try store.transaction(at: place) else {
        throw BenchmarkFailure.wrongResult("no transaction \(place)")
      }
      let text = try keeper.withProver { prover throws(ProofFailure) in
        guard let note = prover.latest else { throw .noKey }
        return try prover.receipt(
          of: transaction, at: prover.place(frame: found.frame, index: found.index), under: note
        ) { _ in "" }.encoded
      }
      keep(UInt64(text.utf8.count))
      times.append(Machine.monotonicNanoseconds - start)
    }
    return times
  }

  /// Entries of 129 bytes into a tree; the best of three.
  private func leaves() throws(BenchmarkFailure) -> Double {
    let entry = [UInt8](repeating: 3, count: 129)
    var best: Double = 0
    for _ in 0..<3 {
      var tree = MerkleTree()
      let measured = Measurement.of {
        for _ in 0..<Self.leafCount {
          tree.append(.leaf(entry))
          if tree.pendingCount > 1 << 16 {
            for level in 0..<tree.levelCount { _ = tree.takePending(level) }
          }
        }
        keep(tree.root.words[0])
      }
      best = max(best, measured.perSecond(Self.leafCount))
    }
    return best
  }
}

/// A folder of a benchmark.
enum BenchmarkFolder {
  /// Calls `body` with the path of an empty folder, and removes it afterwards.
  static func make<Result>(
    _ body: (String) throws(BenchmarkFailure) -> Result
  ) throws(BenchmarkFailure) -> Result {
    let folder: String
    do throws(FileError) {
      // Beside the working folder, since the system's temporary folder may be no disk at all.
      folder = ".omni/bench-\(Machine.processID)"
      if FileSystem.exists(folder) { try FileSystem.removeDirectory(folder) }
      try FileSystem.makeDirectory(folder)
    } catch {
      throw .failed("\(error)")
    }
    defer { try? FileSystem.removeDirectory(folder) }
    return try body(folder)
  }
}
