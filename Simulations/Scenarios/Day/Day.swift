import OmniBacktest
package import OmniKernel
package import OmniModel
import OmniMoney
import OmniTime

/// A day that never was: instruments, strategies, limits and bars, all from one seed.
package struct Day: Sendable {
  /// What it was made from.
  package let seed: UInt64
  /// What is run.
  package let plan: RunPlan
  /// The bars of each instrument.
  package let series: [[Bar]]
  /// How often a run commits its journal.
  let options: Backtest.Options

  /// How many bars there are in all.
  package var barCount: Int { series.reduce(0) { $0 + $1.count } }

  /// Makes the day of `seed`.
  package init(seed: UInt64) {
    self.seed = seed
    let stage = Stage(seed: seed)
    let crew = Crew(seed: seed, stage)
    plan = RunPlan(
      instruments: stage.instruments, strategies: crew.strategies, policy: crew.policy,
      limits: crew.limits, currency: stage.currency)
    series = stage.series
    var options = Backtest.Options()
    var chance = Chance(seed, .faults, number: 1)
    options.barsPerCommit = chance.pick([1, 4, 16, 64, 256])
    self.options = options
  }
}
