/// What the ledger says of a transaction.
///
/// Codes are stable. `docs/reference/verdicts.md` says what each means and what to do.
@frozen
public enum Verdict: UInt8, Sendable, CaseIterable, BitwiseCopyable {
  /// It is in the books now.
  case accepted
  /// It was in the books already, with the same content; for whoever sends again, success.
  case exists

  // The same identifier with other content; the first field that differs.
  case existsWithDifferentSender
  case existsWithDifferentLegs
  case existsWithDifferentDebit
  case existsWithDifferentCredit
  case existsWithDifferentAmount
  case existsWithDifferentAsset
  case existsWithDifferentNonce
  case existsWithDifferentParents
  case existsWithDifferentFlags
  case existsWithDifferentTimeout
  case existsWithDifferentTimestamp
  case existsWithDifferentSignature

  // Structure: to be seen from the transaction and the accounts alone.
  case malformed
  case idInvalid
  case digestMismatch
  case flagsConflict
  case legsMissing
  case amountNotPositive
  case sameAccount
  case timeoutWithoutPending
  case parentsUnordered
  case unknownAccount
  case assetMismatch
  case signatureMissing
  case badSignature
  case notAuthorized

  // Graph: parents and nonces.
  case parentUnknown
  case parentRejected
  case cycle
  case nonceGap
  case nonceConflict
  case linkedFailed
  case linkedOpen

  // Books: balances and pending transactions.
  case insufficientFunds
  case overflow
  case accountClosed
  case pendingMissing
  case pendingAmbiguous
  case pendingMismatch
  case pendingExceeded
  case pendingPosted
  case pendingVoided
  case pendingExpired

  /// Whether the transaction is in the books.
  @inlinable
  public var isCommitted: Bool { self == .accepted || self == .exists }

  /// The stable code.
  public var code: String {
    switch self {
    case .existsWithDifferentTimeout: "exists_with_different_timeout_ms"
    case .existsWithDifferentTimestamp: "exists_with_different_ts"
    case .existsWithDifferentSignature: "exists_with_different_sig"
    default: Self.snakeCase("\(self)")
    }
  }

  private static func snakeCase(_ name: String) -> String {
    var result = ""
    for character in name {
      if character.isUppercase { result += "_" }
      result += character.lowercased()
    }
    return result
  }
}
