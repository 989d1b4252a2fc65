import OmniTransparencyLog

/// A tree of accounts with their sums, in the shape of RFC 9162, whose leaves may change.
///
/// - Complexity: memory for two nodes of 128 bytes an account; bringing it up to date costs one node
///   for each that stands above a change.
struct SumTree: Sendable {
  /// Level 0 has the leaves; a node of level *n* stands for 2ⁿ of them, and all of them are there.
  private var levels: [[SumNode]] = [[]]
  /// The places that have changed, with doubles; mostly in order.
  private var changed: [Int] = []

  /// How many leaves there are.
  var count: Int { levels[0].count }

  /// Sets the leaf at `index`, or adds it when it is the next one.
  mutating func set(_ index: Int, _ leaf: SumNode) {
    if index == count { levels[0].append(leaf) } else { levels[0][index] = leaf }
    changed.append(index)
  }

  /// Computes the nodes above what has changed; says whether all sums had room.
  mutating func refresh() -> Bool {
    var places = changed
    places.sort()
    changed.removeAll(keepingCapacity: true)
    var level = 0
    while !places.isEmpty {
      if levels[level].count < 2 { return true }
      if level + 1 == levels.count { levels.append([]) }
      var above: [Int] = []
      for place in places {
        let parent = place / 2
        if above.last == parent || 2 * parent + 1 >= levels[level].count { continue }
        guard let node = SumNode.joining(levels[level][2 * parent], levels[level][2 * parent + 1])
        else { return false }
        if parent == levels[level + 1].count {
          levels[level + 1].append(node)
        } else {
          levels[level + 1][parent] = node
        }
        above.append(parent)
      }
      places = above
      level += 1
    }
    return true
  }

  /// The root, or nil when a sum has no room.
  func root() -> SumNode? { node(0..<UInt64(count)) }

  /// The nodes that are joined with the leaf at `index` on the way to the root.
  func path(_ index: Int) -> [SumNode]? {
    var path: [SumNode] = []
    for range in InclusionProof.ranges(index: UInt64(index), size: UInt64(count)) {
      guard let node = node(range) else { return nil }
      path.append(node)
    }
    return path
  }

  private func node(_ range: Range<UInt64>) -> SumNode? {
    let parts = MerkleShape.subtrees(of: range).map { levels[$0.height][Int($0.index)] }
    guard var node = parts.last else { return SumNode.none }
    for part in parts.dropLast().reversed() {
      guard let joined = SumNode.joining(part, node) else { return nil }
      node = joined
    }
    return node
  }
}

/// Leads from a leaf of a tree with sums to its root.
public struct SumPath: Sendable, Equatable {
  /// The leaf's place.
  public let index: UInt64
  /// How many leaves there are.
  public let count: UInt64
  /// The nodes that are joined with it, from its sibling up.
  public let nodes: [SumNode]

  /// Creates a path that somebody made.
  public init(index: UInt64, count: UInt64, nodes: [SumNode]) {
    self.index = index
    self.count = count
    self.nodes = nodes
  }

  /// The root above `leaf`, or nil if the path does not fit or a sum has no room.
  public func root(with leaf: SumNode) -> SumNode? {
    guard index < count else { return nil }
    var first = index
    var last = count - 1
    var node = leaf
    for sibling in nodes {
      guard last > 0 else { return nil }
      let isRight = first & 1 == 1 || first == last
      guard let joined = isRight ? SumNode.joining(sibling, node) : SumNode.joining(node, sibling)
      else { return nil }
      node = joined
      while isRight && first & 1 == 0 && first > 0 {
        first >>= 1
        last >>= 1
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 ? node : nil
  }
}
