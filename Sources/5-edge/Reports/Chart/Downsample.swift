/// Makes long series short enough to draw, and keeps their extremes.
package enum Downsample {
  /// At most about `limit` of `points`: in each of equal spans of time the lowest and the highest,
  /// in the order in which they came, besides the first and the last of all.
  ///
  /// A span in which a value is missing keeps one of the missing, so that the gap stays.
  package static func extremes(_ points: [RunReport.Point], limit: Int) -> [RunReport.Point] {
    guard points.count > max(limit, 8), let first = points.first, let last = points.last else {
      return points
    }
    let hasGaps = points.contains { !$0.value.isFinite }
    let buckets = max((limit - 2) / (hasGaps ? 3 : 2), 1)
    let axis = TimeAxis(from: first.at, to: last.at)
    var result = [first]
    var kept: [Int] = []
    var bucket = -1
    func flush() { for index in kept.sorted() { result.append(points[index]) } }
    for index in 1..<points.count - 1 {
      let share = min(max(axis.fraction(points[index].at), 0), 1)
      let place = min(Int(share * Double(buckets)), buckets - 1)
      if place != bucket {
        flush()
        kept = [index]
        bucket = place
      } else {
        kept = extremes(of: kept + [index], in: points)
      }
    }
    flush()
    result.append(last)
    return result
  }

  /// The indices of the lowest and the highest of a few; one that is missing comes before both.
  private static func extremes(of indices: [Int], in points: [RunReport.Point]) -> [Int] {
    let finite = indices.filter { points[$0].value.isFinite }
    guard let first = finite.first else { return [indices[0]] }
    var low = first
    var high = first
    for index in finite {
      if points[index].value < points[low].value { low = index }
      if points[index].value > points[high].value { high = index }
    }
    let gap = indices.first { !points[$0].value.isFinite }
    if let gap { return low == high ? [gap, low] : [low, gap, high] }
    return low == high ? [low] : [low, high]
  }

  /// Bars joined to candles of a round length, at most about `limit` of them.
  package static func candles(
    _ chart: RunReport.InstrumentChart, limit: Int
  ) -> (bars: [RunReport.Bar], length: Int64) {
    let bars = chart.bars.filter { $0.isDrawable }
    guard bars.count > limit, let axis = TimeAxis(bars.lazy.map(\.at)) else {
      return (bars, chart.barLength)
    }
    let (span, isTooLong) = axis.to.subtractingReportingOverflow(axis.from)
    guard !isTooLong, span > 0 else { return (Array(bars.suffix(limit)), chart.barLength) }
    let raw = max(span / Int64(max(limit, 1)), chart.barLength, 1)
    let length = lengths.first { $0 >= raw } ?? (raw / CivilTime.day + 1) * CivilTime.day
    var result: [RunReport.Bar] = []
    for bar in bars {
      // A bar is stamped with its end, so one that ends at midnight belongs to the day before.
      let end = (CivilTime.floorDivide(bar.at &- 1, length) + 1) * length
      guard let last = result.last, last.at == end else {
        result.append(
          .init(at: end, open: bar.open, high: bar.high, low: bar.low, close: bar.close))
        continue
      }
      let joined = RunReport.Bar(
        at: end, open: last.open, high: max(last.high, bar.high), low: min(last.low, bar.low),
        close: bar.close)
      result[result.count - 1] = joined
    }
    return (result, length)
  }

  private static let lengths: [Int64] =
    [1, 2, 5, 10, 15, 30].map { $0 * CivilTime.second }
    + [1, 2, 3, 5, 10, 15, 30].map { $0 * CivilTime.minute }
    + [1, 2, 3, 4, 6, 8, 12].map { $0 * CivilTime.hour }
    + [1, 2, 3, 7, 14, 28].map { $0 * CivilTime.day }
}

extension RunReport.Bar {
  /// Whether all prices are numbers and the instant (up to the year 2112) leaves room for sums.
  var isDrawable: Bool {
    open.isFinite && high.isFinite && low.isFinite && close.isFinite
      && at.magnitude < 4_500_000_000_000_000_000
  }
}

extension RunReport.InstrumentChart {
  /// The length of a bar, held within what leaves room for arithmetic: 0 when it is not known.
  var barLength: Int64 { min(max(interval, 0), 366 * CivilTime.day) }
}
