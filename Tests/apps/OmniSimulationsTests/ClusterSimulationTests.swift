import OmniSimulations
import Testing

@Suite struct ClusterSimulationTests {
  @Test(arguments: UInt64(0)..<30)
  func `the fixed sample of clusters holds every check`(seed: UInt64) throws {
    let report = try ClusterSimulation(seed: seed).run()

    #expect(report.checks > 10_000)
    #expect(report.storeLosses > 0)
    #expect(report.tables > 0)
    #expect(report.decidedAlone > 0)
    #expect(
      ClusterEnding.allCases.allSatisfy { report.endings[$0] != nil || $0 == .refusedByBreaker })
  }

  @Test func `one seed gives one cluster, whenever it is simulated`() throws {
    let report = try ClusterSimulation(seed: 7).run()
    let again = try ClusterSimulation(seed: 7).run()
    let other = try ClusterSimulation(seed: 8).run()

    #expect(report == again)
    #expect(report.digest != other.digest)
  }

  @Test func `a program is told of each cluster, and of whether all checks held`() {
    var lines: [String] = []
    let isRight = runClusters(seeds: 3..<5) { lines.append($0) }

    #expect(isRight)
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { $0.contains("checks held; digest ") })
  }

  @Test func `a failure says the seed and the check`() throws {
    let found = try #require(failure(of: .limiterNeverLimits, seed: 4))

    #expect(found.invariant == .sharedLimit)
    #expect(found.description.hasPrefix("SIM-002: seed 4: sharedLimit: at "))
  }

  @Test(arguments: ClusterMutation.allCases)
  func `every planted mistake is found`(mutation: ClusterMutation) {
    let found = (UInt64(0)..<30).lazy.compactMap { failure(of: mutation, seed: $0) }.first

    #expect(found?.invariant == invariant(of: mutation), "\(mutation)")
  }

  @Test(arguments: UInt64(0)..<60)
  func `with a slow service every check holds, too`(seed: UInt64) throws {
    var simulation = ClusterSimulation(seed: seed)
    simulation.isServiceSlow = true

    #expect(try simulation.run().goodputPercent >= 80)
  }

  /// The check that a planted mistake makes fail.
  private func invariant(of mutation: ClusterMutation) -> ClusterInvariant {
    switch mutation {
    case .limiterNeverLimits: .sharedLimit
    case .refusedIsTaken: .script
    case .leaseOutlivesItsTime: .leaseTime
    case .wholeLimitAlone: .localShare
    case .breakerLetsAllProbe: .probeSlots
    case .staleResultCounts: .staleResult
    case .breakerStaysOpen: .recovery
    case .invalidationNotBroadcast, .lateValueIsKept, .stampsBeginAgain: .freshness
    case .untoldIsForgotten: .telling
    case .valueNeverEnds: .timeToLive
    case .invalidationDropsAllLoads, .loadsTwice: .singleFlight
    case .removedNodeIsAsked: .routing
    case .tableIsMadeAnew: .movement
    case .adaptiveLimitIsDeaf: .goodput
    case .requestIsLost: .ending
    }
  }

  private func failure(of mutation: ClusterMutation, seed: UInt64) -> ClusterFailure? {
    do throws(ClusterFailure) {
      _ = try ClusterSimulation(seed: seed, mutation: mutation).run()
      return nil
    } catch {
      return error
    }
  }
}
