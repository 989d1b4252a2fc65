/// The deepest fall from a peak of a curve that comes one point at a time.
///
/// The fall is a fraction of the peak: 0.25 when 100 became 75. It passes 1 when the curve falls
/// under zero. A curve that was never above zero has no peak to measure by and no drawdown.
///
/// - Invariant: `maximum` never gets smaller.
@frozen public struct RunningDrawdown: Sendable, Equatable {
  /// A fall of a curve, by the zero-based positions of its two ends.
  @frozen public struct Fall: Sendable, Equatable {
    /// How much was lost, as a fraction of the peak.
    public let fraction: Double
    /// The position of the peak.
    public let peakIndex: Int
    /// The position of the lowest point.
    public let troughIndex: Int

    /// Creates a fall of `fraction` from `peakIndex` to `troughIndex`.
    @inlinable
    public init(fraction: Double, peakIndex: Int, troughIndex: Int) {
      self.fraction = fraction
      self.peakIndex = peakIndex
      self.troughIndex = troughIndex
    }
  }

  @usableFromInline var points = 0
  @usableFromInline var peak = 0.0
  @usableFromInline var peakIndex = 0
  @usableFromInline var last = 0.0
  @usableFromInline var deepest: Fall?

  /// Creates the drawdown of a curve without points.
  @inlinable
  public init() {}

  /// The deepest fall so far, the first of equals; `nil` while no point was above zero.
  ///
  /// A curve that only rose has a fall of 0 at its first peak.
  @inlinable
  public var maximum: Fall? { deepest }

  /// How far the last point is under the highest, as a fraction; `nil` while there is no peak.
  @inlinable
  public var current: Double? { peak > 0 ? (peak - last) / peak : nil }

  /// Adds the next point of the curve.
  ///
  /// - Precondition: `value` is finite.
  /// - Complexity: O(1), with no allocation.
  @inlinable
  public mutating func add(_ value: Double) {
    assert(value.isFinite, "a point of a curve is finite")
    last = value
    if value > peak {
      peak = value
      peakIndex = points
    }
    if let fraction = current {
      if let known = deepest, known.fraction >= fraction {
        // The older fall is at least as deep.
      } else {
        deepest = Fall(fraction: fraction, peakIndex: peakIndex, troughIndex: points)
      }
    }
    points += 1
  }
}
