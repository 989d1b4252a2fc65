import Foundation

/// The simulator's program.
public enum Simulator {
  /// Runs the program with the arguments of the process and ends it.
  public static func main() -> Never {
    exit(run(Array(CommandLine.arguments.dropFirst()), Screen()))
  }

  /// Runs one command and returns the exit code.
  static func run(_ arguments: [String], _ screen: Screen) -> Int32 {
    do {
      try dispatch(arguments, screen)
      return 0
    } catch let failure as UsageFailure {
      screen.complain("\(failure)\n\(help)")
      return 64
    } catch let failure as SimulationFailure {
      screen.complain("\(failure)\nagain: omnisim --seed \(failure.seed)")
      return 1
    } catch {
      screen.complain("\(error)")
      return 1
    }
  }

  private static let help = """
    USAGE: omnisim --seed N [--json]       one day that never was
           omnisim --seeds A..B            the days of a range, up to the first that fails
           omnisim ledger --seeds A..B     ledgers on a failing disk, up to the first that fails
           omnisim cluster --seeds A..B    nodes that share limits and caches, and a store that dies
           omnisim soak [--minutes M] [--kills K] [--seed N] [--program PATH]
                                           days for M minutes, then K kills of the program
    """

  private static func dispatch(_ arguments: [String], _ screen: Screen) throws {
    if arguments.contains("--help") || arguments.contains("-h") { return screen.say(help) }
    if arguments.first == "soak" {
      let options = try SimulatorOptions(
        Array(arguments.dropFirst()), ["--minutes", "--kills", "--seed", "--program"])
      return try Soak(options).run(screen)
    }
    if arguments.first == "ledger" {
      let options = try SimulatorOptions(Array(arguments.dropFirst()), ["--seeds"])
      return try runLedgers(try options.range("--seeds") ?? 0...99, screen)
    }
    if arguments.first == "cluster" {
      let options = try SimulatorOptions(Array(arguments.dropFirst()), ["--seeds"])
      let seeds = try options.range("--seeds") ?? 0...29
      return try runClusters(seeds, screen)
    }
    let options = try SimulatorOptions(arguments, ["--seed", "--seeds", "--json"])
    if let seeds = try options.range("--seeds") {
      try run(seeds, screen)
    } else {
      let report = try Simulation.run(seed: options.number("--seed", 1))
      screen.say(options.has("--json") ? report.json : report.text)
    }
  }

  private static func runClusters(_ seeds: ClosedRange<UInt64>, _ screen: Screen) throws {
    guard seeds.upperBound < .max else { throw ClusterFailed(seeds: seeds) }
    let range = seeds.lowerBound..<seeds.upperBound + 1
    guard OmniSimulations.runClusters(seeds: range, output: { screen.say($0) }) else {
      throw ClusterFailed(seeds: seeds)
    }
  }

  /// A cluster failed; what and with which seed was said before.
  private struct ClusterFailed: Error, CustomStringConvertible {
    let seeds: ClosedRange<UInt64>
    var description: String {
      "of the clusters \(seeds.lowerBound)..\(seeds.upperBound) one failed"
    }
  }

  private static func runLedgers(_ seeds: ClosedRange<UInt64>, _ screen: Screen) throws {
    var recoveries = 0
    var checks: UInt64 = 0
    for seed in seeds {
      if seed % 100 == 0 { screen.progress("ledger \(seed)") }
      let report = try LedgerSimulation.run(seed: seed)
      recoveries += report.recoveries
      checks += report.checks
    }
    screen.say(
      "ledgers \(seeds.lowerBound)..\(seeds.upperBound): \(recoveries) recoveries, \(checks) checks"
    )
  }

  private static func run(_ seeds: ClosedRange<UInt64>, _ screen: Screen) throws {
    var total = SeedTotals()
    for seed in seeds {
      screen.progress("seed \(seed)")
      total.add(try Simulation.run(seed: seed))
    }
    screen.say("seeds \(seeds.lowerBound)..\(seeds.upperBound): \(total.text)")
  }
}
