import OmniCircuitBreaker
import OmniClocks
import OmniTime

extension SimulatedCluster {
  /// Asks the node's breaker, and checks what it says.
  mutating func askBreaker(_ visit: Int) {
    let node = visits[visit].node
    let present = nodes[node].time.now
    let wasOpen = nodes[node].breaker.state == .open
    let known =
      nodes[node].watch.openEpoch == nodes[node].breaker.epoch
      ? nodes[node].watch.openEnd : nil
    var asked = present
    if mutation == .breakerStaysOpen, wasOpen {
      asked = MonotonicInstant(nanoseconds: nodes[node].watch.openedAt)
    }
    var answer = nodes[node].breaker.admit(at: asked)
    noteState(node)
    if mutation == .breakerLetsAllProbe, case .rejected(.probing) = answer {
      answer = .admitted(
        BreakerMachine.Permit(epoch: nodes[node].breaker.epoch, start: present, probe: 0))
    }
    switch answer {
    case .admitted(let permit):
      visits[visit].permit = permit
      if nodes[node].breaker.state == .halfOpen { countProbe(visit, node, present) }
      lookUp(visit)
    case .rejected(let reason):
      if case .open(let retryAfter) = reason {
        judgeBackOff(node, present, retryAfter, known: known)
      }
      if wasOpen, let known {
        check(
          present.nanoseconds < known, .recovery,
          "node \(node) refuses though its back-off ended \(present.nanoseconds - known) ns ago")
      }
      leave(visit, .refusedByBreaker)
    }
  }

  private mutating func countProbe(_ visit: Int, _ node: Int, _ present: MonotonicInstant) {
    let epoch = nodes[node].breaker.epoch
    if nodes[node].watch.probeEpoch != epoch { nodes[node].watch.probes = [] }
    nodes[node].watch.probeEpoch = epoch
    let limit = ClusterPlan.breaker.probeLimit.nanoseconds
    let time = present.nanoseconds
    nodes[node].watch.probes.removeAll { time - $0.start >= limit }
    nodes[node].watch.probes.append(.init(visit: visit, start: time))
    let count = nodes[node].watch.probes.count
    check(
      count <= ClusterPlan.breaker.probeCount, .probeSlots,
      "node \(node) has \(count) probes in flight, of \(ClusterPlan.breaker.probeCount) slots")
  }

  private mutating func judgeBackOff(
    _ node: Int, _ present: MonotonicInstant, _ retryAfter: Interval, known: Int64?
  ) {
    let end = present.nanoseconds + retryAfter.nanoseconds
    if let known {
      check(end == known, .recovery, "node \(node) says another end of its back-off than before")
      return
    }
    let settings = ClusterPlan.breaker
    let doubled = settings.backoff.nanoseconds << Int64(min(10, nodes[node].watch.openings - 1))
    let span = min(settings.backoffMax.nanoseconds, doubled)
    let most = span + span / 100 * Int64(settings.jitterPercent)
    let length = end - nodes[node].watch.openedAt
    check(
      length <= most && length >= span * 2 - most, .recovery,
      "node \(node) stays open for \(length) ns; \(span) ± \(most - span) are wanted")
    nodes[node].watch.openEnd = end
  }

  /// Notes that a breaker opened or closed.
  private mutating func noteState(_ node: Int) {
    let breaker = nodes[node].breaker
    if breaker.state == .closed { nodes[node].watch.openings = 0 }
    guard breaker.state == .open, nodes[node].watch.openEpoch != breaker.epoch else { return }
    nodes[node].watch.openEpoch = breaker.epoch
    nodes[node].watch.openedAt = nodes[node].time.now.nanoseconds
    nodes[node].watch.openEnd = nil
    nodes[node].watch.openings += 1
  }

  /// A visit is over: its result goes to the breaker, and its end to the client.
  mutating func leave(_ visit: Int, _ ending: ClusterEnding) {
    check(!visits[visit].isOver, .ending, "visit \(visit) ended twice")
    visits[visit].isOver = true
    if let permit = visits[visit].permit { settle(visit, permit, ending) }
    let request = visits[visit].request
    if !nodes[visits[visit].node].isCutFromClients {
      send(.reachesClient(request: request, ending))
    }
  }

  private mutating func settle(
    _ visit: Int, _ permit: BreakerMachine.Permit, _ ending: ClusterEnding
  ) {
    let node = visits[visit].node
    nodes[node].watch.probes.removeAll { $0.visit == visit }
    let outcome: BreakerMachine.Outcome =
      switch ending {
      case .allowed: .success
      case .refusedByAdaptiveLimit, .refusedByLimit, .refusedByBreaker: .ignored
      case .failed, .timedOut: .failure
      }
    let present = nodes[node].time.now
    let isStale = permit.epoch != nodes[node].breaker.epoch
    guard isStale else {
      nodes[node].breaker.settle(permit, outcome, at: present)
      return noteState(node)
    }
    let before = nodes[node].breaker
    var given = permit
    if mutation == .staleResultCounts {
      given = BreakerMachine.Permit(epoch: before.epoch, start: permit.start, probe: 0)
    }
    nodes[node].breaker.settle(given, outcome, at: present)
    let after = nodes[node].breaker
    check(
      after.counts.stale == before.counts.stale + 1 && after.epoch == before.epoch
        && after.state == before.state && after.windowSums == before.windowSums
        && after.counts.successes == before.counts.successes
        && after.counts.failures == before.counts.failures, .staleResult,
      "a result of epoch \(permit.epoch) counted at node \(node) in epoch \(before.epoch)")
    noteState(node)
  }
}
