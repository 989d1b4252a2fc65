import OmniLedger
import OmniMoney
import OmniNumerics

/// Transactions of the form that `tx_gen.py` makes: random transfers between accounts without
/// limits, each sender's nonces in order, up to two parents among the last 4,096.
struct LedgerTransactions {
  let accounts: [AccountTerms]
  private let keys: [AccountKey]
  private var source: SplitMix64
  private var nonces: [UInt64]
  private var ids: [TransactionID] = []
  private var number: Int64 = 0

  init(accountCount: Int, seed: UInt64) {
    accounts = (0..<accountCount).compactMap { number in
      let digits = String(number)
      let name = "acct-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
      return AccountTerms(name: name, currency: .usd, normal: .credit, limit: nil)
    }
    keys = accounts.map(\.key)
    nonces = Array(repeating: 0, count: accountCount)
    source = SplitMix64(seed: seed)
  }

  private mutating func below(_ bound: Int) -> Int { Int(source.next() % UInt64(bound)) }

  /// The next transaction.
  mutating func next() -> Transaction {
    let sender = below(keys.count)
    var receiver = below(keys.count - 1)
    if receiver >= sender { receiver += 1 }
    nonces[sender] += 1
    number += 1
    let leg = TransferLeg(
      debit: keys[sender], credit: keys[receiver], amount: Int128(1 + below(10_000_000)),
      asset: Currency.usd.packedCode, digits: 2)
    var transaction = Transaction(
      id: TransactionID(UInt128(source.next()) << 64 | UInt128(source.next())),
      sender: keys[sender], legs: [leg], nonce: nonces[sender],
      timestamp: 1_767_225_600_000_000_000 + number * 100_000_000)
    var parents: Set<TransactionID> = []
    for _ in 0..<min(below(3), ids.count) {
      parents.insert(ids[max(0, ids.count - 4_096) + below(min(ids.count, 4_096))])
    }
    transaction.parents = parents.sorted()
    ids.append(transaction.id)
    return transaction
  }

  /// The next batch.
  mutating func batch(count: Int) -> TransactionBatch {
    var batch = TransactionBatch(capacity: count)
    for _ in 0..<count { batch.append(next()) }
    return batch
  }

  /// The next `count` as lines of JSON, in the form that `tx_gen.py` writes.
  mutating func payloads(count: Int) -> String {
    var text = ""
    var names: [AccountKey: String] = [:]
    for account in accounts { names[account.key] = account.name }
    for index in 0..<count {
      let transaction = next()
      let parents = transaction.parents.map { "\"\($0)\"" }.joined(separator: ",")
      let leg = transaction.legs[0]
      let cents = String(Int(leg.amount % 100))
      let amount = "\(leg.amount / 100).\(cents.count == 1 ? "0" : "")\(cents)"
      let second = index / 10
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      let micro = String(1_000_000 + index % 1_000_000).dropFirst()
      let time =
        "2026-01-\(two(1 + second / 86_400 % 28))T\(two(second / 3_600 % 24)):"
        + "\(two(second / 60 % 60)):\(two(second % 60)).\(micro)Z"
      let sender = names[transaction.sender] ?? ""
      text +=
        "{\"id\":\"\(transaction.id)\",\"sender\":\"\(sender)\",\"legs\":[{\"debit\":\"\(sender)\","
        + "\"credit\":\"\(names[leg.credit] ?? "")\",\"amount\":\"\(amount)\",\"asset\":\"USD\"}],"
        + "\"nonce\":\(transaction.nonce),\"parents\":[\(parents)],\"flags\":[],\"ts\":\"\(time)\"}\n"
    }
    return text
  }
}
