/// What a change of nodes would do to a router, before anything is done.
///
/// For a table of slots everything is exact. For the other strategies the fraction that moves is
/// measured on ``probeCount`` hashes that stand for all keys, with an error of about half a
/// percent.
public struct RoutingPlan: Sendable, Equatable {
  /// How many hashes are routed before and after.
  public static let probeCount = 16_384

  /// The epoch of the router that the plan is for.
  public let epoch: UInt64
  /// What tells the router from others of its epoch.
  public let fingerprint: UInt64
  /// The nodes after the change, with the epoch after it.
  public let target: Membership
  /// The plan of the slots, if that is the strategy.
  public let slots: ChangePlan?
  /// The fraction of all keys that change their node.
  public let movedFraction: Double
  /// The least fraction that any strategy could move: the sum of what shares grow by; for slots, of
  /// whole ones.
  public let movedFractionMin: Double
}
