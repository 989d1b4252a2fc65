import OmniBacktest
import OmniKernel
package import OmniModel
import OmniMoney
import OmniPortfolio
import OmniReports
import OmniTime

// What is drawn: curves, prices, months.
extension ReportBuilder {
  /// Equity or profit of a part, and how far it is below its peak.
  func curve(_ part: RunResults.Part, name: String, isProfit: Bool) -> RunReport.Curve {
    let base = isProfit ? part.sum.capital : 0
    var peak = part.sum.capital
    var equity: [RunReport.Point] = []
    var drawdown: [RunReport.Point] = []
    equity.reserveCapacity(part.curve.count)
    drawdown.reserveCapacity(part.curve.count)
    for point in part.curve {
      let at = point.at.nanoseconds
      peak = max(peak, point.value)
      equity.append(.init(at: at, figures.drawn(point.value - base)))
      let share = peak > 0 ? Double(point.value - peak) / Double(peak) * 100 : .nan
      drawdown.append(.init(at: at, share))
    }
    return .init(name, equity: equity, drawdown: drawdown)
  }

  var charts: [RunReport.InstrumentChart] {
    zip(plan.instruments, results.charts).map { instrument, bars in
      let terms = instrument.terms
      return .init(
        instrument.symbol, unit: terms.currency.code, decimals: terms.tick.scale,
        interval: Self.interval(bars),
        bars: bars.map { bar in
          .init(
            at: bar.closedAt.nanoseconds, open: terms.statistic(of: bar.open),
            high: terms.statistic(of: bar.high), low: terms.statistic(of: bar.low),
            close: terms.statistic(of: bar.close))
        })
    }
  }

  /// The distance that most neighbouring bars have, or 0 when there is none that most have.
  ///
  /// A distance that does not fit, which is more than 292 years, counts as none.
  package static func interval(_ bars: [Bar]) -> Int64 {
    var counts: [Int64: Int] = [:]
    for (bar, next) in zip(bars, bars.dropFirst()) {
      let (distance, isTooFar) = next.closedAt.nanoseconds.subtractingReportingOverflow(
        bar.closedAt.nanoseconds)
      if !isTooFar { counts[distance, default: 0] += 1 }
    }
    let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
    guard let most, most.value * 2 > bars.count - 1 else { return 0 }
    return most.key
  }

  var monthly: [RunReport.MonthlyReturns] {
    var tables = [Self.months(results.total, name: wholeName)]
    if results.parts.count > 1 {
      tables += results.parts.map { Self.months($0, name: $0.name) }
    }
    return tables
  }

  private static func months(
    _ part: RunResults.Part, name: String
  ) -> RunReport.MonthlyReturns {
    var years: [RunReport.MonthlyReturns.Year] = []
    var start: Int128 = 0
    for month in part.months {
      if years.last?.year != month.year {
        years.append(.init(month.year, months: [Double?](repeating: nil, count: 12), total: nil))
        start = month.start
      }
      years[years.count - 1].months[month.month - 1] = month.gainShare.map { $0 * 100 }
      let whole = RunResults.gainShare(from: start, to: month.end)
      years[years.count - 1].total = whole.map { $0 * 100 }
    }
    return .init(name, years: years)
  }
}

extension RunResults {
  /// The gain as a share of the start, or nil when there was nothing to gain on.
  static func gainShare(from start: Int128, to end: Int128) -> Double? {
    start > 0 ? Double(end - start) / Double(start) : nil
  }
}

extension RunResults.Month {
  /// The gain of the month as a share of the equity before it, or nil when there was none.
  var gainShare: Double? { RunResults.gainShare(from: start, to: end) }
}
