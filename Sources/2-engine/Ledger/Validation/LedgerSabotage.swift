/// Mistakes that a ledger can be told to make, so that simulations prove that they would be found.
///
/// For tests and simulations only: nothing in the product can switch one on.
package enum LedgerSabotage: String, CaseIterable, Sendable {
  /// An accepted transaction does not use up its nonce.
  case reuseNonce
  /// A limit is not looked at.
  case skipLimit
  /// The credit of a further leg is dropped.
  case dropCredit
  /// A linked group that fails keeps what it has done.
  case keepFailedGroup
  /// The rest of a partial post stays reserved.
  case keepRest
  /// A parent that was refused does not refuse its children.
  case ignoreParents
  /// The last frame is applied twice when the ledger is opened.
  case applyTwice
  /// Identifiers are not taken out of a snapshot.
  case forgetIdentifiers
  /// Nonces are not taken out of a snapshot.
  case forgetNonces
  /// Transactions are acknowledged without being written to the log.
  case skipLog
}
