/// Quantiles of numbers that are already in order.
public enum Quantile {
  /// Returns the quantile of `values` at `fraction`, between neighbours along a straight line.
  ///
  /// Method 7 of Hyndman and Fan, "Sample quantiles in statistical packages", The American
  /// Statistician 50 (1996): with n values the quantile is at position (n − 1) · fraction, counted
  /// from zero. It is what numpy, R and spreadsheets do unless told otherwise. From the middle of a
  /// gap on, the line is taken from its upper end, so that the result reaches that end exactly.
  ///
  /// - Parameters:
  ///   - values: Finite numbers in ascending order; the order is the caller's duty.
  ///   - fraction: 0 for the smallest, 0.5 for the median, 1 for the largest.
  /// - Returns: The quantile, or `nil` when there are no values.
  /// - Precondition: `fraction` is from 0 to 1.
  /// - Complexity: O(1), with no allocation.
  public static func linear(ofSorted values: [Double], at fraction: Double) -> Double? {
    precondition((0...1).contains(fraction), "a quantile's fraction is from 0 to 1")
    guard let last = values.indices.last else { return nil }
    let position = Double(last) * fraction
    let lower = min(Int(position), last)
    let upper = min(lower + 1, last)
    assert(values[lower] <= values[upper], "the values are not in ascending order")
    let weight = position - Double(lower)
    let gap = values[upper] - values[lower]
    return weight < 0.5
      ? values[lower] + gap * weight
      : values[upper] - gap * (1 - weight)
  }
}
