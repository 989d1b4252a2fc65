/// AnchorHash over nodes: each node has a bucket while it stays.
///
/// For ownership without a table to pass around: what two hosts must share is the capacity and the
/// order of changes. Any node can leave or join, and nothing moves without need. Nodes have no
/// weights, and there can be no more of them than the capacity, which is fixed when the table is
/// made.
public struct AnchorTable: ShardMap, Equatable {
  /// The nodes; indices point into it.
  public let membership: Membership
  /// What replicas depend on besides the names.
  public let seed: UInt64
  /// The buckets.
  public let anchor: AnchorHash
  /// For each bucket the index of its node; for a bucket that does not work, 0.
  @usableFromInline let nodeByBucket: [UInt16]
  private let rendezvous: WeightedRendezvous

  /// Creates a table whose buckets are in the order of names.
  ///
  /// - Parameter capacity: how many nodes there may ever be at one time; nil for twice as many as
  ///   there are, at least 16.
  /// - Throws: ``ShardFailure/unequalWeights(_:)``, or
  ///   ``ShardFailure/outOfRange(_:value:lower:upper:)`` for the capacity or the nodes.
  public init(
    _ membership: Membership, capacity: Int? = nil, seed: UInt64 = 0
  ) throws(ShardFailure) {
    let room = capacity ?? min(max(2 * membership.count, 16), AnchorHash.capacities.upperBound)
    let anchor = try AnchorHash(capacity: room, workingCount: membership.count)
    let nodes = (0..<room).map { UInt16($0 < membership.count ? $0 : 0) }
    try self.init(membership, anchor: anchor, nodeByBucket: nodes, seed: seed)
  }

  /// Creates a table of given buckets, each node in one that works.
  init(
    _ membership: Membership, anchor: AnchorHash, nodeByBucket: [UInt16], seed: UInt64
  ) throws(ShardFailure) {
    try BucketOrder.checkUniform(membership, for: .anchor)
    self.membership = membership
    self.anchor = anchor
    self.nodeByBucket = nodeByBucket
    self.seed = seed
    rendezvous = WeightedRendezvous(membership, seed: seed)
  }

  /// The index of the node whose bucket `key` falls into.
  ///
  /// - Complexity: on average no more than 1 + ln(capacity / nodes) hashes; no allocation.
  @inlinable
  public func owner(of key: ShardKey) -> Int { Int(nodeByBucket[anchor.bucket(of: key)]) }

  /// The node of the key, then the others by rendezvous, each zone once before any twice.
  public func replicas(of key: ShardKey, count: Int) -> [Int] {
    rendezvous.replicas(of: key, behind: owner(of: key), count: count)
  }

  /// The table over `wanted`, in which nodes that stay keep their buckets.
  ///
  /// - Throws: ``ShardFailure/unequalWeights(_:)``, or
  ///   ``ShardFailure/outOfRange(_:value:lower:upper:)`` for more nodes than the capacity.
  public func changed(to wanted: Membership) throws(ShardFailure) -> Self {
    let next = try wanted.at(epoch: membership.epoch + 1)
    try ShardFailure.check(.nodes, next.count, in: 1...anchor.capacity)
    let identities = (0..<anchor.capacity).map { bucket in
      anchor.works(bucket) ? membership.nodes[Int(nodeByBucket[bucket])].identity : nil
    }
    let change = BucketOrder.change(from: identities, to: next)
    var changed = anchor
    for bucket in change.abandoned { changed.remove(bucket) }
    var kept = change.kept
    for identity in change.waiting {
      if let bucket = changed.restore() { kept[bucket] = identity }
    }
    let places = next.indexByIdentity.mapValues { UInt16($0) }
    let nodes = (0..<changed.capacity).map { kept[$0].flatMap { places[$0] } ?? 0 }
    return try Self(next, anchor: changed, nodeByBucket: nodes, seed: seed)
  }
}
