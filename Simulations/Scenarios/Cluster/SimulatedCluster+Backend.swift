import OmniClocks
import OmniRateGate

extension SimulatedCluster {
  /// Calls the service for a load, if one more call may run.
  mutating func call(_ load: Int) {
    let node = loads[load].node
    let limit = nodes[node].limit.limit
    let bounds = nodes[node].limit.configuration
    check(
      (bounds.least...bounds.most).contains(limit), .limitBounds,
      "the limit of node \(node) is \(limit)")
    guard nodes[node].inFlight < limit else { return finish(load, .refusedByAdaptiveLimit) }
    nodes[node].inFlight += 1
    let id = calls.count
    calls.append(
      ClusterCall(
        node: node, key: loads[load].key, load: load, start: nodes[node].time.now,
        inFlight: nodes[node].inFlight))
    report.calls += 1
    queue.put(.reachesBackend(call: id), at: now + drawDelay())
    queue.put(.callEnds(call: id), at: now + ClusterPlan.callLimit)
  }

  /// A call arrives at the service.
  mutating func reachBackend(_ call: Int) {
    guard backend.enqueue(call) else {
      queue.put(.callAnswered(call: call, isGood: false), at: now + drawDelay())
      return
    }
    startCalls()
  }

  /// The service begins as many calls as it has places for.
  mutating func startCalls() {
    while let (call, duration) = backend.begin() {
      calls[call].version = backend.version(of: calls[call].key)
      calls[call].readAt = now
      queue.put(.backendDone(call: call), at: now + duration)
    }
  }

  /// The service has done a call.
  mutating func endAtBackend(_ call: Int) {
    let isGood = backend.end(at: now)
    if backend.health != .silent {
      queue.put(.callAnswered(call: call, isGood: isGood), at: now + drawDelay())
    }
    startCalls()
  }

  /// A call is answered, or the node does not wait any longer (nil).
  mutating func endCall(_ id: Int, isGood: Bool?) {
    guard !calls[id].isOver else { return }
    calls[id].isOver = true
    let call = calls[id]
    let node = call.node
    nodes[node].follow(now)
    let present = nodes[node].time.now
    nodes[node].inFlight -= 1
    nodes[node].limit.record(
      isGood == true ? .success : .overload, latency: present - call.start,
      inFlight: call.inFlight, at: present)
    if isGood == true {
      goodCalls += 1
      receive(call.load, call.version, readAt: call.readAt)
    } else {
      finish(call.load, .failed)
    }
  }
}
