import OmniCircuitBreaker
import OmniClocks
import OmniNumerics
import OmniRateGate
import OmniShardRouter

/// The state of a simulated cluster, which the queue's events drive.
struct SimulatedCluster: Sendable {
  let seed: UInt64
  let mutation: ClusterMutation?
  let plan: ClusterPlan
  var random: SplitMix64
  var queue = ClusterQueue()
  /// The simulation's time, in nanoseconds.
  var now: Int64 = 0
  var report: ClusterReport
  var failure: ClusterFailure?

  var nodes: [ClusterNode] = []
  var store: SimulatedStore
  var backend: SimulatedBackend
  var requests: [ClusterRequest] = []
  var visits: [ClusterVisit] = []
  var questions: [ClusterQuestion] = []
  var loads: [ClusterLoad] = []
  var calls: [ClusterCall] = []
  /// The tables of all epochs, and the one that the clients have.
  var tables: [SlotTable] = []
  var clientEpoch = 0
  /// For each table the node of each of its members.
  var members: [[Int]] = []
  /// The histories of what leases let through, by limit.
  var leased: [RateWatch]
  /// What the store was told, by key.
  var told: [UInt64: Int] = [:]
  /// The store's last grants, by limit.
  var grants: [LastGrant]
  /// What the store's limits are held against, until the store's clock goes back.
  var reference: (limits: MemorySharedLimits, time: ManualTime)?
  /// What the network does to messages.
  var lossPerThousand: UInt64 = 2
  var doubledPerThousand: UInt64 = 5
  /// Whether the store forgets everything at the next invalidation of a key that is loaded.
  var isForgetting = false
  /// Whether a second telling of a key is lost.
  var secondTellingIsLost = false
  var goodBefore = 0
  var goodCalls = 0
  let keyWeights: [Double]
  let limitNames: [String]

  /// Draws the cluster of a seed.
  init(_ choice: ClusterSimulation) throws {
    seed = choice.seed
    mutation = choice.mutation
    random = SplitMix64(seed: seed &* 0x9E37_79B9 &+ 7)
    plan = try ClusterPlan(&random, isServiceSlow: choice.isServiceSlow)
    report = ClusterReport(seed: seed)
    report.nodes = plan.nodeCount
    store = SimulatedStore(mutation)
    backend = SimulatedBackend(
      places: plan.placesBefore, meanNanoseconds: plan.backendMean, seed: random.next())
    grants = plan.rules.map { _ in LastGrant() }
    leased = plan.rules.map { RateWatch($0) }
    limitNames = plan.rules.indices.map { "limit:\($0)" }
    var sum = 0.0
    keyWeights = (0..<plan.keyCount).map { place in
      sum += 1 / Double(place + 1)
      return sum
    }
    renewReference()
    for place in 0..<plan.nodeCountMax {
      nodes.append(try ClusterNode(place, plan, seed: random.next(), mutation))
    }
    let first = try nodes[..<plan.nodeCount].map { try ShardNode($0.name) }
    tables = [try SlotTable(try Membership(first), slotCount: 256, seed: seed)]
    members = [Array(0..<plan.nodeCount)]
  }

  /// Runs the cluster to its end.
  ///
  /// - Throws: The first check that did not hold.
  mutating func run() throws(ClusterFailure) -> ClusterReport {
    schedule()
    while failure == nil, let entry = queue.take() {
      now = entry.time
      report.events += 1
      mix(UInt64(bitPattern: now))
      mix(entry.event.tag)
      handle(entry.event)
    }
    if failure == nil { judgeTheEnd() }
    if let failure { throw failure }
    report.simulatedNanoseconds = now
    for node in nodes {
      report.openings += node.breaker.counts.openings
      report.staleResults += node.breaker.counts.stale
      report.lostProbes += node.breaker.counts.lostProbes
    }
    return report
  }

