public import OmniLedger

/// An account of the ledger, as a projection gets it.
public struct ProjectedAccount: Sendable, Hashable {
  /// Its place in the chart of accounts.
  public var number: UInt32
  /// What it was opened with.
  public var terms: AccountTerms

  /// Creates an account.
  public init(number: UInt32, terms: AccountTerms) {
    self.number = number
    self.terms = terms
  }
}
