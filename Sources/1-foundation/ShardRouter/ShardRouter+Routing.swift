extension ShardRouter {
  /// The index of the node that the bytes `key` go to.
  ///
  /// - Complexity: O(n) for n bytes and that of the strategy; no allocation.
  @inlinable
  public func route(_ key: Span<UInt8>) -> Int { owner(of: ShardKey(key, seed: seed)) }

  /// The index of the node that the bytes `key` go to.
  ///
  /// - Complexity: O(n) for n bytes and that of the strategy; no allocation.
  @inlinable
  public func route(_ key: [UInt8]) -> Int { owner(of: ShardKey(key, seed: seed)) }

  /// The index of the node that the text `key` goes to.
  ///
  /// - Complexity: O(n) for n bytes of UTF-8 and that of the strategy; no allocation.
  @inlinable
  public func route(_ key: String) -> Int { owner(of: ShardKey(key, seed: seed)) }

  /// The index of the node that the number `key` goes to.
  ///
  /// - Complexity: that of the strategy; no allocation.
  @inlinable
  public func route(_ key: UInt64) -> Int { owner(of: ShardKey(key, seed: seed)) }

  /// The node that the text `key` goes to.
  public func node(for key: String) -> ShardNode { membership.nodes[route(key)] }

  /// The nodes that hold the text `key`, its owner first; as many as the configuration says, or
  /// all.
  public func replicas(for key: String) -> [ShardNode] {
    let nodes = membership.nodes
    return replicas(of: ShardKey(key, seed: seed), count: replicaCount).map { nodes[$0] }
  }
}
