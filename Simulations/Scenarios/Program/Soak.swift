import OmniPlatform
import OmniTestKit

/// The long proofs: days for some minutes, orders against a naive engine, then kills of the real
/// program.
struct Soak {
  private let minutes: Int
  private let seed: UInt64
  private let kills: Int
  private let program: String

  /// The most minutes and kills that are taken.
  private static let minutesMax = 10_080
  private static let killsMax = 100_000
  /// Seeds of the matching engine's trial, and operations of each: ten million in all.
  private static let trialCount: UInt64 = 40
  private static let trialOperations = 250_000

  init(_ options: SimulatorOptions) throws(UsageFailure) {
    minutes = try options.count("--minutes", 10, most: Self.minutesMax)
    kills = try options.count("--kills", 200, most: Self.killsMax)
    seed = try options.number("--seed", 1)
    program = options.text("--program") ?? ".build/release/omni"
    guard kills == 0 || FileSystem.exists(program) else {
      throw UsageFailure("there is no program \(program)", wanted: "make release, or --program")
    }
  }

  func run(_ screen: Screen) throws {
    if minutes > 0 { try runDays(screen) }
    try runTrials(screen)
    screen.say("\n" + (try FlipProof.run(seed: seed) { screen.progress($0) }).text)
    if kills > 0 {
      let settings = KillProof.Settings(program: program, kills: kills, seed: seed)
      let report = try KillProof.run(settings) { screen.progress($0) }
      screen.say("\n" + report.text)
      // The ledger is quicker to kill than a backtest: five kills for two.
      let ledgers = try LedgerKillProof.run(program: program, kills: kills * 5 / 2, seed: seed) {
        screen.progress($0)
      }
      screen.say("\n" + ledgers.text)
    }
  }

  private func runTrials(_ screen: Screen) throws {
    var trades = 0
    for number in 0..<Self.trialCount {
      screen.progress("matching \(number)")
      var trial = MatchingTrial(seed: seed &+ number)  // Behind the last seed comes the first.
      try trial.run(Self.trialOperations)
      trades += trial.tradeCount
    }
    screen.say(
      "\nmatching: \(Int(Self.trialCount) * Self.trialOperations) operations, \(trades) trades")
  }

  private func runDays(_ screen: Screen) throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(60 * minutes)
    var total = SeedTotals()
    var number = seed
    while clock.now < end {
      // Without a terminal a line for each day would be a long file.
      if StandardStream.messages.isTerminal || number % 1_000 == 0 {
        screen.progress("seed \(number)")
      }
      total.add(try Simulation.run(seed: number))
      for ledger in 0..<10 as Range<UInt64> {
        _ = try LedgerSimulation.run(seed: number &* 10 &+ ledger)
      }
      number &+= 1  // Behind the last seed comes the first.
    }
    screen.say("\nseeds \(seed)..\(number &- 1): \(total.text)")
  }
}
