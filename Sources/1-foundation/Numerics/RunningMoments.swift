/// The mean, spread, extremes and downside of numbers that come one at a time.
///
/// Keeps no samples. Two can be merged, so that parts of a series can be measured apart; merging in
/// another order may change the last bits, so whoever needs equal bits merges in a fixed order.
///
/// The mean and the sum of squared distances from it are updated by Welford's rule (Technometrics
/// 4, 1962) and merged by that of Chan, Golub and LeVeque (1979). Neither subtracts two large sums
/// from one another, as the schoolbook formula does, so a small spread around a large mean keeps
/// its digits, and equal samples have a variance of exactly zero.
///
/// - Precondition: Samples are finite, and small enough for their squares to be finite too.
/// - Invariant: `sumOfSquares >= 0`, and `minimum <= mean <= maximum` but for rounding.
@frozen public struct RunningMoments: Sendable, Equatable {
  /// The number under which a sample counts as downside.
  public let target: Double

  /// How many samples were added.
  public var count: Int { samples }

  @usableFromInline var samples = 0
  @usableFromInline var average = 0.0
  @usableFromInline var sumOfSquares = 0.0
  @usableFromInline var sumOfDownside = 0.0
  @usableFromInline var lowest = 0.0
  @usableFromInline var highest = 0.0

  /// Creates moments of no samples.
  ///
  /// - Parameter target: A sample under it adds its squared distance to the downside.
  @inlinable
  public init(target: Double = 0) {
    assert(target.isFinite, "a target is finite")
    self.target = target
  }

  /// Creates the moments of `values`, added from first to last.
  @inlinable
  public init(of values: some Sequence<Double>, target: Double = 0) {
    self.init(target: target)
    for value in values { add(value) }
  }

  /// Adds one sample.
  ///
  /// - Complexity: O(1), with no allocation.
  @inlinable
  public mutating func add(_ value: Double) {
    assert(value.isFinite, "a sample is finite")
    lowest = samples == 0 ? value : min(lowest, value)
    highest = samples == 0 ? value : max(highest, value)
    samples += 1
    let distance = value - average
    average += distance / Double(samples)
    sumOfSquares += distance * (value - average)
    let shortfall = value - target
    if shortfall < 0 { sumOfDownside += shortfall * shortfall }
  }

  /// Adds all samples of `other`, as if they had been added here.
  ///
  /// - Precondition: Both have the same target.
  /// - Complexity: O(1), with no allocation.
  @inlinable
  public mutating func merge(_ other: RunningMoments) {
    precondition(target == other.target, "moments of two targets have no common downside")
    guard other.samples > 0 else { return }
    guard samples > 0 else {
      self = other
      return
    }
    let total = samples + other.samples
    let share = Double(other.samples) / Double(total)
    let distance = other.average - average
    average += distance * share
    sumOfSquares += other.sumOfSquares + distance * distance * (Double(samples) * share)
    sumOfDownside += other.sumOfDownside
    lowest = min(lowest, other.lowest)
    highest = max(highest, other.highest)
    samples = total
  }
}

extension RunningMoments {
  /// The arithmetic mean, or `nil` without samples.
  public var mean: Double? { samples > 0 ? average : nil }

  /// The smallest sample, or `nil` without samples.
  public var minimum: Double? { samples > 0 ? lowest : nil }

  /// The largest sample, or `nil` without samples.
  public var maximum: Double? { samples > 0 ? highest : nil }

  /// The mean squared distance from the mean, or `nil` without samples.
  public var populationVariance: Double? {
    samples > 0 ? sumOfSquares / Double(samples) : nil
  }

  /// The unbiased estimate of the variance, over `count - 1`, or `nil` under two samples.
  public var sampleVariance: Double? {
    samples > 1 ? sumOfSquares / Double(samples - 1) : nil
  }

  /// The square root of the population variance, or `nil` without samples.
  public var populationDeviation: Double? { populationVariance?.squareRoot() }

  /// The square root of the sample variance, or `nil` under two samples.
  public var sampleDeviation: Double? { sampleVariance?.squareRoot() }

  /// The root of the mean of `min(sample - target, 0)²` over all samples, or `nil` without any.
  public var downsideDeviation: Double? {
    samples > 0 ? (sumOfDownside / Double(samples)).squareRoot() : nil
  }
}
