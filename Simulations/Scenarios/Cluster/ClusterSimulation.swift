/// Several nodes with the resilience libraries, their clocks, a network, a service and a store that
/// dies, in one thread and from one seed.
///
/// Everything is driven by one queue of events, and the libraries are used as plain values that are
/// told the time. Each request goes to the node that the client's table names; there it passes the
/// shared limit (by leases), the breaker, the cache and the adaptive limit of calls. The first
/// minute is full of troubles; then comes a flood without troubles, in which the service's capacity
/// changes. Checks are made as it goes; the first that does not hold ends the run.
///
/// What is asynchronous in the libraries (the questions of a shared gate, the flights and the second
/// tier of a query cache) is done here by events, step by step as there. The libraries' own values
/// are the books of leases, the local gates, the limits in memory that the store is held against,
/// the breakers, the memories, the adaptive limits and the tables of slots.
public struct ClusterSimulation: Sendable, Hashable {
  /// What everything is drawn from.
  public let seed: UInt64
  /// A mistake that is planted.
  public let mutation: ClusterMutation?
  /// Whether the service takes a fifth of a second for a call, and not a thirtieth.
  public var isServiceSlow = false

  /// Chooses a cluster.
  ///
  /// - Parameter mutation: A mistake that is planted, to see that it is found.
  public init(seed: UInt64, mutation: ClusterMutation? = nil) {
    self.seed = seed
    self.mutation = mutation
  }

  /// Runs the cluster, from the beginning to its end.
  ///
  /// - Throws: The first check that did not hold.
  /// - Complexity: Some hundred thousand events, each O(log n) of those to come.
  public func run() throws(ClusterFailure) -> ClusterReport {
    var cluster: SimulatedCluster
    do {
      cluster = try SimulatedCluster(self)
    } catch {
      throw ClusterFailure(seed: seed, invariant: .plan, found: "\(error)")
    }
    return try cluster.run()
  }
}
