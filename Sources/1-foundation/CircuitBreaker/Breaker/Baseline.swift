/// The usual rate of errors of a service, learnt window by window while the breaker is closed.
///
/// Mean and variance fade exponentially, by an eighth a window.
struct Baseline: Sendable {
  private var mean = 0.0
  private var variance = 0.0
  private var isLearnt = false
  private var callsUntilNext = 0

  /// Takes the window's sums once in as many calls as the window must have.
  mutating func record(_ sums: OutcomeWindow.Sums, windowCalls: Int) {
    callsUntilNext += 1
    guard callsUntilNext >= windowCalls, sums.calls >= windowCalls else { return }
    callsUntilNext = 0
    let rate = Double(sums.errors) * 100 / Double(sums.calls)
    guard isLearnt else {
      mean = rate
      isLearnt = true
      return
    }
    let difference = rate - mean
    mean += difference / 8
    variance = (variance + difference * difference / 8) * 7 / 8
  }

  /// The threshold: so many deviations above the mean, between the floor and the ceiling; the
  /// ceiling as long as nothing is known.
  func threshold(_ adaptive: BreakerConfiguration.Adaptive, ceilingPercent: Int) -> Double {
    guard isLearnt else { return Double(ceilingPercent) }
    let wanted = mean + Double(adaptive.deviations) * variance.squareRoot()
    return min(Double(ceilingPercent), max(Double(adaptive.floorPercent), wanted))
  }
}
