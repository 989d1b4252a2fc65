/// Weighted rendezvous hashing: each node gets a score for the key, and the best score wins.
///
/// With h from 0 to 1 the hash of key and node, the score is -w / ln(h): the winner is the node for
/// which -log₂(h) / w is least, and a node of weight w wins w / Σw of all keys. A node that joins,
/// leaves or changes its weight takes keys from, or gives them to, the others only as far as its
/// own share changes: no plan can move less.
///
/// For few nodes, or for replicas: a lookup asks every node. Quotients are compared by multiplying
/// across in 128 bits, and ``BinaryLogarithm`` says why no floating-point number is used.
///
/// Source: Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN
/// 6 (1998); weights after Schindelhauer and Schomaker, "Weighted distributed hash tables", SPAA
/// 2005.
public struct WeightedRendezvous: ShardMap, Equatable {
  /// The nodes; indices point into it.
  public let membership: Membership
  /// What the placement depends on besides the names.
  public let seed: UInt64
  @usableFromInline let salts: [UInt64]
  @usableFromInline let weights: [UInt64]
  @usableFromInline let logarithm: BinaryLogarithm
  private let zones: [Int]

  /// Creates the map over `membership`.
  ///
  /// - Complexity: O(n).
  public init(_ membership: Membership, seed: UInt64 = 0) {
    self.membership = membership
    self.seed = seed
    salts = membership.nodes.map { XXH64.hash($0.identity, seed: seed) }
    weights = membership.nodes.map { UInt64($0.weight) }
    logarithm = .shared
    var numbers: [String: Int] = [:]
    zones = membership.nodes.enumerated().map { index, node in
      // A node without a zone is one of its own; the negative numbers are for those.
      guard let zone = node.zone else { return -1 - index }
      let number = numbers[zone] ?? numbers.count
      numbers[zone] = number
      return number
    }
  }

  /// The index of the node with the best score.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public func owner(of key: ShardKey) -> Int {
    var best = 0
    var bestDistance = logarithm.distance(of: XXH64.hash(key.bits, seed: salts[0]))
    for index in 1..<max(salts.count, 1) {
      let distance = logarithm.distance(of: XXH64.hash(key.bits, seed: salts[index]))
      let mine = distance.multipliedFullWidth(by: weights[best])
      let other = bestDistance.multipliedFullWidth(by: weights[index])
      if isLess(mine, other) || (mine == other && salts[index] < salts[best]) {
        best = index
        bestDistance = distance
      }
    }
    return best
  }

  @inlinable
  func isLess(
    _ left: (high: UInt64, low: UInt64), _ right: (high: UInt64, low: UInt64)
  ) -> Bool {
    left.high != right.high ? left.high < right.high : left.low < right.low
  }

  /// The nodes in order of their scores, each zone once before any twice.
  public func replicas(of key: ShardKey, count: Int) -> [Int] {
    replicas(of: key, behind: nil, count: count)
  }

  /// `first` and then the nodes in order of their scores, each zone once before any twice.
  func replicas(of key: ShardKey, behind first: Int?, count: Int) -> [Int] {
    guard count > 0 else { return [] }
    if count == 1, let first { return [first] }
    let order = ranking(of: key)
    return spread(over: order.lazy.filter { $0 != first }, behind: first, count: count)
  }

  /// `first` and then those of `candidates`, in order, each zone once before any twice.
  ///
  /// - Precondition: no candidate comes twice, and `first` is none of them.
  func spread(
    over candidates: some Sequence<Int>, behind first: Int?, count: Int
  ) -> [Int] {
    var chosen = first.map { [$0] } ?? []
    var used = Set(chosen.map { zones[$0] })
    var passed: [Int] = []
    for candidate in candidates {
      guard chosen.count < count else { return chosen }
      if used.insert(zones[candidate]).inserted {
        chosen.append(candidate)
      } else {
        passed.append(candidate)
      }
    }
    return chosen + passed.prefix(max(0, count - chosen.count))
  }

  /// Every node, the best score first.
  private func ranking(of key: ShardKey) -> [Int] {
    let distances = salts.map { logarithm.distance(of: XXH64.hash(key.bits, seed: $0)) }
    return salts.indices.sorted { left, right in
      let mine = distances[left].multipliedFullWidth(by: weights[right])
      let other = distances[right].multipliedFullWidth(by: weights[left])
      return mine == other ? salts[left] < salts[right] : isLess(mine, other)
    }
  }

  /// The map over `wanted`.
  ///
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` behind the last epoch.
  public func changed(to wanted: Membership) throws(ShardFailure) -> Self {
    Self(try wanted.at(epoch: membership.epoch + 1), seed: seed)
  }
}
