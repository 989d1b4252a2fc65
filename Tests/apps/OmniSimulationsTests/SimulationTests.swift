import Foundation
import OmniSimulations
import Testing

@Suite struct SimulationTests {
  @Test func `the fixed sample of days that never were holds every check`() throws {
    for seed in 0..<20 as Range<UInt64> {
      let report = try Simulation.run(seed: seed)

      #expect(report.checkCount > 1_000, "seed \(seed)")
    }
  }

  @Test func `one seed gives one day, whenever it is simulated`() throws {
    let first = try Simulation.run(seed: .max)
    let second = try Simulation.run(seed: .max)

    #expect(first.json == second.json)
    #expect(first.digest != (try Simulation.run(seed: 0)).digest)
  }
}
