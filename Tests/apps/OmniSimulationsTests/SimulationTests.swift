import OmniSimulations
import Testing

@Suite struct SimulationTests {
  @Test func `the fixed sample of days that never were holds every check`() throws {
    for seed in 0..<20 as Range<UInt64> {
      let report = try Simulation.run(seed: seed)

      #expect(report.checkCount > 1_000, "seed \(seed)")
    }
  }
}
