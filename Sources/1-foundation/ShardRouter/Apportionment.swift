/// Divides slots among nodes by weight, each share rounded down or up.
///
/// A node whose share is q slots gets ⌊q⌋ or ⌈q⌉. Which nodes are rounded up is free as long as the
/// sum is right, and is used to move less: first those that hold more than ⌊q⌋ already, then those
/// with the largest remainders, as Hamilton's method has it.
struct Apportionment {
  /// The shares, rounded down and up.
  let floors: [Int]
  let ceilings: [Int]
  /// What each node shall hold; the sum is the number of slots.
  let targets: [Int]

  /// Divides `slots` among `nodes`, which hold `held` now.
  ///
  /// - Complexity: O(n log n).
  init(slots: Int, among nodes: [ShardNode], held: [Int]) {
    // Weights have 32 bits and slots 17, so no product here exceeds 49 bits, and no sum 48.
    let total = nodes.reduce(UInt64(0)) { $0 + UInt64($1.weight) }
    let shares = nodes.map { node in
      (UInt64(slots) * UInt64(node.weight)).quotientAndRemainder(dividingBy: total)
    }
    let floors = shares.map { Int($0.quotient) }
    var targets = floors
    let open = slots - floors.reduce(0, +)
    let order = nodes.indices.filter { shares[$0].remainder > 0 }.sorted { left, right in
      let (leftHolds, rightHolds) = (held[left] > floors[left], held[right] > floors[right])
      if leftHolds != rightHolds { return leftHolds }
      let (leftRest, rightRest) = (shares[left].remainder, shares[right].remainder)
      return leftRest != rightRest
        ? leftRest > rightRest : nodes[left].identity < nodes[right].identity
    }
    for index in order.prefix(open) { targets[index] += 1 }
    self.floors = floors
    ceilings = shares.map { Int($0.quotient) + ($0.remainder > 0 ? 1 : 0) }
    self.targets = targets
  }

  /// The least number of slots that have to move before every node holds ⌊q⌋ or ⌈q⌉, when nodes
  /// hold `held` and `orphans` slots have no node that stays.
  ///
  /// Nodes below their floors must be given what they lack, and what stands above the ceilings must
  /// go: whichever is more. It is computed from the shares alone, not from the targets.
  func moveCountMin(held: [Int], orphans: Int) -> Int {
    let lacking = zip(floors, held).reduce(0) { $0 + max(0, $1.0 - $1.1) }
    let excess = zip(ceilings, held).reduce(orphans) { $0 + max(0, $1.1 - $1.0) }
    return max(lacking, excess)
  }
}
