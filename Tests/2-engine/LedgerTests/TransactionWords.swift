import OmniCrypto
import OmniLedger
import OmniMoney

/// Words for tests about transactions.
enum Bank {
  static let cash = terms("cash", .debit)
  static let alice = terms("alice", .credit, limit: 0)
  static let bob = terms("bob", .credit, limit: 500)
  static let carol = terms("carol", .credit)
  static let euro = terms("euro", .credit, currency: .eur)
  static let all = [cash, alice, bob, carol, euro]

  static func terms(
    _ name: String, _ normal: NormalSide, limit: Int128? = nil, currency: Currency = .usd,
    publicKey: Ed25519.PublicKey? = nil
  ) -> AccountTerms {
    guard
      let terms = AccountTerms(
        name: name, currency: currency, normal: normal, limit: limit, publicKey: publicKey)
    else { preconditionFailure("terms of a test") }
    return terms
  }

  static func leg(_ debit: AccountTerms, _ credit: AccountTerms, _ amount: Int128) -> TransferLeg {
    TransferLeg(
      debit: debit.key, credit: credit.key, amount: amount, asset: debit.currency.packedCode,
      digits: debit.currency.minorDigits)
  }

  /// Transaction number `id` of `sender`, at its own second.
  static func transaction(
    _ id: UInt64, _ sender: AccountTerms, _ nonce: UInt64, _ legs: TransferLeg...
  ) -> Transaction {
    Transaction(
      id: TransactionID(UInt128(id)), sender: sender.key, legs: legs, nonce: nonce,
      timestamp: Int64(id) * 1_000_000_000)
  }
}

extension Transaction {
  /// The same with other flags and parents.
  func with(
    _ flags: TransactionFlags = [], parents: UInt64..., timeout: UInt32 = 0
  ) -> Transaction {
    var copy = self
    copy.flags = flags
    copy.parents = parents.map { TransactionID(UInt128($0)) }
    copy.timeoutMilliseconds = timeout
    return copy
  }
}
