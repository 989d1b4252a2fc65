import OmniNumerics
import OmniShardRouter

extension SimulatedCluster {
  /// A time that is `mean` on average, from nothing to twice as much.
  mutating func draw(mean: Int64) -> Int64 { 1 + Int64(random.below(UInt64(mean * 2))) }

  /// How long a message takes.
  mutating func drawDelay() -> Int64 {
    let usual = ClusterPlan.millisecond / 2 + Int64(random.below(4_000_000))
    if random.below(20) != 0 { return usual }
    return usual + Int64(random.below(UInt64(ClusterPlan.delayMax - 5 * ClusterPlan.millisecond)))
  }

  /// Sends something over the network: it comes late, perhaps twice, perhaps not at all.
  ///
  /// - Returns: Whether it was not lost.
  @discardableResult
  mutating func send(_ event: ClusterEvent) -> Bool {
    if random.below(1_000) < lossPerThousand { return false }
    queue.put(event, at: now + drawDelay())
    if random.below(1_000) < doubledPerThousand { queue.put(event, at: now + drawDelay()) }
    return true
  }

  mutating func clientAsks() {
    guard now < ClusterPlan.askingEnd else { return }
    let isFlood = now >= ClusterPlan.floodStart
    let id = requests.count
    var limit = plan.rules.count - 1
    var key = ClusterPlan.bulkKey + UInt64(id)
    if !isFlood || random.below(20) == 0 {
      key = drawKey()
      let draw = random.below(11)
      limit = draw < 6 ? 0 : draw < 9 ? 1 : 2
    }
    let table = tables[mutation == .removedNodeIsAsked ? 0 : clientEpoch]
    let owner = table.owner(of: ShardKey(key, seed: seed))
    let node = members[mutation == .removedNodeIsAsked ? 0 : clientEpoch][owner]
    requests.append(ClusterRequest(limit: limit, key: key, epoch: clientEpoch))
    if !nodes[node].isCutFromClients { send(.reachesNode(request: id, node: node)) }
    queue.put(.clientGivesUp(request: id), at: now + ClusterPlan.clientLimit)
    // Three tenths more than the service can do.
    let flood = plan.backendMean * 10 / Int64(backend.places * 13)
    let pause = draw(mean: isFlood ? flood : plan.pause)
    // Between the troubles and the flood there is a pause.
    let isOver = now + pause >= ClusterPlan.calmStart && now < ClusterPlan.calmStart
    queue.put(.clientAsks, at: isOver ? ClusterPlan.floodStart : now + pause)
  }

  /// A key by Zipf's law: the second is asked for half as often as the first.
  private mutating func drawKey() -> UInt64 {
    let wanted = random.unitDouble() * (keyWeights.last ?? 1)
    var lower = 0
    var upper = keyWeights.count - 1
    while lower < upper {
      let middle = (lower + upper) / 2
      if keyWeights[middle] <= wanted { lower = middle + 1 } else { upper = middle }
    }
    return UInt64(lower)
  }

  mutating func valueChanges() {
    guard now < ClusterPlan.calmStart else { return }
    let key = drawKey()
    let node = members[clientEpoch][Int(random.below(UInt64(members[clientEpoch].count)))]
    change(key, at: node)
    if random.below(100) < plan.changesAgainPercent {
      let pause = draw(mean: 20 * ClusterPlan.millisecond)
      queue.put(.changesAgain(key: key, node: node), at: now + pause)
    }
    queue.put(.valueChanges, at: now + draw(mean: plan.changePause))
  }

  /// Changes a value and has a node invalidate it.
  mutating func change(_ key: UInt64, at node: Int) {
    let version = backend.change(key)
    guard !nodes[node].isCutFromClients else { return }
    send(.invalidates(key: key, version: version, node: node))
  }

  /// A request's first end counts; later answers come from messages that were late or doubled.
  mutating func end(_ request: Int, _ ending: ClusterEnding) {
    guard requests[request].ending == nil else { return }
    requests[request].ending = ending
    report.endings[ending, default: 0] += 1
    mix(UInt64(request) << 8 | ending.tag)
  }

  // MARK: Nodes that come and go

  /// Changes the table by one node, if that can be.
  mutating func changeMembers(joins: Bool) {
    guard let table = tables.last, let present = members.last else { return }
    var wanted = present
    if joins {
      guard let next = nodes.indices.first(where: { !present.contains($0) }) else { return }
      wanted.append(next)
      wanted.sort()
    } else {
      guard present.count > 1 else { return }
      wanted.remove(at: Int(random.below(UInt64(present.count))))
    }
    do {
      let target = try Membership(try wanted.map { try ShardNode(nodes[$0].name) })
      let plan = try table.plan(to: target)
      var next = try table.apply(plan)
      if mutation == .tableIsMadeAnew {
        let anew = try Membership(target.nodes, epoch: next.membership.epoch)
        next = try SlotTable(anew, slotCount: 256, seed: seed &+ anew.epoch)
      }
      judge(from: table, to: next, joins: joins)
      tables.append(next)
      // Names are in the order of their numbers, which have one digit.
      members.append(wanted)
      report.tables += 1
      queue.put(
        .tableArrives(epoch: tables.count - 1),
        at: now + draw(mean: ClusterPlan.second))
    } catch {
      check(false, .movement, "a change of nodes was refused: \(error)")
    }
  }

  /// Only slots of the node that leaves may move, or those that the new one must have.
  private mutating func judge(from old: SlotTable, to new: SlotTable, joins: Bool) {
    let (before, after) = (old.membership.nodes, new.membership.nodes)
    check(
      new.membership.epoch == old.membership.epoch + 1, .movement,
      "epoch \(new.membership.epoch) after \(old.membership.epoch)")
    var moved = 0
    for (from, to) in zip(old.owners, new.owners) {
      let (giver, taker) = (before[Int(from)], after[Int(to)])
      guard giver.name != taker.name else { continue }
      moved += 1
      let isNeeded =
        joins
        ? !before.contains { $0.name == taker.name } : !after.contains { $0.name == giver.name }
      check(isNeeded, .movement, "a slot moved from \(giver.name) to \(taker.name)")
    }
    if joins {
      let share = (old.slotCount + after.count - 1) / after.count
      check(moved <= share, .movement, "\(moved) slots moved to a node whose share is \(share)")
    }
  }
}