  private mutating func schedule() {
    queue.put(.clientAsks, at: 0)
    queue.put(.valueChanges, at: plan.changePause)
    for (place, fault) in plan.faults.enumerated() {
      queue.put(.fault(place), at: fault.start)
      let end = min(ClusterPlan.calmStart, fault.start + fault.duration)
      queue.put(.faultEnds(place), at: end)
    }
    queue.put(.capacityChanges(plan.placesAfter), at: ClusterPlan.capacityChange)
    queue.put(.measuringBegins, at: ClusterPlan.measuringStart)
    queue.put(.measuringEnds, at: ClusterPlan.measuringEnd)
  }

  private mutating func handle(_ event: ClusterEvent) {
    switch event {
    case .clientAsks: clientAsks()
    case .valueChanges: valueChanges()
    case .changesAgain(let key, let node): change(key, at: node)
    case .reachesNode(let request, let node): arrive(request, at: node)
    case .reachesClient(let request, let ending): end(request, ending)
    case .clientGivesUp(let request): end(request, .timedOut)
    case .invalidates(let key, let version, let node): invalidate(key, version, at: node)
    case .reachesStore(let question): reachStore(question)
    case .storeAnswers(let question, let answer): takeAnswer(question, answer)
    case .questionEnds(let question): takeAnswer(question, nil)
    case .hears(let node, let key, let version, let connection):
      hear(node, key, version, connection)
    case .mustHaveHeard(let node, let key, let version, let connection):
      guard nodes[node].connection == connection, nodes[node].isListening else { return }
      nodes[node].watch.require(key, version)
    case .listensAgain(let node): listenAgain(node)
    case .locksAgain(let load): lock(load)
    case .reachesBackend(let call): reachBackend(call)
    case .backendDone(let call): endAtBackend(call)
    case .callAnswered(let call, let isGood): endCall(call, isGood: isGood)
    case .callEnds(let call): endCall(call, isGood: nil)
    case .fault(let place): begin(plan.faults[place])
    case .faultEnds(let place): end(plan.faults[place])
    case .tableArrives(let epoch): clientEpoch = max(clientEpoch, epoch)
    case .capacityChanges(let places):
      backend.places = places
      startCalls()
    case .measuringBegins: goodBefore = goodCalls
    case .measuringEnds: judgeGoodput()
    }
  }

  // MARK: Checks

  /// Checks that something holds; the first that does not is kept.
  mutating func check(
    _ isSo: Bool, _ invariant: ClusterInvariant, _ found: @autoclosure () -> String
  ) {
    report.checks += 1
    if isSo || failure != nil { return }
    failure = ClusterFailure(
      seed: seed, invariant: invariant,
      found: "at \(now / ClusterPlan.millisecond) ms: \(found())")
  }

  /// The digest takes a number in.
  mutating func mix(_ word: UInt64) {
    // Wrapping is meant, as in every hash.
    let mixed = (report.digest ^ word) &* 0xFF51_AFD7_ED55_8CCD
    report.digest = mixed ^ (mixed >> 32)
  }

  private mutating func judgeGoodput() {
    let span = Double(ClusterPlan.measuringEnd - ClusterPlan.measuringStart) / 1e9
    let done = Double(goodCalls - goodBefore) / span
    let capacity = backend.capacity
    report.goodputPercent = Int(done * 100 / capacity)
    let limits = nodes.map(\.limit.limit)
    check(
      done >= capacity * 0.8, .goodput,
      "\(Int(done)) good calls a second of \(Int(capacity)), limits \(limits)")
  }

  private mutating func judgeTheEnd() {
    for (place, request) in requests.enumerated() {
      check(request.ending != nil, .ending, "request \(place) has not ended")
    }
    for (place, visit) in visits.enumerated() {
      check(
        visit.isOver, .ending, "visit \(place), of request \(visit.request), has not ended")
    }
    for (place, node) in nodes.enumerated() {
      check(node.inFlight == 0, .ending, "node \(place) has \(node.inFlight) calls at the end")
    }
  }
}
