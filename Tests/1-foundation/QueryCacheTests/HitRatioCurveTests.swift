import OmniNumerics
import OmniQueryCache
import Testing

@Suite("The hit ratio of other capacities")
struct HitRatioCurveTests {
  /// The exact hit ratio of a least-recently-used cache.
  private func exact(_ keys: [UInt64], capacity: Int) -> Double {
    var policy = WindowTinyLFU(capacity: capacity, windowShare: 1)
    var hits = 0
    for key in keys {
      if policy.request(key.rehashed) >= 0 {
        hits += 1
      } else {
        _ = policy.insert(key.rehashed)
      }
    }
    return Double(hits) / Double(keys.count)
  }

  @Test("of a few keys, every request is in the sample and the estimate is near the truth")
  func few() {
    var random = SplitMix64(seed: 11)
    let keys = (0..<60_000).map { _ in min(random.below(500), random.below(500)) }
    var curve = HitRatioCurve()
    for key in keys { curve.request(key.rehashed) }
    for capacity in [1, 10, 64, 128, 256, 480] {
      // Distances are told apart to an eighth of a power of two.
      #expect(curve.hitRatio(capacity: capacity) >= exact(keys, capacity: capacity) - 0.001)
      let above = exact(keys, capacity: capacity + max(1, capacity / 8))
      #expect(curve.hitRatio(capacity: capacity) <= above + 0.001)
    }
  }

  @Test("of many keys, a sample is within a tenth", arguments: 0..<3)
  func many(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let keys = (0..<400_000).map { _ in
      let width = 1 + random.below(17)
      return random.below(1 << width)
    }
    var curve = HitRatioCurve()
    for key in keys { curve.request(key.rehashed) }
    for capacity in [256, 2_048, 16_384, 65_536] {
      let truth = exact(keys, capacity: capacity)
      #expect(abs(curve.hitRatio(capacity: capacity) - truth) < 0.1, "\(capacity): \(truth)")
    }
  }

  @Test("before the first request, and for no entries, it is zero")
  func nothing() {
    var curve = HitRatioCurve()
    #expect(curve.hitRatio(capacity: 10) == 0)
    curve.request(1)
    curve.request(1)
    #expect(curve.hitRatio(capacity: 0) == 0)
    #expect(curve.hitRatio(capacity: 1) == 0.5)
  }
}
