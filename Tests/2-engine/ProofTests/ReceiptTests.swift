import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniProof
import OmniTestKit
import OmniTransparencyLog
import Testing

@Suite("Receipt")
struct ReceiptTests {
  @Test func `every transaction has a receipt that holds, and it reads as it was written`() throws {
    var ledger = try ProvenLedger(seed: 21)
    let checkpoint = try Checkpoint(text: try ledger.sign().text)
    let trust = Trust(keys: [ledger.signer.verifier])
    for place in 0..<ledger.store.books.transactionCount {
      let receipt = try ledger.receipt(place)
      let read = try Receipt(Array(receipt.encoded.utf8))
      #expect(read == receipt)
      #expect(try read.verify(trust) == checkpoint)
    }
  }

  @Test func `every account has a balance that holds, and the sums are balanced`() throws {
    var ledger = try ProvenLedger(seed: 22, accountCount: 13)
    let checkpoint = try Checkpoint(text: try ledger.sign().text)
    let trust = Trust(keys: [ledger.signer.verifier])
    for (number, terms) in ledger.store.books.register.terms.enumerated() {
      let proof = try ledger.prover.balance(of: terms, number: number)
      let read = try BalanceProof(Array(proof.encoded.utf8))
      #expect(read == proof)
      #expect(read.state == ledger.store.books.account(number))
      #expect(try read.verify(trust) == checkpoint)
    }
    let reserves = try ledger.prover.reserves()
    let read = try ReservesProof(Array(reserves.encoded.utf8))
    #expect(read == reserves)
    #expect(try read.verify(trust) == checkpoint)
    let count = read.classes.reduce(0) { $0 + $1.count }
    #expect(count == UInt64(ledger.store.books.accountCount))
  }

  @Test func `every single bit of a receipt counts`() throws {
    var ledger = try ProvenLedger(seed: 23, batches: 2)
    _ = try ledger.sign()
    let trust = Trust(keys: [ledger.signer.verifier])
    let bytes = Array(try ledger.receipt(17).encoded.utf8)
    try expectEachBitCounts(bytes) { changed in
      _ = try Receipt(changed).verify(trust)
    }
  }

  @Test func `every single bit of a balance and of the sums counts`() throws {
    var ledger = try ProvenLedger(seed: 24, accountCount: 5, batches: 2)
    _ = try ledger.sign()
    let trust = Trust(keys: [ledger.signer.verifier])
    let terms = ledger.store.books.register.terms[2]
    let balance = try ledger.prover.balance(of: terms, number: 2)
    try expectEachBitCounts(Array(balance.encoded.utf8)) { changed in
      _ = try BalanceProof(changed).verify(trust)
    }
    let reserves = try ledger.prover.reserves()
    try expectEachBitCounts(Array(reserves.encoded.utf8)) { changed in
      _ = try ReservesProof(changed).verify(trust)
    }
  }

  @Test func `a key that was rotated verifies what it signed and what its followers sign`() throws {
    var ledger = try ProvenLedger(seed: 25)
    _ = try ledger.sign()
    let before = try ledger.receipt(3)
    let (old, fresh) = (ledger.signer, try named(ProvenLedger.origin, 77))
    let statement = KeyStatement(
      origin: ProvenLedger.origin, sequence: 2, signer: fresh, previous: old)
    try ledger.store.declareKey(statement.note.encoded)
    try ledger.prover.catchUp(&ledger.store)
    var image = BooksImage()
    ledger.store.books.copy(to: &image)
    #expect(throws: ProofFailure.self) { _ = try ledger.prover.checkpoint(&image, by: old) }
    _ = try ledger.prover.checkpoint(&image, by: fresh)
    let after = try ledger.receipt(3)

    let (trustsOld, trustsNew) = (Trust(keys: [old.verifier]), Trust(keys: [fresh.verifier]))
    _ = try before.verify(trustsOld)
    _ = try after.verify(trustsOld)
    _ = try after.verify(trustsNew)
    #expect(throws: ProofFailure.self) { _ = try before.verify(trustsNew) }
    // A stranger's key under the same name is not led to.
    let stranger = Trust(keys: [try named(ProvenLedger.origin, 78).verifier])
    #expect(throws: ProofFailure.self) { _ = try after.verify(stranger) }
    let balance = try ledger.prover.balance(
      of: ledger.store.books.register.terms[0], number: 0)
    _ = try balance.verify(trustsOld)
    _ = try ledger.prover.reserves().verify(trustsOld)
  }

  @Test func `a key that its forerunner did not sign is refused by the prover`() throws {
    var ledger = try ProvenLedger(seed: 26)
    let stranger = try named(ProvenLedger.origin, 5)
    let forged = KeyStatement(
      origin: ProvenLedger.origin, sequence: 2, signer: stranger, previous: stranger)
    try ledger.store.declareKey(forged.note.encoded)
    #expect(throws: ProofFailure.self) { try ledger.prover.catchUp(&ledger.store) }
  }

