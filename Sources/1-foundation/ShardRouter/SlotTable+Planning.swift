extension SlotTable {
  /// Computes what would have to move for the table to be balanced over `wanted`; changes nothing.
  ///
  /// Only slots of nodes that leave, and what nodes hold above their new share, move. Which slots a
  /// node gives up and who takes them is decided by hashes, so every host makes the same plan.
  ///
  /// - Parameter wanted: the nodes; its epoch does not count, the plan's is the one after this.
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for more nodes than slots, or
  ///   behind the last epoch.
  /// - Complexity: O(s log s) for s slots.
  public func plan(to wanted: Membership) throws(ShardFailure) -> ChangePlan {
    let target = try wanted.at(epoch: membership.epoch + 1)
    try Self.check(slotCount: slotCount, target)
    let places = target.indices(of: membership)
    let current = owners.map { places[Int($0)] }
    let assignment = Self.assign(current, to: target, seed: seed)
    let moves = assignment.moved.sorted().map { slot in
      ChangePlan.Move(
        slot: slot, from: membership.nodes[Int(owners[slot])].name,
        to: target.nodes[Int(assignment.owners[slot])].name)
    }
    return ChangePlan(
      epoch: membership.epoch, fingerprint: fingerprint, target: target, moves: moves,
      moveCountMin: assignment.moveCountMin, slotCount: slotCount)
  }

  /// The table after `plan`, with the next epoch.
  ///
  /// - Throws: ``ShardFailure/otherEpoch(plan:table:)`` or ``ShardFailure/otherTable(plan:table:)``
  ///   for a plan that was not made for this table.
  /// - Complexity: O(s).
  public func apply(_ plan: ChangePlan) throws(ShardFailure) -> SlotTable {
    guard plan.epoch == membership.epoch else {
      throw .otherEpoch(plan: plan.epoch, table: membership.epoch)
    }
    let fingerprint = fingerprint
    guard plan.fingerprint == fingerprint else {
      throw .otherTable(plan: plan.fingerprint, table: fingerprint)
    }
    let places = plan.target.indices(of: membership)
    var changed = owners.map { places[Int($0)] }
    for move in plan.moves { changed[move.slot] = plan.target.index(of: move.to) }
    // The plan is of this table, so each slot whose node leaves is among its moves.
    let settled = changed.compactMap { $0.map(UInt16.init) }
    precondition(settled.count == slotCount, "a plan gives every slot a node")
    return SlotTable(checked: plan.target, owners: settled, seed: seed)
  }

  /// Plans the change to `wanted` and applies it.
  ///
  /// - Throws: what ``plan(to:)`` does.
  public func changed(to wanted: Membership) throws(ShardFailure) -> SlotTable {
    try apply(plan(to: wanted))
  }

  /// A table's owners, the slots that changed to get there, and how few could have.
  struct Assignment {
    var owners: [UInt16]
    var moved: [Int]
    var moveCountMin: Int
  }

  /// Balances `current`, whose slots have the index of a node of `membership` or none.
  static func assign(
    _ current: [Int?], to membership: Membership, seed: UInt64
  ) -> Assignment {
    var slots = [[Int]](repeating: [], count: membership.count)
    var free: [Int] = []
    for (slot, owner) in current.enumerated() {
      if let owner { slots[owner].append(slot) } else { free.append(slot) }
    }
    let held = slots.map(\.count)
    let shares = Apportionment(slots: current.count, among: membership.nodes, held: held)
    let moveCountMin = shares.moveCountMin(held: held, orphans: free.count)
    var receivers: [Int] = []
    for index in membership.nodes.indices {
      let excess = held[index] - shares.targets[index]
      if excess > 0 {
        let salt = XXH64.hash(membership.nodes[index].identity, seed: seed)
        free += inHashOrder(slots[index], seed: salt).prefix(excess)
      } else {
        receivers += repeatElement(index, count: -excess)
      }
    }
    // There are as many open places as free slots, for both the shares and the slots add up.
    let moved = inHashOrder(free, seed: seed)
    var owners = current.map { UInt16($0 ?? 0) }
    for (slot, receiver) in zip(moved, receivers) { owners[slot] = UInt16(receiver) }
    return Assignment(owners: owners, moved: moved, moveCountMin: moveCountMin)
  }

  private static func inHashOrder(_ slots: [Int], seed: UInt64) -> [Int] {
    slots.map { (hash: XXH64.hash(UInt64($0), seed: seed), slot: $0) }
      .sorted { ($0.hash, $0.slot) < ($1.hash, $1.slot) }
      .map(\.slot)
  }
}
