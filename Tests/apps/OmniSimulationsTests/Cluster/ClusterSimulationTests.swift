import Testing

#if canImport(OmniClusterSimulation)
  import OmniClusterSimulation
#else
  import OmniSimulations
#endif

@Suite struct ClusterSimulationTests {
  @Test(arguments: UInt64(0)..<30)
  func `the fixed sample of clusters holds every check`(seed: UInt64) throws {
    var simulation = try ClusterSimulation(seed: seed)
    let report = try simulation.run()

    #expect(report.checks > 10_000)
    #expect(report.storeLosses > 0)
    #expect(report.tables > 0)
    #expect(report.openings > 0)
  }

  @Test func `one seed gives one cluster, whenever it is simulated`() throws {
    var first = try ClusterSimulation(seed: 7)
    var second = try ClusterSimulation(seed: 7)
    var other = try ClusterSimulation(seed: 8)
    let report = try first.run()

    #expect(report == (try second.run()))
    #expect(report.digest != (try other.run()).digest)
  }

  @Test(arguments: ClusterMutation.allCases)
  func `every planted mistake is found`(mutation: ClusterMutation) {
    let found = (UInt64(0)..<30).lazy.compactMap { failure(of: mutation, seed: $0) }.first

    #expect(found != nil, "\(mutation)")
  }

  private func failure(of mutation: ClusterMutation, seed: UInt64) -> ClusterFailure? {
    do {
      var simulation = try ClusterSimulation(seed: seed, mutation: mutation)
      _ = try simulation.run()
      return nil
    } catch let failure as ClusterFailure {
      return failure
    } catch {
      return nil
    }
  }
}
