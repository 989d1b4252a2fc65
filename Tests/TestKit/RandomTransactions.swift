public import OmniLedger
import OmniMoney

/// Random batches with everything that can be wrong with one, from one seed.
public struct RandomTransactions {
  /// Where chance comes from.
  public var random: SeededRandom
  /// Between which accounts.
  public let accounts: [AccountTerms]
  private var nonces: [AccountKey: UInt64] = [:]
  private var sent: [Transaction] = []
  private var clock: Int64 = 1_000
  /// How likely a fault is, in hundredths.
  public var faults: UInt64 = 12

  /// Creates the series of `seed`.
  public init(seed: UInt64, accountCount: Int = 8) {
    random = SeededRandom(seed: seed)
    var accounts: [AccountTerms] = []
    for number in 0..<accountCount {
      let limits: [Int128?] = [nil, nil, 0, 500]
      let terms = AccountTerms(
        name: "account-\(number)", currency: number % 4 == 3 ? .eur : .usd,
        normal: random.below(2) == 0 ? .debit : .credit, limit: random.pick(limits))
      if let terms { accounts.append(terms) }
    }
    self.accounts = accounts
  }

  private mutating func chance(_ hundredths: UInt64) -> Bool { random.below(100) < hundredths }

  /// The next batch.
  public mutating func batch(count: Int) -> [Transaction] {
    var batch: [Transaction] = []
    while batch.count < count {
      if !sent.isEmpty && chance(faults / 3) {
        batch.append(repeated())
        continue
      }
      batch.append(fresh(batch))
    }
    if chance(faults * 2) { shuffle(&batch) }
    if chance(faults) { tieCycle(&batch) }
    sent += batch
    return batch
  }

  /// Something that was sent before, as it was or changed in one field.
  private mutating func repeated() -> Transaction {
    var transaction = random.pick(sent)
    if chance(50) { return transaction }
    switch random.below(6) {
    case 0: transaction.nonce += 1
    case 1: transaction.timestamp += 1
    case 2: transaction.flags.formSymmetricDifference(.imported)
    case 3: transaction.parents = []
    case 4: transaction.sender = random.pick(accounts).key
    default: if !transaction.legs.isEmpty { transaction.legs[0].amount += 1 }
    }
    return transaction
  }

  private mutating func fresh(_ batch: [Transaction]) -> Transaction {
    let sender = random.pick(accounts).key
    clock += Int64(random.below(1_000_000))
    var nonce = (nonces[sender] ?? 0) + 1
    if chance(faults / 2) { nonce = chance(50) ? nonce + 1 + random.below(2) : max(1, nonce - 1) }
    var transaction = Transaction(
      id: TransactionID(UInt128(random.next()) << 64 | UInt128(random.next())), sender: sender,
      legs: [], nonce: nonce, timestamp: clock)
    if faults == 0 || chance(88) { nonces[sender] = nonce }
    let known = sent.suffix(40).map(\.id) + batch.map(\.id)
    for _ in 0..<random.below(3) where !known.isEmpty {
      transaction.parents.append(random.pick(known))
    }
    if chance(faults / 6) { transaction.parents.append(TransactionID(UInt128(random.next()))) }
    let pendings = (sent.suffix(60) + batch).filter { $0.flags.contains(.pending) }
    if !pendings.isEmpty && chance(25) {
      resolve(random.pick(pendings), &transaction)
    } else {
      for _ in 0...(chance(20) ? random.below(3) : 0) { transaction.legs.append(leg()) }
      decorate(&transaction)
    }
    if chance(8) { transaction.flags.insert(.linked) }
    transaction.parents = Array(Set(transaction.parents)).sorted()
    if chance(faults / 6) { spoil(&transaction) }
    return transaction
  }

  private mutating func resolve(_ pending: Transaction, _ transaction: inout Transaction) {
    transaction.flags = chance(60) ? .post : .void
    transaction.parents = [pending.id]
    if chance(40) { transaction.legs = pending.legs }
    if chance(40) && !transaction.legs.isEmpty && transaction.legs[0].amount > 1 {
      transaction.legs[0].amount += chance(70) ? -1 : 1
    }
  }

  private mutating func decorate(_ transaction: inout Transaction) {
    if chance(25) {
      transaction.flags.insert(.pending)
      if chance(50) { transaction.timeoutMilliseconds = UInt32(1 + random.below(5)) }
    }
    if chance(10) { transaction.flags.insert(.balancing) }
    if chance(2) { transaction.flags.insert(.closingDebit) }
    if chance(2) { transaction.flags.insert(.closingCredit) }
    if chance(8) {
      transaction.flags.insert(.imported)
      if chance(60) {
        // It has no series, so the nonce that it was given is free again.
        if nonces[transaction.sender] == transaction.nonce { nonces[transaction.sender]? -= 1 }
        transaction.nonce = 0
      }
    }
  }

  private mutating func leg() -> TransferLeg {
    let debit = random.pick(accounts)
    let partners = accounts.filter { $0.currency == debit.currency && $0.name != debit.name }
    let credit = random.pick(partners.isEmpty ? accounts : partners)
    let amount = chance(1) ? AccountState.sumMax - 3 : Int128(1 + random.below(300))
    return TransferLeg(
      debit: debit.key, credit: credit.key, amount: amount, asset: debit.currency.packedCode,
      digits: debit.currency.minorDigits)
  }

  private mutating func spoil(_ transaction: inout Transaction) {
    switch random.below(8) {
    case 0: transaction.id = TransactionID(random.below(2) == 0 ? 0 : .max)
    case 1: transaction.sender = AccountKey(random.next())
    case 2: transaction.timeoutMilliseconds = 7
    case 3: transaction.flags.insert([.post, .void])
    case 4: transaction.parents.append(transaction.id)
    case 5: transaction.parents.reverse()
    case 6: transaction.legs = []
    default:
      if transaction.legs.isEmpty { return }
      switch random.below(4) {
      case 0: transaction.legs[0].amount = -1
      case 1: transaction.legs[0].credit = transaction.legs[0].debit
      case 2: transaction.legs[0].asset = Currency.usdt.packedCode
      default: transaction.legs[0].debit = AccountKey(random.next())
      }
    }
  }

  private mutating func shuffle(_ batch: inout [Transaction]) {
    for index in batch.indices.dropFirst() where chance(60) {
      batch.swapAt(index, Int(random.below(UInt64(index + 1))))
    }
  }

  /// Makes two or three transactions of the batch wait for each other.
  private mutating func tieCycle(_ batch: inout [Transaction]) {
    let length = 2 + Int(random.below(2))
    guard batch.count >= length else { return }
    let members = (0..<length).map { _ in Int(random.below(UInt64(batch.count))) }
    for (place, index) in members.enumerated() {
      let next = members[(place + 1) % length]
      batch[index].parents = Array(Set(batch[index].parents + [batch[next].id])).sorted()
    }
  }
}
