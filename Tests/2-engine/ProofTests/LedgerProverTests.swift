import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniProof
import OmniTestKit
import OmniTransparencyLog
import OmniWriteAheadLog
import Testing

@Suite("LedgerProver")
struct LedgerProverTests {
  @Test func `the tree holds every account, transaction, time and key, in the ledger's order`()
    throws
  {
    for seed in UInt64(1)...10 {
      var ledger = try ProvenLedger(seed: seed)
      let note = try ledger.sign()
      let checkpoint = try Checkpoint(text: note.text)
      let leaves = ledger.entries.map(\.leaf)
      #expect(checkpoint.size == UInt64(leaves.count))
      #expect(checkpoint.root == definition(leaves[...]), "seed \(seed)")
      #expect(try Trust(keys: [ledger.signer.verifier]).check(note) == checkpoint)
      for entry in ledger.entries {
        let bytes = entry.bytes
        #expect(try ProofEntry(bytes) == entry)
      }
    }
  }

  @Test func `a prover that was closed goes on where it was`() throws {
    var ledger = try ProvenLedger(seed: 5)
    let note = try ledger.sign()
    try ledger.prover.close()
    var again = try Prover.open(
      SimulatedDiskHandle(ledger.proofDisk), of: &ledger.store, origin: "another")
    let finding = again.finding
    #expect(finding == nil)
    #expect(again.origin == ProvenLedger.origin)
    #expect(again.size == UInt64(ledger.entries.count))
    var image = BooksImage()
    ledger.store.books.copy(to: &image)
    #expect(try again.checkpoint(&image, by: ledger.signer) == note)
  }

  @Test func `a log is called as its first key was declared, with or without a checkpoint`() throws
  {
    var ledger = try ProvenLedger(seed: 6)
    let again = try Prover.open(
      SimulatedDiskHandle(SimulatedDisk(seed: 1)), of: &ledger.store, origin: "another")
    let origin = again.origin
    #expect(origin == ProvenLedger.origin)
  }

  @Test func `damaged files are made again, and nothing else is signed`() throws {
    let names = ["tree-0", "frames", "keys"]
    for name in names {
      for bit in [0, 3_000, 8_191] {
        var ledger = try ProvenLedger(seed: 7)
        let note = try ledger.sign()
        try ledger.prover.close()
        var disk = SimulatedDiskHandle(ledger.proofDisk)
        var bytes = try disk.bytes(of: name, at: 0, count: 1 << 20)
        bytes[bit / 8 % bytes.count] ^= 1 << (bit % 8)
        try disk.write(bytes, to: name, at: 0)
        var again = try Prover.open(disk, of: &ledger.store, origin: "another")
        var image = BooksImage()
        ledger.store.books.copy(to: &image)
        #expect(try again.checkpoint(&image, by: ledger.signer) == note, "\(name), bit \(bit)")
        // Every receipt is from the tree that was signed, or is refused.
        for place in 0..<ledger.store.books.transactionCount {
          do {
            let receipt = try ledger.receipt(place)
            #expect(try receipt.verify(Trust(keys: [ledger.signer.verifier])).root != .empty)
          } catch {
            #expect(error is ProofFailure)
          }
        }
      }
    }
  }

