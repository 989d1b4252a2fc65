import OmniBacktest
package import OmniCrypto
import OmniKernel
import OmniStorage

/// One day that never was, with faults, and all that must hold of it.
package struct Simulation {
  /// What was made, met and checked.
  package struct Report: Sendable {
    /// The day.
    package let day: Day
    /// The state at the end.
    package let digest: Digest256
    /// How many events there were.
    package let eventCount: UInt64
    /// Orders, refusals and fills.
    package let orders, denials, fills: UInt64
    /// How often each layer of the gate refused; layer 1 stands at place 1.
    package let denialsByLayer: [UInt64]
    /// Whether commits waited for the device.
    package let isDurable: Bool
    /// How often the run was begun or continued.
    package let attempts: Int
    /// How often a journal that promised nothing was begun again.
    package let begunAgain: Int
    /// The faults that were met, with how often, most serious first.
    package let faults: [(name: String, count: Int)]
    /// How many bits were turned afterwards, each of them found.
    package let bitsTurned: Int
    /// How many things were checked.
    package let checkCount: UInt64
  }

  /// How many bits are turned in each finished journal.
  static let bitsTurned = 6

  /// Simulates the day of `seed`.
  package static func run(seed: UInt64) throws(SimulationFailure) -> Report {
    let day = Day(seed: seed)
    var checks = Checks(seed: seed)
    let truth = try undisturbed(day, &checks)
    let booked = try BookedRun(day).run(&checks)
    try checks.require(
      booked.digest == truth.digest, "digest \(truth.digest)",
      found: "\(booked.digest) of a run that was put away and taken back")
    var ordeal: Ordeal
    do throws(JournalFailure) {
      ordeal = try Ordeal(day, truth: truth.digest, eventCount: truth.eventCount, checks)
    } catch {
      throw checks.failure("a journal's settings", found: "\(error)")
    }
    try ordeal.run()
    try verify(ordeal.disk, truth, &ordeal.checks)
    try damage(ordeal.disk, &ordeal.checks)
    return Report(
      day: day, digest: truth.digest, eventCount: truth.eventCount,
      orders: booked.counts.orders, denials: booked.counts.denials, fills: booked.counts.fills,
      denialsByLayer: booked.books.denials, isDurable: ordeal.isDurable,
      attempts: ordeal.attempts, begunAgain: ordeal.begunAgain,
      faults: Fault.allCases.compactMap { fault in
        ordeal.met[fault].map { (fault.rawValue, $0) }
      }, bitsTurned: bitsTurned, checkCount: ordeal.checks.count)
  }

  private static func undisturbed(
    _ day: Day, _ checks: inout Checks
  ) throws(SimulationFailure) -> Backtest.Outcome {
    var feed = SeriesFeed(day.series)
    let outcome: Backtest.Outcome
    do throws(Backtest.Failure) {
      outcome = try Backtest.run(day.plan, over: &feed, journal: NullJournal()).outcome
    } catch {
      throw checks.failure("a day that can be run", found: "\(error)")
    }
    try checks.require(outcome.isBalanced, "balanced books", found: "books that are not")
    let bars = Int(outcome.results.counts.bars)
    try checks.require(bars == day.barCount, "\(day.barCount) bars", found: "\(bars)")
    return outcome
  }

  /// Replays the finished journal, and holds each record against what follows from its inputs.
  private static func verify(
    _ disk: MemoryJournalDisk, _ truth: Backtest.Outcome, _ checks: inout Checks
  ) throws(SimulationFailure) {
    let result: Replay.Result
    do throws(Replay.Failure) {
      result = try Replay.verify(MemoryJournalStore(disk), against: MemoryJournalStore(disk))
    } catch {
      throw checks.failure("a journal whose replay is identical", found: "\(error)")
    }
    try checks.require(result.end == .sealed, "a sealed journal", found: "\(result.end)")
    try checks.require(
      result.recordCount == truth.eventCount && result.comparedCount == truth.eventCount,
      "\(truth.eventCount) records, each compared",
      found: "\(result.recordCount) records, \(result.comparedCount) compared")
    try checks.require(
      result.outcome.digest == truth.digest && result.recordedDigest == truth.digest,
      "digest \(truth.digest)",
      found: "\(result.outcome.digest), and recorded \(String(describing: result.recordedDigest))")
  }

  /// Turns bits of the finished journal, one at a time: each must be refused where it is.
  private static func damage(
    _ disk: MemoryJournalDisk, _ checks: inout Checks
  ) throws(SimulationFailure) {
    var chance = Chance(checks.seed, .damage)
    for _ in 0..<bitsTurned {
      let turned = disk.afterKill()
      guard let place = turned.turnBit(&chance) else { continue }
      switch Result(catching: { () throws(Replay.Failure) in
        try Replay.run(MemoryJournalStore(turned))
      }) {
      case .failure(.journal(let failure)): try checks.requireRefusal(failure, of: place)
      case .failure(let failure):
        throw checks.failure("a refusal that says where, as \(place)", found: "\(failure)")
      case .success(let result):
        throw checks.failure("a refusal, as \(place)", found: "digest \(result.outcome.digest)")
      }
    }
  }
}
