/// What says which node a key goes to.
///
/// A value: reading it changes nothing, so any number of threads may hold it and ask. A change of
/// nodes gives another value.
public protocol ShardMap: Sendable {
  /// The nodes; indices point into it.
  var membership: Membership { get }

  /// The index of the node that `key` goes to.
  func owner(of key: ShardKey) -> Int

  /// The indices of the nodes that hold copies of `key`: its owner first, no node twice, and no
  /// zone twice while there is a node of another zone.
  ///
  /// - Returns: `count` indices, or fewer if there are fewer nodes; none if `count` is not
  ///   positive.
  /// - Complexity: at most O(n log n) for n nodes; allocates.
  func replicas(of key: ShardKey, count: Int) -> [Int]

  /// The map of the same settings over `wanted`, with the epoch after this one's.
  ///
  /// - Throws: ``ShardFailure`` when the nodes do not fit the strategy.
  func changed(to wanted: Membership) throws(ShardFailure) -> Self
}

extension ShardMap {
  /// The node that `key` goes to.
  @inlinable
  public func node(of key: ShardKey) -> ShardNode { membership.nodes[owner(of: key)] }
}
