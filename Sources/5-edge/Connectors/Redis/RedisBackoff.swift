package import OmniTime

/// How long to wait before connecting again: twice as long each time, and never twice the same.
package struct RedisBackoff {
  private let pauseMin: Interval
  private let pauseMax: Interval

  /// Creates pauses from `pauseMin` to `pauseMax`, each above zero.
  package init(pauseMin: Interval, pauseMax: Interval) {
    self.pauseMin = pauseMin
    self.pauseMax = pauseMax
  }

  /// The pause after `failures` in a row: between a half and the whole of what the doubling gives.
  ///
  /// - Parameter draw: A number from 0 up to 1.
  package func pause(afterFailures failures: Int, draw: Double) -> Interval {
    guard failures > 0 else { return .zero }
    let doublings = min(failures - 1, 40)
    let (product, isOver) = pauseMin.nanoseconds.multipliedReportingOverflow(by: 1 << doublings)
    let whole = isOver ? pauseMax : min(pauseMax, Interval(nanoseconds: product))
    return Interval(nanoseconds: Int64(Double(whole.nanoseconds) * (0.5 + draw / 2)))
  }
}