  @Test func `a key that the log's key never signed is not trusted, whatever tree it is in`() throws
  {
    let ledger = try ProvenLedger(seed: 29, batches: 1)
    guard case .transaction(let transaction)? = ledger.entries.last,
      case .key(let first) = ledger.entries[0]
    else { throw ProofFailure.noKey }
    var names: [String] = []
    for key in [transaction.sender] + transaction.legs.flatMap({ [$0.debit, $0.credit] }) {
      let terms = ledger.store.books.register.terms.first { $0.key == key }
      if let name = terms?.name, !names.contains(name) { names.append(name) }
    }
    // A thief's own tree: the real first key, a second one of his, and a transaction.
    func receipt(previous: SignerKey?) throws -> [UInt8] {
      let thief = try named(ProvenLedger.origin, 88)
      let second = KeyStatement(
        origin: ProvenLedger.origin, sequence: 2, signer: thief, previous: previous)
      let entries: [ProofEntry] = [
        .key(first), .key(second.note.encoded), .transaction(transaction),
      ]
      var reader = TreeReader(MemoryTiles(entries.map(\.leaf)), size: 3)
      let checkpoint = Checkpoint(
        origin: ProvenLedger.origin, size: 3, root: reader.root(3),
        extensions: [StateLine.text(.empty), "log 1 \(MerkleHash.empty.base64)"])
      var text = "omni/receipt@v1\nid \(transaction.id)\n"
      for name in names { text += "name \(name)\n" }
      text += "entry \(Base64.encode(entries[2].bytes))\n"
      for index in 0..<2 {
        let hashes = reader.inclusion(of: UInt64(index), in: 3).hashes.map(\.base64)
        text +=
          (["key", "\(index)", Base64.encode(entries[index].bytes)] + hashes).joined(
            separator: " ") + "\n"
      }
      let hashes = reader.inclusion(of: 2, in: 3).hashes
      let note = SignedNote(checkpoint.text, by: [thief])
      return Array((text + "\n" + LogProof(index: 2, hashes: hashes, note: note).encoded).utf8)
    }
    let trust = Trust(keys: [ledger.signer.verifier])
    // With the real key's signature the same receipt holds, so nothing else is wrong with it.
    _ = try Receipt(receipt(previous: ledger.signer)).verify(trust)
    #expect(throws: ProofFailure.self) { _ = try Receipt(receipt(previous: nil)).verify(trust) }
    let another = try named(ProvenLedger.origin, 89)
    #expect(throws: ProofFailure.self) { _ = try Receipt(receipt(previous: another)).verify(trust) }
  }

  @Test func `witnesses that are wanted must have signed`() throws {
    var ledger = try ProvenLedger(seed: 27)
    let note = try ledger.sign()
    let witness = try named("witness.example", 40, .cosignature)
    let key = ledger.signer.verifier
    #expect(throws: NoteFailure.notSigned(by: "witness.example")) {
      _ = try Trust(keys: [key], witnesses: [witness.verifier]).check(note)
    }
    let signature = Cosignature.make(note.text, time: 1_800_000_000, by: witness)
    let whole = try ledger.prover.add([signature], of: note, by: [witness.verifier])
    _ = try Trust(keys: [key], witnesses: [witness.verifier]).check(whole)
    #expect(throws: NoteFailure.unknownSigner(name: "witness.example")) {
      _ = try Trust(keys: [key]).check(whole)
    }
    _ = try Trust(keys: [key], ignoresUnknown: true).check(whole)
    let other = Cosignature.make("another text\n", time: 1, by: witness)
    #expect(throws: ProofFailure.self) {
      _ = try ledger.prover.add([other], of: note, by: [witness.verifier])
    }
  }

  @Test func `bytes from outside never trap`() throws {
    var ledger = try ProvenLedger(seed: 28, batches: 2)
    _ = try ledger.sign()
    let trust = Trust(keys: [ledger.signer.verifier])
    let receipt = Array(try ledger.receipt(5).encoded.utf8)
    let balance = Array(
      try ledger.prover.balance(of: ledger.store.books.register.terms[1], number: 1).encoded.utf8)
    let reserves = Array(try ledger.prover.reserves().encoded.utf8)
    let entry = ledger.entries[12].bytes
    for seed in UInt64(1)...3_000 {
      var random = SeededRandom(seed: seed)
      // What still reads must fail to verify, unless nothing was changed.
      let changed = random.mutated(receipt, inserting: ["name a\n", "key 0 AAAA\n"])
      if let read = try? Receipt(changed) {
        #expect(changed == receipt || (try? read.verify(trust)) == nil, "seed \(seed)")
      }
      let otherBalance = random.mutated(balance, inserting: ["limit 0\n", "node "])
      if let read = try? BalanceProof(otherBalance) {
        #expect(otherBalance == balance || (try? read.verify(trust)) == nil, "seed \(seed)")
      }
      let otherReserves = random.mutated(reserves, inserting: ["class USD 2 0 0 0 0 0 "])
      if let read = try? ReservesProof(otherReserves) {
        #expect(otherReserves == reserves || (try? read.verify(trust)) == nil, "seed \(seed)")
      }
      let otherEntry = random.mutated(entry)
      if let read = try? ProofEntry(otherEntry) { #expect(read.bytes == otherEntry) }
    }
  }

  private func expectEachBitCounts(
    _ bytes: [UInt8], _ verify: ([UInt8]) throws -> Void
  ) throws {
    try verify(bytes)
    for bit in 0..<8 * bytes.count {
      var changed = bytes
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: (any Error).self, "bit \(bit)") { try verify(changed) }
    }
  }
}
