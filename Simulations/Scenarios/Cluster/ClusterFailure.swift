/// What must hold in a simulated cluster.
public enum ClusterInvariant: String, Sendable, Hashable, CaseIterable {
  /// The libraries take the settings that are drawn.
  case plan
  /// In every window, leases let at most rate × t + burst + nodes × units through, and one burst
  /// more for each loss of the store's state and each jump of its clock in the window.
  case sharedLimit
  /// The store's script decides as `MemorySharedLimits` does, as long as its clock does not go back.
  case script
  /// The store refuses what one unit less would have had only for the time that a unit takes, from
  /// its last grant or the first question after its clock went back.
  case lockout
  /// In every window, a node that decides alone lets at most its share's rate × t + burst through.
  case localShare
  /// A unit is given out before the lease that it came with has ended.
  case leaseTime
  /// No more probes in flight than slots.
  case probeSlots
  /// A result of an older epoch changes nothing but the count of such results.
  case staleResult
  /// An open breaker says one end of its back-off, which is not too far away, and lets the first
  /// call after it through.
  case recovery
  /// What the store was not told stays on the node's list until it was.
  case telling
  /// A request that came after an invalidation had reached the node gets nothing older.
  case freshness
  /// No value is given out after its time to live, counted from when it was read.
  case timeToLive
  /// One load of a key on a node at a time, unless the key was invalidated in between.
  case singleFlight
  /// A node gets only keys that the client's table gives to it.
  case routing
  /// No more slots move than must.
  case movement
  /// The adaptive limit is within its bounds.
  case limitBounds
  /// 30 s after its capacity changed, the service does at least 80 % of what it can.
  case goodput
  /// Each request ends exactly once, and each visit to a node.
  case ending
}

/// What a simulation of a cluster found to be wrong, with the seed that shows it again.
public struct ClusterFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What the simulation was made from.
  public let seed: UInt64
  /// What should have held.
  public let invariant: ClusterInvariant
  /// What was found, and when.
  public let found: String

  /// The stable code.
  public var code: String { "SIM-002" }

  /// One line: the seed, what should have held, and what was found.
  public var description: String { "\(code): seed \(seed): \(invariant.rawValue): \(found)" }
}
