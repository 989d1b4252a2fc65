/// Bounds that all indicators share.
public enum IndicatorLimits {
  /// The periods that an indicator can be made for.
  @inlinable
  public static var periods: ClosedRange<Int> { 1...100_000 }

  /// The largest magnitude of an input: its square, summed over the longest period, stays finite.
  @inlinable
  public static var magnitudeMax: Double { 1e150 }

  /// Whether an indicator may be fed with `value`: it is finite and not too large.
  @inlinable
  public static func accepts(_ value: Double) -> Bool {
    // A comparison with NaN is false, so this refuses NaN as well.
    value.magnitude <= magnitudeMax
  }

  @inlinable
  static func checked(period: Int) -> Int {
    precondition(periods.contains(period), "an indicator's period is from 1 to 100,000")
    return period
  }
}
