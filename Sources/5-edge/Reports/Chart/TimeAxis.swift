/// A span of time, with ticks at round times.
package struct TimeAxis: Sendable, Equatable {
  /// A labelled instant.
  package struct Tick: Sendable, Equatable {
    package let at: Int64
    package let label: String
  }

  /// First instant, nanoseconds since 1970.
  package let from: Int64
  /// Last instant.
  package let to: Int64

  /// An axis; instants within three months of what `Int64` can hold are moved inwards, so that
  /// no tick can overflow.
  package init(from: Int64, to: Int64) {
    let limit: Int64 = 9_210_000_000_000_000_000
    self.from = min(max(from, -limit), limit)
    self.to = min(max(from, to, -limit), limit)
  }

  /// The axis over all of `instants`; `nil` when there is none.
  package init?(_ instants: some Sequence<Int64>) {
    var from = Int64.max
    var to = Int64.min
    for instant in instants {
      from = min(from, instant)
      to = max(to, instant)
    }
    guard from <= to else { return nil }
    self.init(from: from, to: to)
  }

  /// Where `at` lies: 0 at the start, 1 at the end.
  package func fraction(_ at: Int64) -> Double {
    let length = Double(to) - Double(from)
    guard length > 0 else { return 0.5 }
    return (Double(at) - Double(from)) / length
  }

  /// About `count` ticks.
  package func ticks(count: Int) -> [Tick] {
    let (length, isTooLong) = to.subtractingReportingOverflow(from)
    guard !isTooLong, length > 0 else {
      return from == to ? [Tick(at: from, label: CivilTime(from).date)] : []
    }
    let raw = length / Int64(max(count, 1))
    if let step = Self.steps.first(where: { $0 >= raw }) { return regular(step) }
    for months in [1, 2, 3, 6] where Int64(months) * 30 * CivilTime.day >= raw {
      return calendar(months: months)
    }
    let years = ValueScale.step(Double(raw) / Double(365 * CivilTime.day))
    return calendar(
      months: 12 * Int(years.mantissa * NumberFormat.powerOfTen(max(years.exponent, 0))))
  }

  private static let steps: [Int64] =
    [1, 2, 5, 10, 15, 30].map { $0 * CivilTime.second }
    + [1, 2, 5, 10, 15, 30].map { $0 * CivilTime.minute }
    + [1, 2, 3, 6, 12].map { $0 * CivilTime.hour }
    + [1, 2, 4, 7, 14].map { $0 * CivilTime.day }

  private func regular(_ step: Int64) -> [Tick] {
    // Weeks start on Mondays; the first Monday of the epoch is the fifth of January.
    let origin = step.isMultiple(of: 7 * CivilTime.day) ? 4 * CivilTime.day : 0
    var at = CivilTime.floorDivide(from - origin, step) * step + origin
    var ticks: [Tick] = []
    while at <= to {
      if at >= from { ticks.append(Tick(at: at, label: Self.label(at, step: step))) }
      let (next, overflow) = at.addingReportingOverflow(step)
      if overflow { break }
      at = next
    }
    return ticks
  }

  private static func label(_ at: Int64, step: Int64) -> String {
    let time = CivilTime(at)
    if step >= CivilTime.day || (time.hour == 0 && time.minute == 0 && time.second == 0) {
      return time.dayAndMonth
    }
    return step < CivilTime.minute ? String(time.text.suffix(8)) : time.clock
  }

  private func calendar(months: Int) -> [Tick] {
    let start = CivilTime(from)
    let end = CivilTime(to)
    var ticks: [Tick] = []
    var index = (start.year * 12 + start.month - 1) / months * months
    while index <= end.year * 12 + end.month - 1 {
      let (year, month) = (index / 12, index % 12 + 1)
      let days = CivilTime.days(year: year, month: month)
      let (at, overflow) = days.multipliedReportingOverflow(by: CivilTime.day)
      if !overflow, at >= from, at <= to {
        let label = month == 1 ? String(year) : CivilTime.monthNames[month - 1]
        ticks.append(Tick(at: at, label: label))
      }
      index += months
    }
    return ticks
  }
}
