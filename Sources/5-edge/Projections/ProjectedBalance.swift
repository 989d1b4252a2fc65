/// What an account held at the position that is committed with it.
public struct ProjectedBalance: Sendable, Hashable {
  /// The account's number.
  public var account: UInt32
  /// The sum of all debits, in minor units.
  public var debits: Int128
  /// The sum of all credits, in minor units.
  public var credits: Int128
  /// What pending transactions have reserved as debits.
  public var pendingDebits: Int128
  /// What pending transactions have reserved as credits.
  public var pendingCredits: Int128

  /// Creates a balance.
  public init(
    account: UInt32, debits: Int128, credits: Int128, pendingDebits: Int128 = 0,
    pendingCredits: Int128 = 0
  ) {
    self.account = account
    self.debits = debits
    self.credits = credits
    self.pendingDebits = pendingDebits
    self.pendingCredits = pendingCredits
  }
}
