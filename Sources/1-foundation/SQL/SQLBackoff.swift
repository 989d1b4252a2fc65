package import OmniTime

/// How long to wait before connecting again: twice as long each time, and never twice the same.
package struct SQLBackoff: Sendable {
  private let pauseMin: Interval
  private let pauseMax: Interval

  /// Creates pauses from `pauseMin` to `pauseMax`, each above zero.
  package init(pauseMin: Interval, pauseMax: Interval) {
    self.pauseMin = pauseMin
    self.pauseMax = pauseMax
  }

  /// The pause after `failures` in a row: between a half and the whole of what the doubling gives.
  ///
  /// - Parameter draw: 64 random bits.
  package func pause(afterFailures failures: Int, draw: UInt64) -> Interval {
    guard failures > 0 else { return .zero }
    let (product, isOver) = pauseMin.nanoseconds.multipliedReportingOverflow(
      by: 1 << min(failures - 1, 40))
    let whole = isOver ? pauseMax.nanoseconds : min(pauseMax.nanoseconds, product)
    let half = whole / 2
    let part = draw.multipliedFullWidth(by: UInt64(whole - half) + 1).high
    return Interval(nanoseconds: half + Int64(part))
  }
}
