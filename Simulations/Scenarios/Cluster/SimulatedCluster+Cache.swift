import OmniQueryCache
import OmniClocks
import OmniTime

extension SimulatedCluster {
  /// Looks into the node's memory; what is not there is loaded, once for all who wait.
  mutating func lookUp(_ visit: Int) {
    let (node, key) = (visits[visit].node, visits[visit].key)
    visits[visit].required = nodes[node].watch.required[key] ?? 0
    if key < ClusterPlan.bulkKey, let kept = nodes[node].cache.value(for: key),
      nodes[node].invalidations.isValid(kept.began, key)
    {
      report.memoryHits += 1
      return serve(visit, kept.version, readAt: kept.readAt)
    }
    if mutation != .loadsTwice, let load = nodes[node].loads[key] {
      loads[load].waiters.append(visit)
      return
    }
    startLoad(visit)
  }

  /// Gives a value to a visit, and checks that it is new enough.
  private mutating func serve(_ visit: Int, _ version: Int, readAt: Int64) {
    let (node, key) = (visits[visit].node, visits[visit].key)
    let required = visits[visit].required
    check(
      version >= required, .freshness,
      "node \(node) gave version \(version) of key \(key) out; "
        + "it knew of \(required)")
    // By way of the store: two messages, the waiting for each, and clocks that are slow.
    let age = now - readAt
    let slack = ClusterPlan.callLimit + ClusterPlan.storeLimit + ClusterPlan.delayMax * 2
    let most = (plan.timeToLive + slack) / 100 * 102 + store.wentBack
    check(
      age <= most, .timeToLive,
      "node \(node) gave key \(key) out \(age / ClusterPlan.millisecond) ms after it was read")
    leave(visit, .allowed)
  }

  // MARK: Loading

  private mutating func startLoad(_ visit: Int) {
    let (node, key) = (visits[visit].node, visits[visit].key)
    let began = nodes[node].invalidations.present
    let load = loads.count
    loads.append(
      ClusterLoad(
        node: node, key: key, began: began, waiters: [visit],
        lockEnd: nodes[node].time.now + Interval(nanoseconds: ClusterPlan.loadAlone)))
    let others = nodes[node].watch.running[key] ?? []
    check(
      !others.contains { nodes[node].invalidations.isValid($0, key) }, .singleFlight,
      "node \(node) loads key \(key) a second time while it loads it")
    nodes[node].watch.running[key] = others + [began]
    nodes[node].loads[key] = load
    // What is asked for once only is not kept.
    guard key < ClusterPlan.bulkKey else { return call(load) }
    if nodes[node].untold.isEmpty {
      read(load, isSecond: false)
    } else {
      // What the store was not told of may hold for anything that it has.
      ask(.raise(untold(of: node)), from: node, .loadTells(load: load))
    }
  }

  /// What the store was not told, in the order of the keys.
  private func untold(of node: Int) -> [UntoldKey] {
    nodes[node].untold.map { UntoldKey(key: $0.key, version: $0.value) }
      .sorted { $0.key < $1.key }
  }

  private mutating func read(_ load: Int, isSecond: Bool) {
    let (node, key) = (loads[load].node, loads[load].key)
    ask(.read(key: key), from: node, .loadReads(load: load, isSecond: isSecond))
  }

  mutating func lock(_ load: Int) {
    let (node, key) = (loads[load].node, loads[load].key)
    nodes[node].follow(now)
    ask(
      .lock(key: key, token: UInt64(load), lasting: ClusterPlan.loadAlone), from: node,
      .loadLocks(load: load))
  }

  /// The store answered a question of a load, or did not.
  mutating func goOn(_ question: ClusterQuestion, _ answer: StoreAnswer?) {
    switch (question.purpose, answer) {
    case (.loadTells(let load), .done):
      forgetUntold(question)
      let isKnown = nodes[question.node].untold.isEmpty
      if isKnown { read(load, isSecond: false) } else { call(load) }
    case (.tells, .done): forgetUntold(question)
    case (.loadReads(let load, let isSecond), .found(let value, let rest, let stamp)):
      if !isSecond { loads[load].stamp = stamp }
      if let value, value.stamp == stamp, rest > 0 {
        report.storeHits += 1
        keep(load, value.version, readAt: value.readAt, lasting: rest)
        finish(load, .allowed, value.version, readAt: value.readAt)
      } else if isSecond {
        call(load)
      } else {
        lock(load)
      }
    case (.loadLocks(let load), .locked(let isOwn)): takeLock(load, isOwn: isOwn)
    case (.loadTells(let load), _), (.loadReads(let load, _), _), (.loadLocks(let load), _):
      call(load)
    case (.tells, _), (.lease, _), (.nothing, _): break
    }
  }

  private mutating func takeLock(_ load: Int, isOwn: Bool) {
    let (node, key) = (loads[load].node, loads[load].key)
    if isOwn, !loads[load].hasWaited {
      loads[load].holdsLock = true
      return call(load)
    }
    if isOwn {
      ask(.unlock(key: key, token: UInt64(load)), from: node, .nothing)
      return read(load, isSecond: true)
    }
    guard nodes[node].time.now < loads[load].lockEnd else { return read(load, isSecond: true) }
    loads[load].hasWaited = true
    queue.put(.locksAgain(load: load), at: now + 20 * ClusterPlan.millisecond)
  }

