import OmniClocks
import OmniRateGate
import OmniTime

extension SimulatedCluster {
  /// Sends a question to the store; it is answered or given up.
  ///
  /// - Returns: Its number.
  @discardableResult
  mutating func ask(
    _ body: StoreQuestion, from node: Int, _ purpose: ClusterQuestion.Purpose,
    isLost: Bool = false
  ) -> Int {
    let id = questions.count
    questions.append(
      ClusterQuestion(
        node: node, body: body, purpose: purpose, asked: nodes[node].time.now))
    if !isLost, !nodes[node].isCutFromStore { send(.reachesStore(question: id)) }
    if case .nothing = purpose { return id }
    queue.put(.questionEnds(question: id), at: now + ClusterPlan.storeLimit)
    return id
  }

  /// A question arrives at the store.
  mutating func reachStore(_ question: Int) {
    guard store.isAlive else { return }
    let (body, node) = (questions[question].body, questions[question].node)
    let answer = store.answer(body, at: now)
    if case .raise(let keys) = body { publish(keys) }
    if case .lease(let limit) = questions[question].purpose, case .grant(let grant) = answer,
      case .take(let request) = body
    {
      judge(grant, of: request, limit)
    }
    if case .nothing = questions[question].purpose { return }
    guard !nodes[node].isCutFromStore else { return }
    send(.storeAnswers(question: question, answer))
  }

  /// Holds a grant against the limits in memory, and looks for one that does not come.
  private mutating func judge(_ grant: SharedGrant, of request: SharedRequest, _ limit: Int) {
    if let reference {
      let behind = now - reference.time.now.nanoseconds
      if behind > 0 { reference.time.advance(by: Interval(nanoseconds: behind)) }
      let wanted = reference.limits.takeNow(request)
      check(grant == wanted, .script, "limit \(limit) gave \(grant), and \(wanted) is right")
    }
    let last = grants[limit]
    if grant.granted > 0 {
      grants[limit] = LastGrant(time: now, wentBack: store.wentBack)
      return
    }
    let pause = now - last.time
    report.lockoutNanosecondsMax = max(report.lockoutNanosecondsMax, pause)
    let rule = plan.rules[limit]
    if store.wentBack != last.wentBack {
      // From the first question after the clock went back it waits as if nothing had been.
      grants[limit] = LastGrant(time: now, wentBack: store.wentBack)
      return
    }
    let most = rule.spacing * Int64(request.least)
    check(
      pause <= most, .lockout,
      "limit \(limit) has given nothing for \(pause) ns, and \(most) may be")
  }

  /// Begins to hold the store's limits, of which nothing is used, against those in memory.
  mutating func renewReference() {
    let time = ManualTime(start: MonotonicInstant(nanoseconds: now))
    reference = (MemorySharedLimits(time: .manual(time)), time)
  }

  private func isLoaded(_ key: UInt64) -> Bool {
    nodes.contains { $0.watch.running[key] != nil }
  }

  /// Tells all nodes that listen which keys were invalidated.
  private mutating func publish(_ keys: [UntoldKey]) {
    if isForgetting, keys.contains(where: { isLoaded($0.key) }) {
      isForgetting = false
      loseState()
    }
    for untold in keys {
      told[untold.key] = max(told[untold.key] ?? 0, untold.version)
      for node in nodes.indices where nodes[node].isListening {
        let connection = nodes[node].connection
        queue.put(
          .mustHaveHeard(
            node: node, key: untold.key, version: untold.version, connection: connection),
          at: now + ClusterPlan.delayMax)
        if mutation == .invalidationNotBroadcast { continue }
        let event = ClusterEvent.hears(
          node: node, key: untold.key, version: untold.version, connection: connection)
        // A stream loses no single message: it breaks.
        if !send(event) { stopListening(node) }
      }
    }
  }

  /// The store's answer arrives, or the node waits no longer (nil).
  mutating func takeAnswer(_ question: Int, _ answer: StoreAnswer?) {
    guard !questions[question].isOver else { return }
    questions[question].isOver = true
    let asked = questions[question]
    nodes[asked.node].follow(now)
    if case .lease(let limit) = asked.purpose {
      takeLease(asked, limit, answer)
    } else {
      goOn(asked, answer)
    }
  }
}
