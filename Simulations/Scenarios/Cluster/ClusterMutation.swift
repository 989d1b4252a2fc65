/// A mistake that is planted in a simulated cluster, to see that it is found.
public enum ClusterMutation: String, Sendable, Hashable, CaseIterable {
  /// The limiter lets all requests through.
  case limiterNeverLimits
  /// The store takes units for requests that it refuses.
  case refusedIsTaken
  /// Units of a lease are given out long after it ended.
  case leaseOutlivesItsTime
  /// Each node takes the whole limit while the store is away, and not its share.
  case wholeLimitAlone
  /// A half-open breaker lets all calls through.
  case breakerLetsAllProbe
  /// A result of an older epoch counts in the present one.
  case staleResultCounts
  /// The breaker does not look at its clock, and stays open.
  case breakerStaysOpen
  /// An invalidation is not told to the other nodes.
  case invalidationNotBroadcast
  /// A value that was on its way at an invalidation is taken as one of after it.
  case lateValueIsKept
  /// The answer to an older telling takes a key off the list of what the store was not told.
  case untoldIsForgotten
  /// After the store lost its state, stamps begin with zero again.
  case stampsBeginAgain
  /// Values stay in memory for ever.
  case valueNeverEnds
  /// An invalidation makes a node forget all its loads, and not those of the key alone.
  case invalidationDropsAllLoads
  /// Each request that misses loads by itself.
  case loadsTwice
  /// Clients go by the first table for ever.
  case removedNodeIsAsked
  /// At a change of nodes the table is made anew.
  case tableIsMadeAnew
  /// The limit of calls does not follow the service.
  case adaptiveLimitIsDeaf
  /// Now and then a node forgets a request.
  case requestIsLost
}
