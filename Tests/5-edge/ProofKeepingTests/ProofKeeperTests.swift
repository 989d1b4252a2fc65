import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniProof
import OmniProofKeeping
import OmniTestKit
import OmniTransparencyLog
import OmniWriteAheadLog
import Testing

@Suite("ProofKeeper")
struct ProofKeeperTests {
  private typealias Store = LedgerStore<SimulatedDiskHandle>

  @Test func `what is proven beside a working ledger is what is proven afterwards`() throws {
    for seed in UInt64(1)...5 {
      var source = RandomTransactions(seed: seed)
      source.faults = 2
      let proofDisk = SimulatedDisk(seed: seed)
      let signer = try signer()
      var store = try ledger(seed, signer)
      let prover = try LedgerProver.open(
        SimulatedDiskHandle(proofDisk), of: &store, origin: "log.example")
      let keeper = ProofKeeper(prover, signer: signer, interval: 10)
      keeper.attach(to: &store)
      try store.open(source.accounts)
      for round in 0..<20 {
        try commit(source.batch(count: 20), &store)
        // Time passes; some of the rounds are too soon for a checkpoint.
        keeper.checkpointIfDue(store.books, now: Int64(round * 4))
      }
      let note = try keeper.finish(&store)
      #expect(try keeper.finish(&store) == note)

      var fresh = try LedgerProver.open(
        SimulatedDiskHandle(SimulatedDisk(seed: 99)), of: &store, origin: "log.example")
      var image = BooksImage()
      store.books.copy(to: &image)
      #expect(try fresh.checkpoint(&image, by: signer) == note, "seed \(seed)")
      // The files are those of the checkpoint.
      let again = try LedgerProver.open(
        SimulatedDiskHandle(proofDisk), of: &store, origin: "another")
      let (finding, latest) = (again.finding, again.latest)
      #expect(finding == nil && latest == note)
    }
  }

  @Test func `a full disk of the proof is told at the end, and the ledger has everything`() throws {
    var source = RandomTransactions(seed: 3)
    source.faults = 2
    let proofDisk = SimulatedDisk(seed: 3)
    let signer = try signer()
    var store = try ledger(3, signer)
    let prover = try LedgerProver.open(
      SimulatedDiskHandle(proofDisk), of: &store, origin: "log.example")
    let keeper = ProofKeeper(prover, signer: signer)
    keeper.attach(to: &store)
    proofDisk.capacityBytes = 0
    try store.open(source.accounts)
    for _ in 0..<5 { try commit(source.batch(count: 20), &store) }
    let count = store.books.transactionCount
    #expect(throws: ProofFailure.self) { try keeper.finish(&store) }
    try commit(source.batch(count: 20), &store)
    proofDisk.capacityBytes = .max
    var again = try LedgerProver.open(
      SimulatedDiskHandle(proofDisk), of: &store, origin: "another")
    var image = BooksImage()
    store.books.copy(to: &image)
    let note = try again.checkpoint(&image, by: signer)
    #expect(try Checkpoint(text: note.text).size >= UInt64(count + source.accounts.count))
  }

  @Test func `a frame that cannot be proven is told at the end`() throws {
    let signer = try signer()
    var store = try ledger(4, signer)
    let prover = try LedgerProver.open(
      SimulatedDiskHandle(SimulatedDisk(seed: 4)), of: &store, origin: "log.example")
    let keeper = ProofKeeper(prover, signer: signer)
    keeper.attach(to: &store)
    // A second first key: its forerunner has not signed it.
    let forged = KeyStatement(origin: "log.example", sequence: 1, signer: signer, previous: nil)
    try store.declareKey(forged.note.encoded)
    #expect(throws: ProofFailure.self) { try keeper.finish(&store) }
  }

  // MARK: Words

  private func signer() throws -> SignerKey {
    try #require(
      SignerKey(name: "log.example", kind: .note, seed: Array(repeating: 4, count: 32)))
  }

  /// A ledger that has declared its key.
  private func ledger(_ seed: UInt64, _ signer: SignerKey) throws -> Store {
    var store = try Store.create(
      on: SimulatedDiskHandle(SimulatedDisk(seed: seed)), identity: LogIdentity(3),
      configuration: LedgerConfiguration(
        log: try LogConfiguration(segmentBytes: 64 << 10), batchCount: 64))
    let statement = KeyStatement(
      origin: "log.example", sequence: 1, signer: signer, previous: nil)
    try store.declareKey(statement.note.encoded)
    return store
  }

  private func commit(_ transactions: [Transaction], _ store: inout Store) throws {
    var batch = TransactionBatch(capacity: 64)
    for transaction in transactions { batch.append(transaction) }
    try store.commit(batch, workers: SerialWorkers())
  }
}
