/// The nodes that share the keys at one time, and the number of that time.
///
/// Nodes are kept in order of their names, so that a membership does not depend on the order in
/// which they were given. An index of a node is its place in ``nodes``; it is good for this
/// membership only.
///
/// - Invariant: there is at least one node, and no two have one name or one hash of it.
public struct Membership: Sendable, Equatable {
  /// How many nodes there may be, so that an index fits in 16 bits with one value to spare.
  public static let nodeCountMax = 65_535
  /// The last number; far away, and such that counting on cannot trap.
  public static let epochMax = UInt64(Int64.max)

  /// The nodes, by name.
  public let nodes: [ShardNode]
  /// The number of the membership; every applied change adds one.
  public let epoch: UInt64

  /// Creates a membership of `nodes`, in whatever order.
  ///
  /// - Throws: ``ShardFailure/noNodes``, ``ShardFailure/duplicate(node:)``, or
  ///   ``ShardFailure/outOfRange(_:value:lower:upper:)`` for too many nodes or too late an epoch.
  /// - Complexity: O(n log n).
  public init(_ nodes: [ShardNode], epoch: UInt64 = 0) throws(ShardFailure) {
    guard !nodes.isEmpty else { throw .noNodes }
    try ShardFailure.check(.nodes, nodes.count, in: 1...Self.nodeCountMax)
    guard epoch <= Self.epochMax else {
      throw .outOfRange(.epoch, value: epoch, lower: 0, upper: Self.epochMax)
    }
    var identities: Set<UInt64> = []
    for node in nodes where !identities.insert(node.identity).inserted {
      throw .duplicate(node: node.name)
    }
    self.nodes = nodes.sorted { $0.name < $1.name }
    self.epoch = epoch
  }

  /// How many nodes there are.
  @inlinable public var count: Int { nodes.count }

  /// The sum of the weights; below 2⁴⁸.
  public var totalWeight: UInt64 { nodes.reduce(0) { $0 + UInt64($1.weight) } }

  /// Whether all nodes weigh the same.
  public var isUniform: Bool { nodes.allSatisfy { $0.weight == nodes[0].weight } }

  /// The index of the node called `name`, or nil.
  ///
  /// - Complexity: O(log n).
  public func index(of name: String) -> Int? {
    var lower = 0
    var upper = nodes.count
    while lower < upper {
      let middle = (lower + upper) / 2
      if nodes[middle].name < name { lower = middle + 1 } else { upper = middle }
    }
    return lower < nodes.count && nodes[lower].name == name ? lower : nil
  }

  /// The same nodes with the number `epoch`.
  ///
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` behind the last epoch.
  public func at(epoch: UInt64) throws(ShardFailure) -> Membership {
    try Membership(nodes, epoch: epoch)
  }

  /// The membership that follows when `node` joins.
  ///
  /// - Throws: ``ShardFailure/duplicate(node:)`` if it is there already.
  public func adding(_ node: ShardNode) throws(ShardFailure) -> Membership {
    try Membership(nodes + [node], epoch: epoch + 1)
  }

  /// The membership that follows when the node called `name` leaves.
  ///
  /// - Throws: ``ShardFailure/unknownNode(_:)``, or ``ShardFailure/noNodes`` if it is the last.
  public func removing(_ name: String) throws(ShardFailure) -> Membership {
    guard let index = index(of: name) else { throw .unknownNode(name) }
    var left = nodes
    left.remove(at: index)
    return try Membership(left, epoch: epoch + 1)
  }

  /// The membership that follows when the node called `name` gets the weight `weight`.
  ///
  /// - Throws: ``ShardFailure/unknownNode(_:)``, ``ShardFailure/noWeight(node:)``.
  public func reweighting(_ name: String, to weight: UInt32) throws(ShardFailure) -> Membership {
    guard let index = index(of: name) else { throw .unknownNode(name) }
    var changed = nodes
    changed[index] = try ShardNode(name, weight: weight, zone: nodes[index].zone)
    return try Membership(changed, epoch: epoch + 1)
  }

  /// The index of each node by the hash of its name.
  var indexByIdentity: [UInt64: Int] {
    var places: [UInt64: Int] = [:]
    for (index, node) in nodes.enumerated() { places[node.identity] = index }
    return places
  }

  /// For each node of `other`, its index here, or nil where it has none.
  func indices(of other: Membership) -> [Int?] {
    let places = indexByIdentity
    return other.nodes.map { places[$0.identity] }
  }

  /// A hash of the epoch and of all that is known of the nodes.
  var fingerprint: UInt64 {
    nodes.reduce(XXH64.hash(epoch)) { hash, node in
      XXH64.hash(node.zone ?? "", seed: XXH64.hash(node.identity ^ UInt64(node.weight), seed: hash))
    }
  }
}
