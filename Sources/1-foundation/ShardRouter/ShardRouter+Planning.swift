extension ShardRouter {
  /// Computes what a change to `wanted` would do; changes nothing.
  ///
  /// - Parameter wanted: the nodes; its epoch does not count, the plan's is the one after this.
  /// - Throws: ``ShardFailure`` when the nodes do not fit the strategy.
  /// - Complexity: that of making the strategy's table, and two lookups for each probe.
  public func plan(to wanted: Membership) throws(ShardFailure) -> RoutingPlan {
    if case .slots(let map) = table {
      let plan = try map.plan(to: wanted)
      return RoutingPlan(
        epoch: epoch, fingerprint: fingerprint, target: plan.target, slots: plan,
        movedFraction: plan.movedFraction,
        movedFractionMin: Double(plan.moveCountMin) / Double(plan.slotCount))
    }
    let next = try changed(to: wanted)
    let target = next.membership
    return RoutingPlan(
      epoch: epoch, fingerprint: fingerprint, target: target, slots: nil,
      movedFraction: movedFraction(to: next),
      movedFractionMin: Self.shareGrowth(from: membership, to: target))
  }

  /// The router after `plan`, with the next epoch.
  ///
  /// - Throws: ``ShardFailure/otherEpoch(plan:table:)`` or ``ShardFailure/otherTable(plan:table:)``
  ///   for a plan that was not made for this router.
  public func apply(_ plan: RoutingPlan) throws(ShardFailure) -> ShardRouter {
    guard plan.epoch == epoch else { throw .otherEpoch(plan: plan.epoch, table: epoch) }
    let fingerprint = fingerprint
    guard plan.fingerprint == fingerprint else {
      throw .otherTable(plan: plan.fingerprint, table: fingerprint)
    }
    if case .slots(let map) = table, let slots = plan.slots {
      return try with(.slots(map.apply(slots)))
    }
    return try changed(to: plan.target)
  }

  /// The router over `wanted`, with the next epoch.
  ///
  /// - Throws: ``ShardFailure`` when the nodes do not fit the strategy.
  public func changed(to wanted: Membership) throws(ShardFailure) -> ShardRouter {
    switch table {
    case .slots(let map): try with(.slots(map.changed(to: wanted)))
    case .anchor(let map): try with(.anchor(map.changed(to: wanted)))
    case .maglev(let map): try with(.maglev(map.changed(to: wanted)))
    case .ring(let map): try with(.ring(map.changed(to: wanted)))
    case .jump(let map): try with(.jump(map.changed(to: wanted)))
    case .rendezvous(let map): try with(.rendezvous(map.changed(to: wanted)))
    }
  }

  /// A hash of all that answers depend on: equal for routers that answer alike.
  public var fingerprint: UInt64 { XXH64.hash(encoded()) }

  private func with(_ table: Table) throws(ShardFailure) -> ShardRouter {
    try ShardRouter(table, replicaCount: replicaCount, seed: seed)
  }

  private func movedFraction(to next: ShardRouter) -> Double {
    let stays = membership.indices(of: next.membership)
    var moved = 0
    for probe in 0..<UInt64(RoutingPlan.probeCount) {
      let key = ShardKey(probe, seed: ~seed)
      if stays[next.owner(of: key)] != owner(of: key) { moved += 1 }
    }
    return Double(moved) / Double(RoutingPlan.probeCount)
  }

  /// The sum of what the shares of nodes grow by.
  static func shareGrowth(from old: Membership, to new: Membership) -> Double {
    let (oldWeight, newWeight) = (Double(old.totalWeight), Double(new.totalWeight))
    let places = old.indices(of: new)
    return new.nodes.indices.reduce(0) { sum, index in
      let before = places[index].map { Double(old.nodes[$0].weight) / oldWeight } ?? 0
      return sum + max(0, Double(new.nodes[index].weight) / newWeight - before)
    }
  }
}
