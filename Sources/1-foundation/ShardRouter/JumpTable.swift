/// Jump hashing over nodes: bucket numbers that nodes keep.
///
/// For shards that are added and seldom taken away. A node that joins gets the next number and
/// moves no more than its share. When a node leaves, the node of the last number takes its place:
/// its own keys move as well, at most twice of what is needed. Nodes have no weights.
public struct JumpTable: ShardMap, Equatable {
  /// The nodes; indices point into it.
  public let membership: Membership
  /// What replicas depend on besides the names.
  public let seed: UInt64
  /// For each bucket the index of its node.
  @usableFromInline let order: [UInt16]
  private let rendezvous: WeightedRendezvous

  /// Creates a table whose buckets are in the order of names.
  ///
  /// - Throws: ``ShardFailure/unequalWeights(_:)``.
  public init(_ membership: Membership, seed: UInt64 = 0) throws(ShardFailure) {
    try self.init(membership, order: membership.nodes.indices.map { UInt16($0) }, seed: seed)
  }

  /// Creates a table of given buckets, each node in one.
  init(_ membership: Membership, order: [UInt16], seed: UInt64) throws(ShardFailure) {
    try BucketOrder.checkUniform(membership, for: .jump)
    self.membership = membership
    self.order = order
    self.seed = seed
    rendezvous = WeightedRendezvous(membership, seed: seed)
  }

  /// The names of the nodes by bucket.
  public var buckets: [String] { order.map { membership.nodes[Int($0)].name } }

  /// The index of the node whose bucket `key` falls into.
  ///
  /// - Complexity: O(log n) on average, without allocation.
  @inlinable
  public func owner(of key: ShardKey) -> Int {
    Int(order[JumpHash.bucket(of: key.bits, count: order.count)])
  }

  /// The node of the key, then the others by rendezvous, each zone once before any twice.
  public func replicas(of key: ShardKey, count: Int) -> [Int] {
    rendezvous.replicas(of: key, behind: owner(of: key), count: count)
  }

  /// The table over `wanted`, in which nodes that stay keep their buckets but for the last, which
  /// fill the gaps.
  ///
  /// - Throws: ``ShardFailure/unequalWeights(_:)``.
  public func changed(to wanted: Membership) throws(ShardFailure) -> Self {
    let next = try wanted.at(epoch: membership.epoch + 1)
    let change = BucketOrder.change(
      from: order.map { membership.nodes[Int($0)].identity }, to: next)
    var identities = order.indices.map { change.kept[$0] }
    for bucket in change.abandoned {
      // The highest first, so all behind this one are in use, and the last is one of them.
      identities[bucket] = identities[identities.count - 1]
      identities.removeLast()
    }
    let all = identities.compactMap { $0 } + change.waiting
    let places = next.indexByIdentity.mapValues { UInt16($0) }
    return try Self(next, order: all.compactMap { places[$0] }, seed: seed)
  }
}
