import OmniSimulations
import Testing

@Suite struct LedgerSimulationTests {
  @Test func `the fixed sample of ledgers on a failing disk holds every check`() throws {
    var recoveries = 0
    for seed in UInt64(0)..<60 {
      let report = try LedgerSimulation.run(seed: seed)
      recoveries += report.recoveries
    }
    #expect(recoveries > 60)
  }

  @Test func `one seed gives one ledger, whenever it is simulated`() throws {
    let first = try LedgerSimulation.run(seed: 7)
    let second = try LedgerSimulation.run(seed: 7)

    #expect(first == second)
  }

  @Test func `every one of twenty planted mistakes is found`() {
    #expect(LedgerSimulation.Sabotage.all.count == 20)
    for sabotage in LedgerSimulation.Sabotage.all {
      let seed = (UInt64(0)..<300).first { seed in
        do {
          _ = try LedgerSimulation.run(seed: seed, sabotage: sabotage)
          return false
        } catch {
          return true
        }
      }
      #expect(seed != nil, "\(sabotage)")
    }
  }
}
