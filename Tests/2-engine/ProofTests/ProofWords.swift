import OmniCrypto
import OmniLedger
import OmniLedgerStore
import OmniMoney
import OmniProof
import OmniTestKit
import OmniTransparencyLog
import OmniWriteAheadLog
import Testing

typealias Store = LedgerStore<SimulatedDiskHandle>
typealias Prover = LedgerProver<SimulatedDiskHandle>

/// A ledger on a simulated disk, its proof on another, and what should be in the log.
struct ProvenLedger: ~Copyable {
  static let origin = "ledger.example/books"

  let disk: SimulatedDisk
  let proofDisk: SimulatedDisk
  var store: Store
  var prover: Prover
  let signer: SignerKey
  /// The entries, as they should be.
  var entries: [ProofEntry] = []

  init(seed: UInt64, accountCount: Int = 8, batches: Int = 6) throws {
    var source = BookSource(seed: seed, accountCount: accountCount)
    let (disk, proofDisk) = (SimulatedDisk(seed: seed), SimulatedDisk(seed: seed + 1))
    let signer = try named(Self.origin, 1)
    var store = try Store.create(
      on: SimulatedDiskHandle(disk), identity: LogIdentity(3), configuration: try configuration())
    var prover = try Prover.open(
      SimulatedDiskHandle(proofDisk), of: &store, origin: Self.origin)
    let statement = KeyStatement(
      origin: Self.origin, sequence: 1, signer: signer, previous: nil)
    try store.declareKey(statement.note.encoded)
    var entries: [ProofEntry] = [.key(statement.note.encoded)]
    try store.open(source.accounts)
    entries += source.accounts.map { .account($0) }
    for number in 0..<batches {
      let count = store.books.transactionCount
      let frames = store.frameCount
      var batch = TransactionBatch(capacity: 64)
      for transaction in source.batch(count: 30) { batch.append(transaction) }
      try store.commit(batch, workers: SerialWorkers())
      for place in count..<store.books.transactionCount {
        entries.append(.transaction(try #require(try store.transaction(at: place))))
      }
      if store.books.transactionCount == count, store.frameCount > frames {
        entries.append(.time(store.books.time))
      }
      if number % 3 == 1, try store.advance(to: store.books.time + 1) >= 0 {
        entries.append(.time(store.books.time))
      }
    }
    try prover.catchUp(&store)
    self.disk = disk
    self.proofDisk = proofDisk
    self.store = store
    self.prover = prover
    self.signer = signer
    self.entries = entries
  }

  mutating func sign() throws -> SignedNote {
    var image = BooksImage()
    store.books.copy(to: &image)
    return try prover.checkpoint(&image, by: signer)
  }

  /// The receipt of the transaction at `place` under the last checkpoint.
  mutating func receipt(_ place: Int) throws -> Receipt {
    let latest = prover.latest
    let note = try #require(latest)
    let found = try store.frame(ofPlace: place)
    let transaction = try #require(try store.transaction(at: place))
    var names: [AccountKey: String] = [:]
    for terms in store.books.register.terms { names[terms.key] = terms.name }
    return try prover.receipt(
      of: transaction, at: prover.place(frame: found.frame, index: found.index), under: note
    ) { names[$0] }
  }
}

/// Transactions of every form that all are accepted, from one seed.
struct BookSource {
  private var random: SeededRandom
  let accounts: [AccountTerms]
  private var nonces: [AccountKey: UInt64] = [:]
  private var pending: [Transaction] = []
  private var number: UInt64 = 0

  init(seed: UInt64, accountCount: Int) {
    random = SeededRandom(seed: seed)
    accounts = (0..<accountCount).compactMap { number in
      AccountTerms(
        name: ["bank:", "customer:", "fees ", "Kundë:"][number % 4] + "\(number)",
        currency: number % 2 == 1 ? .eur : .usd, normal: number % 3 == 0 ? .debit : .credit,
        limit: number % 7 == 6 ? 1_000_000_000 : nil)
    }
  }

  mutating func batch(count: Int) -> [Transaction] { (0..<count).map { _ in next() } }

  private mutating func next() -> Transaction {
    number += 1
    let currency: Currency = random.below(4) == 0 ? .eur : .usd
    let own = accounts.filter { $0.currency == currency }
    let sender = random.pick(own)
    nonces[sender.key, default: 0] += 1
    var transaction = Transaction(
      id: TransactionID(low: number, high: 7), sender: sender.key, legs: [],
      nonce: nonces[sender.key, default: 0], timestamp: Int64(number) * 1_000_000)
    if !pending.isEmpty, random.below(3) == 0 {
      let opened = pending.removeFirst()
      transaction.parents = [opened.id]
      transaction.flags = random.below(2) == 0 ? .post : .void
      return transaction
    }
    for _ in 0...random.below(3) {
      let debit = random.pick(own)
      let credit = random.pick(own.filter { $0.name != debit.name })
      transaction.legs.append(
        TransferLeg(
          debit: debit.key, credit: credit.key, amount: Int128(1 + random.below(10_000)),
          asset: currency.packedCode, digits: currency.minorDigits))
    }
    if random.below(6) == 0 {
      transaction.flags = .pending
      transaction.timeoutMilliseconds = random.below(2) == 0 ? 0 : 200
      if transaction.timeoutMilliseconds == 0 { pending.append(transaction) }
    }
    return transaction
  }
}

func configuration() throws -> LedgerConfiguration {
  LedgerConfiguration(log: try LogConfiguration(segmentBytes: 64 << 10), batchCount: 64)
}

func named(_ name: String, _ seed: UInt8, _ kind: NoteKeyKind = .note) throws -> SignerKey {
  try #require(SignerKey(name: name, kind: kind, seed: Array(repeating: seed, count: 32)))
}

/// The root as RFC 9162 defines it, word by word.
func definition(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
  if leaves.isEmpty { return .empty }
  if leaves.count == 1 { return leaves[leaves.startIndex] }
  var left = 1
  while left * 2 < leaves.count { left *= 2 }
  let middle = leaves.startIndex + left
  return .node(definition(leaves[..<middle]), definition(leaves[middle...]))
}
