/// Which node has which bucket, for strategies that know numbers only.
///
/// Buckets are numbered in order of the names at first. A node keeps its bucket for as long as it
/// stays, so the order depends on the history and is part of what is encoded.
enum BucketOrder {
  /// What has to be done to buckets so that the nodes of another membership have them.
  struct Change {
    /// The buckets whose nodes leave without anyone to take their place, the highest first.
    var abandoned: [Int]
    /// For each bucket that stays in use, the identity of its node.
    var kept: [Int: UInt64]
    /// The identities of nodes that have no bucket yet, in order of their names.
    var waiting: [UInt64]
  }

  /// Finds what has to be done; a node that joins takes the bucket of one that leaves, if any.
  ///
  /// - Parameter identities: the nodes by bucket, nil where a bucket is not in use.
  static func change(from identities: [UInt64?], to wanted: Membership) -> Change {
    let staying = Set(wanted.nodes.map(\.identity))
    let bound = Set(identities.compactMap { $0 })
    var waiting = wanted.nodes.map(\.identity).filter { !bound.contains($0) }[...]
    var change = Change(abandoned: [], kept: [:], waiting: [])
    for (bucket, identity) in identities.enumerated() {
      guard let identity else { continue }
      if staying.contains(identity) {
        change.kept[bucket] = identity
      } else if let joining = waiting.popFirst() {
        change.kept[bucket] = joining
      } else {
        change.abandoned.append(bucket)
      }
    }
    change.abandoned.reverse()
    change.waiting = Array(waiting)
    return change
  }

  /// Refuses weights that differ, for which numbered buckets have no use.
  static func checkUniform(
    _ membership: Membership, for strategy: ShardStrategy
  ) throws(ShardFailure) {
    guard membership.isUniform else { throw .unequalWeights(strategy) }
  }
}
