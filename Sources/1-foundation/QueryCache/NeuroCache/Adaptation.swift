/// What a stripe learns from its requests: the window that suits them, and the curve of hit ratios.
struct Adaptation: ~Copyable, Sendable {
  private var estimator: WindowEstimator
  private var curve = HitRatioCurve()

  init(capacity: Int) { estimator = WindowEstimator(capacity: capacity) }

  /// The window's present share of the capacity.
  var share: Double { estimator.share }

  /// Counts a request; gives the window's new share when it changes.
  @inline(__always)
  mutating func request(_ hash: UInt64) -> Double? {
    let mixed = hash.rehashed
    // The halves change places, so that the two samples have little to do with each other.
    curve.request(hash, order: mixed << 32 | mixed >> 32)
    return estimator.request(hash, draw: mixed)
  }

  func estimatedHitRatio(capacity: Int) -> Double { curve.hitRatio(capacity: capacity) }
}
