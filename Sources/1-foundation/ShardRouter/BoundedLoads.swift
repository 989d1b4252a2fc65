/// A ring on which no node takes more than its bound: for cache traffic only.
///
/// A request goes to the key's node on the ring, or, while that holds as much as it may, to the
/// next one clockwise that does not. With headroom h, m requests held and a share w of the weights,
/// a node may hold ⌈h · m · w⌉.
///
///     var loads = try BoundedLoads(ring, headroomThousandths: 1_250)
///     let node = loads.acquire(key)
///     // the request is served
///     try loads.release(node)
///
/// Not for ownership: where a key goes depends on what is held at the moment, so two hosts, or one
/// host twice, give different answers for one key. For a cache that costs a miss; for an account it
/// would mean two owners.
///
/// What is held cannot be moved. After releases have lowered m, a node may hold more than its bound
/// until it releases something; it is given nothing in the meantime.
///
/// Source: Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018.
public struct BoundedLoads: Sendable, Equatable {
  /// The least and the greatest headroom, in thousandths of the mean: the mean, and a thousand of
  /// it.
  public static let headrooms = 1_000...1_000_000

  /// The ring that says where a key goes first, and whose nodes indices point to.
  public let ring: HashRing
  /// How far the bound is above the mean, in thousandths of the mean.
  public let headroomThousandths: Int
  /// What each node holds, in the order of the ring's membership.
  public private(set) var loads: [Int]
  /// What all nodes hold.
  public private(set) var total: Int
  private let weights: [UInt64]
  private let totalWeight: UInt64

  /// Creates the bounds of `ring`, with nothing held.
  ///
  /// - Parameter headroomThousandths: 1,250 for a quarter above the mean, a usual choice: less
  ///   makes more requests miss their first node, more makes loads less even.
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for the headroom.
  public init(_ ring: HashRing, headroomThousandths: Int = 1_250) throws(ShardFailure) {
    try ShardFailure.check(.headroom, headroomThousandths, in: Self.headrooms)
    self.init(
      checked: ring, headroomThousandths: headroomThousandths,
      loads: [Int](repeating: 0, count: ring.membership.count))
  }

  private init(checked ring: HashRing, headroomThousandths: Int, loads: [Int]) {
    self.ring = ring
    self.headroomThousandths = headroomThousandths
    self.loads = loads
    total = loads.reduce(0, +)
    weights = ring.membership.nodes.map { UInt64($0.weight) }
    totalWeight = ring.membership.totalWeight
  }

  /// The most that the node with `index` may hold when `total` is held in all: ⌈h · total · w⌉.
  public func capacity(of index: Int, total: Int) -> Int {
    let wanted = UInt128(headroomThousandths) * UInt128(total) * UInt128(weights[index])
    let unit = UInt128(1_000) * UInt128(totalWeight)
    return Int(clamping: (wanted + unit - 1) / unit)
  }

  /// Whether the node with `index` may hold one more.
  ///
  /// For whole numbers, load < ⌈x⌉ is load < x, so that nothing has to be divided.
  private func hasRoom(_ index: Int) -> Bool {
    let held = UInt128(loads[index]) * UInt128(1_000) * UInt128(totalWeight)
    return held < UInt128(headroomThousandths) * UInt128(total + 1) * UInt128(weights[index])
  }

  /// Gives a request for `key` to a node, and returns the index of the node.
  ///
  /// There always is one: the bounds of all nodes add up to no less than what is held and one more.
  ///
  /// - Complexity: O(p) at worst for p points, O(1/(h - 1)²) on average; no allocation.
  public mutating func acquire(_ key: ShardKey) -> Int {
    var point = ring.point(of: key)
    while !hasRoom(Int(ring.owners[point])) {
      point = point + 1 == ring.owners.count ? 0 : point + 1
    }
    let index = Int(ring.owners[point])
    loads[index] += 1
    total += 1
    return index
  }

  /// Takes back one request from the node with `index`.
  ///
  /// - Throws: ``ShardFailure/nothingHeld(node:)``.
  /// - Precondition: `index` is one of the ring's membership.
  public mutating func release(_ index: Int) throws(ShardFailure) {
    guard loads[index] > 0 else { throw .nothingHeld(node: ring.membership.nodes[index].name) }
    loads[index] -= 1
    total -= 1
  }

  /// The bounds over `wanted`: what nodes that stay hold is kept, what nodes that leave held is
  /// not.
  ///
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for too many points.
  public func changed(to wanted: Membership) throws(ShardFailure) -> BoundedLoads {
    let next = try ring.changed(to: wanted)
    let kept = membershipLoads(of: next.membership)
    return BoundedLoads(checked: next, headroomThousandths: headroomThousandths, loads: kept)
  }

  private func membershipLoads(of next: Membership) -> [Int] {
    ring.membership.indices(of: next).map { $0.map { loads[$0] } ?? 0 }
  }
}
