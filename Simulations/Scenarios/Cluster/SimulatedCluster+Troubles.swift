extension SimulatedCluster {
  /// A trouble begins, unless one of its kind is on.
  mutating func begin(_ fault: ClusterPlan.Fault) {
    report.faults += 1
    switch fault.trouble {
    case .storeDies:
      guard store.isAlive else { return }
      store.die()
      report.storeDeaths += 1
      for node in nodes.indices { stopListening(node) }
    case .storeForgets: isForgetting = true
    case .secondTellingsAreLost: secondTellingIsLost = true
    case .storeClockJumps(let jump):
      store.jump(by: jump)
      // The limits in memory have no clock that jumps.
      reference = nil
      if jump > 0 { grantBursts(forward: jump) }
    case .cutFromStore(let node):
      nodes[node].isCutFromStore = true
      stopListening(node)
    case .cutFromClients(let node): nodes[node].isCutFromClients = true
    case .lossy(let perThousand): lossPerThousand = UInt64(perThousand)
    case .service(let health): backend.health = health
    case .nodeLeaves: changeMembers(joins: false)
    case .nodeJoins: changeMembers(joins: true)
    }
  }

  /// The store loses all that it knew.
  mutating func loseState() {
    store.loseState()
    report.storeLosses += 1
    grantBursts()
    renewReference()
  }

  /// A trouble is over, and with it all of its kind.
  mutating func end(_ fault: ClusterPlan.Fault) {
    switch fault.trouble {
    case .storeDies(let losingState):
      guard !store.isAlive else { return }
      store.comeBack()
      if losingState { loseState() }
    case .storeForgets: isForgetting = false
    case .secondTellingsAreLost: secondTellingIsLost = false
    case .cutFromStore(let node): nodes[node].isCutFromStore = false
    case .cutFromClients(let node): nodes[node].isCutFromClients = false
    case .lossy: lossPerThousand = 2
    case .service: backend.health = .well
    case .storeClockJumps, .nodeLeaves, .nodeJoins: break
    }
  }
}
