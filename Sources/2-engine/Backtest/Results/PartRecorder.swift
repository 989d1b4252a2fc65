import OmniModel
import OmniMoney
import OmniNumerics
import OmniPortfolio
import OmniTime

/// Follows the equity of one strategy, or of all together, in bounded memory.
struct PartRecorder {
  private var curve = CurveSampler()
  private var months: [RunResults.Month] = []
  private var returns = RunningMoments()
  private var start: Int128?
  private var day = Int64.min
  private var dayStart: Int128 = 0
  private var last: Int128 = 0
  private var peak: Int128 = 0
  private var deepestFall = 0.0
  private var first: Timestamp?
  private var latest: Timestamp?
  private var dayCount = 0
  /// Value traded, in minor units.
  var traded: Int128 = 0
  /// Bars seen, and bars with a position.
  var bars = 0
  var barsExposed = 0

  /// Notes the equity after a bar that closed at `time`.
  mutating func note(_ equity: Int128, at time: Timestamp, capital: Int128) {
    if start == nil {
      start = capital
      last = capital
      peak = capital
      first = time
    }
    // A bar that closes at midnight belongs to the day that ended.
    let before = time.nanoseconds == .min ? time.nanoseconds : time.nanoseconds - 1
    let today = before >= 0 ? before / 86_400_000_000_000 : -1 - (-1 - before) / 86_400_000_000_000
    if today != day { beginDay(today) }
    last = equity
    latest = time
    if equity > peak { peak = equity }
    if peak > 0 { deepestFall = max(deepestFall, Double(peak - equity) / Double(peak)) }
    months[months.count - 1].end = equity
    curve.add(equity, at: time)
  }

  private mutating func beginDay(_ today: Int64) {
    if dayCount > 0, dayStart > 0 { returns.add(Double(last - dayStart) / Double(dayStart)) }
    dayStart = last
    day = today
    dayCount += 1
    let date = CivilDate(dayNumber: Int(today))
    if months.last.map({ $0.year != date.year || $0.month != date.month }) ?? true {
      months.append(
        RunResults.Month(year: date.year, month: date.month, start: last, end: last))
    }
  }

  /// The part's results.
  func part(
    _ name: String, _ sum: Portfolio.StrategySum, _ trades: [ClosedTrade]
  ) -> RunResults.Part {
    RunResults.Part(
      name: name, sum: sum, curve: curve.points, months: months,
      statistics: statistics(sum, trades))
  }

  private func statistics(
    _ sum: Portfolio.StrategySum, _ trades: [ClosedTrade]
  ) -> RunStatistics {
    var figures = RunStatistics()
    figures.take(trades)
    figures.dayCount = dayCount
    guard let start, start > 0, let first, let latest, dayCount > 0 else { return figures }
    let capital = Double(start)
    var returns = returns
    if dayStart > 0 { returns.add(Double(last - dayStart) / Double(dayStart)) }
    let total = Double(sum.equity - start) / capital
    figures.totalReturn = total
    figures.maximumDrawdown = deepestFall
    figures.turnover = Double(traded) / capital
    figures.feeShare = Double(sum.fees) / capital
    figures.exposure = bars > 0 ? Double(barsExposed) / Double(bars) : nil
    // More than 292 years would not fit into an interval.
    let span = Double(latest.nanoseconds) - Double(first.nanoseconds)
    let years = span / (365.25 * 86_400e9)
    guard years > 0 else { return figures }
    let daysPerYear = min(365, Double(dayCount) / max(years, 1.0 / 365))
    figures.volatility = returns.sampleDeviation.map { $0 * daysPerYear.squareRoot() }
    figures.sharpe = Performance.sharpe(returns, periodsPerYear: daysPerYear)
    figures.sortino = Performance.sortino(returns, periodsPerYear: daysPerYear)
    // A year's return from less than a month would say nothing.
    if years >= 1.0 / 12, total > -1 {
      figures.annualReturn = Self.power(1 + total, 1 / years).map { $0 - 1 }
    }
    if let yearly = figures.annualReturn, deepestFall > 0 {
      figures.calmar = yearly / deepestFall
    }
    return figures
  }

  /// `base` to the power of `exponent`, by bisection of the exponent's binary digits and square
  /// roots, so that it needs nothing but arithmetic that is the same on every machine.
  static func power(_ base: Double, _ exponent: Double) -> Double? {
    guard base > 0, exponent >= 0, exponent < 1_024 else { return nil }
    var whole = exponent.rounded(.towardZero)
    var fraction = exponent - whole
    var result = 1.0
    var square = base
    while whole >= 1 {
      let half = (whole / 2).rounded(.towardZero)
      if whole - 2 * half == 1 { result *= square }
      square *= square
      whole = half
    }
    var root = base
    for _ in 0..<60 where fraction > 0 {
      root = root.squareRoot()
      fraction *= 2
      if fraction >= 1 {
        result *= root
        fraction -= 1
      }
    }
    return result.isFinite ? result : nil
  }
}
