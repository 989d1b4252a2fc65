/// How much one key was allowed and refused under one rule.
public struct RateUsage: Sendable, Hashable {
  /// The amounts.
  public struct Amounts: Sendable, Hashable {
    /// Requests that went.
    public internal(set) var allowed: UInt64 = 0
    /// Requests that were refused, by this key's rule or by another that they were held to.
    public internal(set) var refused: UInt64 = 0
    /// What the requests that went cost together.
    public internal(set) var allowedCost: UInt64 = 0

    mutating func count(_ isAllowed: Bool, _ cost: Int) {
      if isAllowed {
        allowed += 1
        allowedCost += UInt64(cost)
      } else {
        refused += 1
      }
    }
  }

  /// The rule's name.
  public let rule: String
  /// The key.
  public let key: String
  /// The amounts since they were last taken.
  public let amounts: Amounts
}
