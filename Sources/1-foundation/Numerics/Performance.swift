/// Figures by which a series of returns or a curve of equity is judged.
///
/// Returns are simple returns of equal periods, as fractions: 0.01 is one percent. A yearly ratio is
/// that of one period times the square root of the periods in a year, which holds when the periods
/// are independent of one another; Lo, "The statistics of Sharpe ratios", Financial Analysts Journal
/// 58 (2002), tells how far it is off when they are not.
public enum Performance {
  /// Returns the yearly Sharpe ratio: mean excess return over its sample deviation.
  ///
  /// Source: Sharpe, "The Sharpe ratio", Journal of Portfolio Management 21 (1994).
  ///
  /// - Parameters:
  ///   - returns: Finite returns of equal periods.
  ///   - periodsPerYear: For instance 252 for trading days, 365 for days of a market that never
  ///     closes.
  ///   - riskFree: The riskless return of one period.
  /// - Returns: The ratio, or `nil` under two returns or when they are all equal.
  /// - Precondition: `periodsPerYear` is above zero.
  /// - Complexity: O(n), with no allocation.
  public static func sharpe(
    returns: [Double], periodsPerYear: Double, riskFree: Double = 0
  ) -> Double? {
    sharpe(RunningMoments(of: returns), periodsPerYear: periodsPerYear, riskFree: riskFree)
  }

  /// Returns the yearly Sharpe ratio of returns whose moments are known.
  ///
  /// - Returns: The ratio, or `nil` under two returns or when they are all equal.
  /// - Precondition: `periodsPerYear` is above zero.
  public static func sharpe(
    _ moments: RunningMoments, periodsPerYear: Double, riskFree: Double = 0
  ) -> Double? {
    guard let mean = moments.mean, let deviation = moments.sampleDeviation else { return nil }
    return ratio(of: mean - riskFree, to: deviation, periodsPerYear: periodsPerYear)
  }

  /// Returns the yearly Sortino ratio: mean return above a target over the downside deviation.
  ///
  /// The downside deviation is taken over all periods, with zero for those at or above the target.
  /// Source: Sortino and Price, "Performance measurement in a downside risk framework", Journal of
  /// Investing 3 (1994).
  ///
  /// - Parameters:
  ///   - returns: Finite returns of equal periods.
  ///   - periodsPerYear: For instance 252 for trading days.
  ///   - target: The return of one period that is asked for.
  /// - Returns: The ratio, or `nil` without returns or when none is under the target.
  /// - Precondition: `periodsPerYear` is above zero.
  /// - Complexity: O(n), with no allocation.
  public static func sortino(
    returns: [Double], periodsPerYear: Double, target: Double = 0
  ) -> Double? {
    sortino(RunningMoments(of: returns, target: target), periodsPerYear: periodsPerYear)
  }

  /// Returns the yearly Sortino ratio, by their own target, of returns whose moments are known.
  ///
  /// - Returns: The ratio, or `nil` without returns or when none is under the target.
  /// - Precondition: `periodsPerYear` is above zero.
  public static func sortino(_ moments: RunningMoments, periodsPerYear: Double) -> Double? {
    guard let mean = moments.mean, let downside = moments.downsideDeviation else { return nil }
    return ratio(of: mean - moments.target, to: downside, periodsPerYear: periodsPerYear)
  }

  /// Returns the yearly deviation of returns from the sample deviation of one period.
  ///
  /// - Returns: The deviation, or `nil` under two returns.
  /// - Precondition: `periodsPerYear` is above zero.
  /// - Complexity: O(n), with no allocation.
  public static func volatility(returns: [Double], periodsPerYear: Double) -> Double? {
    precondition(periodsPerYear > 0, "a year has periods")
    return RunningMoments(of: returns).sampleDeviation
      .map { $0 * periodsPerYear.squareRoot() }
  }

  /// Returns the deepest fall of a curve of equity from a peak to a later point.
  ///
  /// - Parameter equity: Finite points in the order of time.
  /// - Returns: The fall as a fraction of its peak with both positions, the first of equals; a
  ///   fraction of 0 when the curve never fell; `nil` when no point is above zero.
  /// - Complexity: O(n), with no allocation.
  public static func maximumDrawdown(of equity: [Double]) -> RunningDrawdown.Fall? {
    var drawdown = RunningDrawdown()
    for value in equity { drawdown.add(value) }
    return drawdown.maximum
  }

  private static func ratio(
    of mean: Double, to deviation: Double, periodsPerYear: Double
  ) -> Double? {
    precondition(periodsPerYear > 0, "a year has periods")
    guard deviation > 0 else { return nil }
    return mean / deviation * periodsPerYear.squareRoot()
  }
}
