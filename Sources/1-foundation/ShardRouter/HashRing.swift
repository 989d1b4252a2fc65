/// A ring of hashes on which each node has many points; a key goes to the next point's node.
///
/// For caches: a node that joins or leaves moves keys only from or to itself, and the next points
/// are natural places for copies. Shares are as uneven as chance makes them, about 1/√v for v
/// points a node; ``BoundedLoads`` puts a limit on that.
///
/// A node has `virtualNodes` × weight points, so that its points do not depend on the other nodes.
/// The ring is made from the nodes that there are, and from nothing else: a node that has left has
/// no points that could still be met.
///
/// Source: Karger et al., "Consistent hashing and random trees", STOC 1997; virtual nodes after
/// DeCandia et al., "Dynamo", SOSP 2007.
public struct HashRing: ShardMap, Equatable {
  /// How many points a unit of weight has unless something else is asked for.
  public static let virtualNodesDefault = 160
  /// How many points a ring may have; they take 14 MiB.
  public static let pointCountMax = 1 << 20

  /// The nodes; indices point into it.
  public let membership: Membership
  /// How many points a unit of weight has.
  public let virtualNodes: Int
  /// What the placement depends on besides the names.
  public let seed: UInt64
  /// The points, ascending, and the index of the node that each is of.
  @usableFromInline let hashes: [UInt64]
  @usableFromInline let owners: [UInt16]
  /// The ring is cut into 2ᵏ equal parts, at least as many as points; for each part the place of
  /// the first point at or behind its beginning.
  @usableFromInline let starts: [UInt32]
  @usableFromInline let partShift: UInt64
  private let rendezvous: WeightedRendezvous

  /// Sets the points.
  ///
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for no or too many points.
  /// - Complexity: O(p log p) for p points.
  public init(
    _ membership: Membership, virtualNodes: Int = virtualNodesDefault, seed: UInt64 = 0
  ) throws(ShardFailure) {
    try ShardFailure.check(.virtualNodes, virtualNodes, in: 1...Self.pointCountMax)
    guard membership.totalWeight <= UInt64(Self.pointCountMax / virtualNodes) else {
      // Shown no greater than 2⁶³, which is too many all the same.
      throw .outOfRange(
        .ringPoints, value: min(membership.totalWeight, 1 << 43) * UInt64(virtualNodes), lower: 1,
        upper: UInt64(Self.pointCountMax))
    }
    var points: [(hash: UInt64, node: UInt16)] = []
    points.reserveCapacity(virtualNodes * Int(membership.totalWeight))
    for (index, node) in membership.nodes.enumerated() {
      let salt = XXH64.hash(node.identity, seed: seed)
      for point in 0..<virtualNodes * Int(node.weight) {
        points.append((XXH64.hash(UInt64(point), seed: salt), UInt16(index)))
      }
    }
    // Two points of one hash are as good as impossible; the order of names settles it.
    points.sort { ($0.hash, $0.node) < ($1.hash, $1.node) }
    self.membership = membership
    self.virtualNodes = virtualNodes
    self.seed = seed
    hashes = points.map(\.hash)
    owners = points.map(\.node)
    let bits = max(1, 64 - (points.count - 1).leadingZeroBitCount)
    let shift = UInt64(64 - bits)
    var starts: [UInt32] = []
    starts.reserveCapacity(1 << bits)
    for (place, point) in points.enumerated() {
      while UInt64(starts.count) <= point.hash >> shift { starts.append(UInt32(place)) }
    }
    starts += repeatElement(UInt32(points.count), count: 1 << bits - starts.count)
    self.starts = starts
    partShift = shift
    rendezvous = WeightedRendezvous(membership, seed: seed)
  }

  /// How many points there are.
  public var pointCount: Int { hashes.count }

  /// The index of the node whose point is the first at or behind the key.
  ///
  /// - Complexity: O(1) on average, for a part has no more than one point; no allocation.
  @inlinable
  public func owner(of key: ShardKey) -> Int { Int(owners[point(of: key)]) }

  /// The place of the first point at or behind the key, around the end to the first of all.
  ///
  /// Not by a binary search, whose every other comparison the processor guesses wrong: the key's
  /// part of the ring is looked up, and from its first point there is no more than one step on
  /// average.
  @inlinable
  func point(of key: ShardKey) -> Int {
    var point = Int(truncatingIfNeeded: starts[Int(truncatingIfNeeded: key.bits &>> partShift)])
    while point < hashes.count, hashes[point] < key.bits { point &+= 1 }
    return point == hashes.count ? 0 : point
  }

  /// The nodes in the order in which their points follow, each zone once before any twice.
  ///
  /// - Complexity: O(p) at worst.
  public func replicas(of key: ShardKey, count: Int) -> [Int] {
    guard count > 0 else { return [] }
    let start = point(of: key)
    let around = (0..<hashes.count).lazy.map { step in
      let point = start + step
      return Int(owners[point < hashes.count ? point : point - hashes.count])
    }
    var seen = [Bool](repeating: false, count: membership.count)
    let distinct = around.filter { node in
      defer { seen[node] = true }
      return !seen[node]
    }
    return rendezvous.spread(over: distinct, behind: nil, count: count)
  }

  /// The ring with as many points for a weight over `wanted`.
  ///
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for too many points.
  public func changed(to wanted: Membership) throws(ShardFailure) -> Self {
    let next = try wanted.at(epoch: membership.epoch + 1)
    return try Self(next, virtualNodes: virtualNodes, seed: seed)
  }
}
