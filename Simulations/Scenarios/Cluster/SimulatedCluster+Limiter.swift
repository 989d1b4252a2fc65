import OmniClocks
import OmniRateGate
import OmniShardRouter
import OmniTime

extension SimulatedCluster {
  /// A request arrives at a node.
  mutating func arrive(_ request: Int, at node: Int) {
    let asked = requests[request]
    let table = tables[asked.epoch]
    let owner = members[asked.epoch][table.owner(of: ShardKey(asked.key, seed: seed))]
    let name = nodes[node].name
    check(
      owner == node && table.membership.index(of: name) != nil, .routing,
      "\(name) got key \(asked.key), which epoch \(asked.epoch) gives to node \(owner)")
    nodes[node].follow(now)
    visits.append(
      ClusterVisit(request: request, node: node, key: asked.key, limit: asked.limit))
    if mutation == .requestIsLost, request % 500 == 499 { return }
    askLimit(visits.count - 1)
  }

  /// Asks the book of the visit's limit.
  private mutating func askLimit(_ visit: Int) {
    let (node, limit) = (visits[visit].node, visits[visit].limit)
    let present = nodes[node].time.now
    visits[visit].rounds += 1
    guard visits[visit].rounds <= 8 else { return leave(visit, .refusedByLimit) }
    switch nodes[node].books[limit].ask(1, at: present) {
    case .allowed:
      check(
        present.nanoseconds < nodes[node].watch.leaseEnds[limit], .leaseTime,
        "node \(node) gave a unit of limit \(limit) out after its lease had ended")
      passLimit(visit)
    case .refused:
      if mutation == .limiterNeverLimits {
        passLimit(visit)
      } else {
        leave(visit, .refusedByLimit)
      }
    case .take(let wanted, let least):
      nodes[node].waiting[limit].append(visit)
      guard nodes[node].questions[limit] == nil else { return }
      nodes[node].wanted[limit] = wanted
      let request = SharedRequest(
        [.init(key: limitNames[limit], rule: plan.rules[limit])], wanted: wanted, least: least)
      nodes[node].questions[limit] = ask(.take(request), from: node, .lease(limit: limit))
    }
  }

  /// A visit got a unit of a lease.
  private mutating func passLimit(_ visit: Int) {
    let limit = visits[visit].limit
    let excess = leased[limit].admit(at: now)
    let rule = plan.rules[limit]
    let bound = rule.burst + plan.leases[limit].overshootMax(nodes: plan.nodeCountMax)
    check(
      excess <= bound, .sharedLimit,
      "limit \(limit) let \(excess) more through than its rate, and \(bound) may be")
    askBreaker(visit)
  }

  /// The store gave units, or did not answer.
  mutating func takeLease(_ question: ClusterQuestion, _ limit: Int, _ answer: StoreAnswer?) {
    let node = question.node
    let present = nodes[node].time.now
    nodes[node].questions[limit] = nil
    let waiting = nodes[node].waiting[limit]
    nodes[node].waiting[limit] = []
    guard case .grant(let grant) = answer else {
      for visit in waiting { decideAlone(visit) }
      return
    }
    if grant.granted > 0 {
      nodes[node].watch.leaseEnds[limit] = (question.asked + plan.leases[limit].lasting).nanoseconds
    }
    let isLate = mutation == .leaseOutlivesItsTime
    nodes[node].books[limit].receive(
      grant, wanted: nodes[node].wanted[limit],
      asked: isLate ? question.asked + .seconds(30) : question.asked, at: present)
    for visit in waiting { askLimit(visit) }
  }

  /// The node decides by its share of the limit.
  private mutating func decideAlone(_ visit: Int) {
    let (node, limit) = (visits[visit].node, visits[visit].limit)
    report.decidedAlone += 1
    guard nodes[node].local[limit].decide(limitNames[limit]).isAllowed else {
      return leave(visit, .refusedByLimit)
    }
    let excess = nodes[node].watch.alone[limit].admit(at: nodes[node].time.now.nanoseconds)
    let burst = plan.rules[limit].share(of: plan.nodeCountMax).burst
    check(
      excess <= burst, .localShare,
      "node \(node) alone let \(excess) more through than its share of limit \(limit): \(burst)")
    askBreaker(visit)
  }

  /// The store's clock went forward or its state was lost: one burst more may go.
  mutating func grantBursts(forward: Int64? = nil) {
    for limit in leased.indices {
      let rule = plan.rules[limit]
      let units = forward.map { Int(($0 + rule.spacing - 1) / rule.spacing) } ?? rule.burst
      leased[limit].grant(min(rule.burst, units), at: now)
    }
  }
}
