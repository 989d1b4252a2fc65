public import OmniTime

/// Limits that several nodes share: whoever implements it decides for all of them, one request after
/// the other, by the clock of the store.
///
/// `MemorySharedLimits` is the one in the process; a connector keeps them in Redis, by `script`.
public protocol SharedLimits: Sendable {
  /// Decides on a request that is held to one key or several, and takes from all or from none.
  func take(_ request: SharedRequest) async throws -> SharedGrant
}

/// A request to shared limits.
public struct SharedRequest: Sendable, Hashable {
  /// A key with its rule.
  public struct Cell: Sendable, Hashable {
    /// The key, as the store has it.
    public let key: String
    /// The rule; its algorithm is `gcra`.
    public let rule: RateRule

    /// Creates a cell.
    public init(key: String, rule: RateRule) {
      self.key = key
      self.rule = rule
    }
  }

  /// The keys; at least one, and at most eight.
  public let cells: [Cell]
  /// How much is wanted.
  public let wanted: Int
  /// How little will do; less is refused.
  public let least: Int

  /// Creates a request for `wanted`, or for whatever there is from `least` on.
  ///
  /// - Precondition: There are one to eight cells, and 0 ≤ least ≤ wanted ≤ 10⁹.
  public init(_ cells: [Cell], wanted: Int, least: Int? = nil) {
    precondition((1...8).contains(cells.count), "one to eight keys")
    let least = least ?? wanted
    precondition(0 <= least && least <= wanted && wanted <= 1_000_000_000, "an amount")
    self.cells = cells
    self.wanted = wanted
    self.least = least
  }
}

/// What shared limits gave.
public struct SharedGrant: Sendable, Hashable {
  /// How much was taken; 0 if less than the least was there.
  public let granted: Int
  /// How much more there is.
  public let remaining: Int
  /// After which time the least could be had; zero if it was given.
  public let retryAfter: Interval
  /// After which time all could be had again.
  public let resetAfter: Interval

  /// Creates a grant.
  public init(granted: Int, remaining: Int, retryAfter: Interval, resetAfter: Interval) {
    self.granted = granted
    self.remaining = remaining
    self.retryAfter = retryAfter
    self.resetAfter = resetAfter
  }
}