  @Test func `a ledger that is shorter than what was signed is refused`() throws {
    var ledger = try ProvenLedger(seed: 9)
    _ = try ledger.sign()
    try ledger.prover.close()
    var younger = try ProvenLedger(seed: 9, batches: 2)
    let size = UInt64(ledger.entries.count)
    #expect(throws: ProofFailure.rolledBack(signed: size, found: UInt64(younger.entries.count))) {
      _ = try Prover.open(
        SimulatedDiskHandle(ledger.proofDisk), of: &younger.store, origin: "another")
    }
  }

  @Test func `a ledger that was rewritten is refused when its tree is made again`() throws {
    var ledger = try ProvenLedger(seed: 9)
    let note = try ledger.sign()
    try ledger.prover.close()
    var other = try ProvenLedger(seed: 10, batches: 12)
    var disk = SimulatedDiskHandle(ledger.proofDisk)
    try disk.remove("tree-0")
    let size = try Checkpoint(text: note.text).size
    #expect(throws: ProofFailure.rewritten(size: size)) {
      _ = try Prover.open(
        SimulatedDiskHandle(ledger.proofDisk), of: &other.store, origin: "another")
    }
  }

  @Test func `a ledger that was taken back and went another way is refused`() throws {
    var ledger = try ProvenLedger(seed: 9)
    let note = try ledger.sign()
    try ledger.prover.close()
    // The same beginning, then other transactions, and more of them.
    var other = try ProvenLedger(seed: 9, batches: 2)
    var source = BookSource(seed: 5, accountCount: 8)
    _ = source.batch(count: 60)
    for _ in 0..<20 {
      var batch = TransactionBatch(capacity: 64)
      for transaction in source.batch(count: 30) { batch.append(transaction) }
      try other.store.commit(batch, workers: SerialWorkers())
    }
    #expect(other.store.frameCount > ledger.store.frameCount)
    let size = try Checkpoint(text: note.text).size
    #expect(throws: ProofFailure.self) {
      _ = try Prover.open(
        SimulatedDiskHandle(ledger.proofDisk), of: &other.store, origin: "another")
    }
    do throws(ProofFailure) {
      _ = try Prover.open(
        SimulatedDiskHandle(ledger.proofDisk), of: &other.store, origin: "another")
    } catch {
      #expect(error == .rewritten(size: size) || error == .rolledBack(signed: size, found: size))
    }
  }

  @Test func `whenever the power goes while a checkpoint is signed, the next one is right`() throws
  {
    // How many operations on the disk a checkpoint takes.
    var whole = try ProvenLedger(seed: 14)
    let begun = whole.proofDisk.operationCount
    let note = try whole.sign()
    try whole.prover.close()
    let count = whole.proofDisk.operationCount - begun
    #expect(count > 5)
    for operation in 1...count {
      var ledger = try ProvenLedger(seed: 14)
      ledger.proofDisk.powerFailsAt = ledger.proofDisk.operationCount + operation
      #expect(throws: ProofFailure.self) {
        _ = try ledger.sign()
        try ledger.prover.close()
      }
      let found = ledger.proofDisk.afterPowerLoss(seed: UInt64(operation))
      var again = try Prover.open(
        SimulatedDiskHandle(found), of: &ledger.store, origin: ProvenLedger.origin)
      var image = BooksImage()
      ledger.store.books.copy(to: &image)
      #expect(try again.checkpoint(&image, by: ledger.signer) == note, "operation \(operation)")
      var reader = again.reader()
      let root = try reader.root(again.size)
      #expect(root == definition(ledger.entries.map(\.leaf)[...]), "operation \(operation)")
    }
  }

  @Test func `a checkpoint that is damaged, or that others signed, is not passed over`() throws {
    var ledger = try ProvenLedger(seed: 15)
    let note = try ledger.sign()
    try ledger.prover.close()
    let stranger = try named(ProvenLedger.origin, 66)
    let texts = [
      "", "nonsense", String(note.encoded.dropLast()),
      SignedNote(note.text, by: [stranger]).encoded, SignedNote("a\n", by: [ledger.signer]).encoded,
    ]
    for text in texts {
      ledger.proofDisk.set("checkpoint", to: Array(text.utf8))
      do throws(ProofFailure) {
        _ = try Prover.open(
          SimulatedDiskHandle(ledger.proofDisk), of: &ledger.store, origin: "another")
        Issue.record("\(text) was taken")
      } catch {
        #expect(error.code == "PRF-029", "\(text): \(error)")
      }
    }
  }

  @Test func `only the declared key signs`() throws {
    var ledger = try ProvenLedger(seed: 11)
    let stranger = try named(ProvenLedger.origin, 9)
    var image = BooksImage()
    ledger.store.books.copy(to: &image)
    let (declared, given) = (ledger.signer.verifier.text, stranger.verifier.text)
    #expect(throws: ProofFailure.otherKey(declared: declared, given: given)) {
      _ = try ledger.prover.checkpoint(&image, by: stranger)
    }
  }

  @Test func `a history that only grew is consistent, one that was changed is not`() throws {
    var ledger = try ProvenLedger(seed: 12)
    let note = try ledger.sign()
    let checkpoint = try Checkpoint(text: note.text)
    var reader = ledger.prover.reader()
    for earlier in stride(from: UInt64(1), to: checkpoint.size, by: 7) {
      let root = try reader.root(earlier)
      let proof = try reader.consistency(from: earlier, to: checkpoint.size)
      let holds = proof.verifies(root, checkpoint.root)
      var rewritten = ledger.entries[..<Int(earlier)].map(\.leaf)
      rewritten[Int(earlier) / 2] = .leaf([1, 2, 3])
      let wrong = proof.verifies(definition(rewritten[...]), checkpoint.root)
      #expect(holds && !wrong, "from \(earlier)")
    }
  }
}