  private mutating func forgetUntold(_ question: ClusterQuestion) {
    guard case .raise(let keys) = question.body else { return }
    let node = question.node
    for sent in keys {
      let isSame = nodes[node].untold[sent.key] == sent.version
      if isSame || mutation == .untoldIsForgotten { nodes[node].untold[sent.key] = nil }
      let isListed = nodes[node].untold[sent.key] != nil
      let wanted = nodes[node].watch.invalidated[sent.key] ?? 0
      check(
        isListed || (told[sent.key] ?? 0) >= wanted, .telling,
        "node \(node) takes version \(wanted) of key \(sent.key) for told, and it was not")
    }
  }

  private mutating func keep(_ load: Int, _ version: Int, readAt: Int64, lasting: Int64) {
    let node = loads[load].node
    let isLate = mutation == .lateValueIsKept
    let began = isLate ? nodes[node].invalidations.present : loads[load].began
    nodes[node].cache.insert(
      CachedValue(version: version, readAt: readAt, began: began), for: loads[load].key,
      lasting: mutation == .valueNeverEnds ? nil : Interval(nanoseconds: lasting))
  }

  /// The service gave a value: it is kept here and in the store.
  mutating func receive(_ load: Int, _ version: Int, readAt: Int64) {
    let (node, key) = (loads[load].node, loads[load].key)
    if key < ClusterPlan.bulkKey {
      keep(load, version, readAt: readAt, lasting: plan.timeToLive)
      if let stamp = loads[load].stamp {
        let value = StoredValue(version: version, readAt: readAt, stamp: stamp)
        ask(.write(key: key, value, lasting: plan.timeToLive), from: node, .nothing)
      }
    }
    finish(load, .allowed, version, readAt: readAt)
  }

  /// A load is over: all who wait get its value or its failure.
  mutating func finish(
    _ load: Int, _ ending: ClusterEnding, _ version: Int = 0, readAt: Int64 = 0
  ) {
    let (node, key) = (loads[load].node, loads[load].key)
    if loads[load].holdsLock {
      ask(.unlock(key: key, token: UInt64(load)), from: node, .nothing)
    }
    if nodes[node].loads[key] == load { nodes[node].loads[key] = nil }
    var running = nodes[node].watch.running[key] ?? []
    if let place = running.firstIndex(of: loads[load].began) { running.remove(at: place) }
    nodes[node].watch.running[key] = running.isEmpty ? nil : running
    let waiters = loads[load].waiters
    loads[load].waiters = []
    for visit in waiters {
      if ending == .allowed {
        serve(visit, version, readAt: readAt)
      } else {
        leave(visit, ending)
      }
    }
  }

  // MARK: Invalidation

  /// A node invalidates a key: at once in its memory, then in the store, which tells the others.
  mutating func invalidate(_ key: UInt64, _ version: Int, at node: Int) {
    nodes[node].follow(now)
    nodes[node].invalidations.raise(key)
    dropLoad(of: key, at: node)
    nodes[node].watch.require(key, version)
    nodes[node].watch.invalidated[key] = max(
      version, nodes[node].watch.invalidated[key] ?? 0)
    let isLost = secondTellingIsLost && nodes[node].untold[key] != nil
    nodes[node].untold[key] = max(version, nodes[node].untold[key] ?? 0)
    ask(.raise(untold(of: node)), from: node, .tells, isLost: isLost)
  }

  /// Who asks from now on does not wait for what was being loaded before.
  private mutating func dropLoad(of key: UInt64, at node: Int) {
    nodes[node].loads[key] = nil
    if mutation == .invalidationDropsAllLoads { nodes[node].loads = [:] }
  }

  /// Another node's invalidation arrives.
  mutating func hear(_ node: Int, _ key: UInt64, _ version: Int, _ connection: Int) {
    guard nodes[node].connection == connection, nodes[node].isListening else { return }
    nodes[node].follow(now)
    nodes[node].invalidations.raise(key)
    dropLoad(of: key, at: node)
    nodes[node].watch.require(key, version)
  }

  /// A node listens to the channel again, and trusts nothing that it has in memory.
  mutating func listenAgain(_ node: Int) {
    guard !nodes[node].isListening else { return }
    guard store.isAlive, !nodes[node].isCutFromStore else {
      queue.put(.listensAgain(node: node), at: now + 100 * ClusterPlan.millisecond)
      return
    }
    nodes[node].follow(now)
    nodes[node].isListening = true
    nodes[node].connection += 1
    nodes[node].invalidations.raiseAll()
    nodes[node].loads = [:]
    nodes[node].watch.required.merge(told) { max($0, $1) }
  }

  /// A node's connection to the channel breaks; it notices that a little later.
  mutating func stopListening(_ node: Int) {
    guard nodes[node].isListening else { return }
    nodes[node].isListening = false
    queue.put(.listensAgain(node: node), at: now + 100 * ClusterPlan.millisecond)
  }
}
