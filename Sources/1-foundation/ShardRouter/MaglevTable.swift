/// Maglev hashing: a table of a prime number of places that the nodes fill in turn, each by its own
/// permutation.
///
/// For stateless traffic, which any node can serve and which should be spread evenly: shares differ
/// by one place. The table is made anew from the nodes alone, so hosts agree without a history; the
/// price is that a change also moves a few keys between nodes that stay. With a hundred places for
/// each node that is below a twentieth of all keys, too many for what a node owns: for that take
/// ``SlotTable``.
///
/// Weights are turns: in each round a node of the greatest weight takes one place, and a node of
/// half the weight takes one in every other round.
///
/// Source: Eisenbud et al., "Maglev: a fast and reliable software network load balancer", NSDI
/// 2016, section 3.4, pseudocode 1.
public struct MaglevTable: ShardMap, Equatable {
  /// How many places there are unless something else is asked for: the small size of the paper.
  public static let placeCountDefault = 65_537
  /// The least and the greatest number of places.
  public static let placeCounts = 7...1_000_003

  /// The nodes; indices point into it.
  public let membership: Membership
  /// What the placement depends on besides the names.
  public let seed: UInt64
  @usableFromInline let places: [UInt16]
  private let rendezvous: WeightedRendezvous

  /// Fills the table.
  ///
  /// - Parameter placeCount: a prime; a hundred times the number of nodes or more.
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for the places, or for more nodes
  ///   than places.
  /// - Complexity: O(m log m) on average for m places, whatever the weights.
  public init(
    _ membership: Membership, placeCount: Int = placeCountDefault, seed: UInt64 = 0
  ) throws(ShardFailure) {
    guard Self.placeCounts.contains(placeCount), Self.isPrime(placeCount) else {
      throw .outOfRange(
        .maglevPlaces, value: UInt64(max(placeCount, 0)),
        lower: UInt64(Self.placeCounts.lowerBound), upper: UInt64(Self.placeCounts.upperBound))
    }
    try ShardFailure.check(.nodes, membership.count, in: 1...placeCount)
    self.membership = membership
    self.seed = seed
    places = Self.fill(placeCount, by: membership.nodes, seed: seed)
    rendezvous = WeightedRendezvous(membership, seed: seed)
  }

  /// How many places there are.
  public var placeCount: Int { places.count }

  /// How many places each node has, in the order of ``membership``.
  ///
  /// - Complexity: O(m).
  public var placeCountByNode: [Int] {
    var counts = [Int](repeating: 0, count: membership.count)
    for place in places { counts[Int(place)] += 1 }
    return counts
  }

  /// The index of the node that `key` goes to.
  ///
  /// - Complexity: O(1), without allocation.
  @inlinable
  public func owner(of key: ShardKey) -> Int { Int(places[key.place(among: places.count)]) }

  /// The node of the key, then the others by rendezvous, each zone once before any twice.
  public func replicas(of key: ShardKey, count: Int) -> [Int] {
    rendezvous.replicas(of: key, behind: owner(of: key), count: count)
  }

  /// The table of the same size over `wanted`.
  ///
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for more nodes than places.
  public func changed(to wanted: Membership) throws(ShardFailure) -> Self {
    let next = try wanted.at(epoch: membership.epoch + 1)
    return try Self(next, placeCount: placeCount, seed: seed)
  }

  private static func fill(_ count: Int, by nodes: [ShardNode], seed: UInt64) -> [UInt16] {
    let none = UInt16.max
    var places = [UInt16](repeating: none, count: count)
    // The paper's offset and skip: the j-th wish of a node is (offset + j · skip) mod count.
    var wishes = nodes.map {
      Int(XXH64.hash($0.identity, seed: seed) % UInt64(count))
    }
    let skips = nodes.map {
      Int(XXH64.hash($0.identity, seed: seed ^ 1) % UInt64(count - 1)) + 1
    }
    var turns = MaglevTurns(nodes)
    for _ in 0..<count {
      let index = turns.next()
      // The count is prime, so the wishes of a node reach every place.
      while places[wishes[index]] != none {
        wishes[index] = (wishes[index] + skips[index]) % count
      }
      places[wishes[index]] = UInt16(index)
    }
    return places
  }

  private static func isPrime(_ number: Int) -> Bool {
    guard number > 3 else { return number > 1 }
    var divisor = 2
    while divisor * divisor <= number {
      if number % divisor == 0 { return false }
      divisor += 1
    }
    return true
  }
}
