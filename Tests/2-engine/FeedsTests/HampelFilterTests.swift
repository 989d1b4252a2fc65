import OmniFeeds
import OmniTestKit
import Testing

@Suite("HampelFilter")
struct HampelFilterTests {
  /// The reference sorts each window, and the distances from its median, anew.
  @Test func `outliers are those that sorting each window finds`() {
    for seed in UInt64(0)..<8 {
      var random = SeededRandom(seed: seed)
      let window = [3, 5, 21, 101][Int(seed % 4)]
      var filter = HampelFilter(window: window, factor: 3, floorBasisPoints: 2)
      var seen: [Int64] = []
      var price: Int64 = seed % 5 == 0 ? -50_000 : 50_000
      var found = 0
      for step in 0..<500 {
        if seed % 3 != 0 || step % 7 == 0 { price += Int64(random.below(41)) - 20 }
        let told = random.below(50) == 0 ? price + Int64(random.below(9_000)) - 4_500 : price
        let expected = seen.count >= window && isOutlier(told, Array(seen.suffix(window)))
        let isOutlier = filter.isOutlier(told)
        #expect(isOutlier == expected, "seed \(seed), step \(step)")
        if expected { found += 1 }
        seen.append(told)
      }
      #expect(found > 3, "seed \(seed)")
    }
  }

  private func isOutlier(_ price: Int64, _ window: [Int64]) -> Bool {
    let median = window.sorted()[window.count / 2]
    let distances = window.map { abs($0 - median) }.sorted()
    // All times 10,000 × 10,000, so that nothing is rounded.
    let deviation = max(distances[window.count / 2] * 10_000, abs(median) * 2)
    return abs(price - median) * 100_000_000 > 3 * 14_826 * deviation
  }

  @Test func `the largest numbers do not overflow`() {
    var filter = HampelFilter(window: 3)
    for price in [Int64.max, .min, 0, .max, .min, .min, .max, 1] { _ = filter.isOutlier(price) }
    let isOutlier = filter.isOutlier(.max)
    #expect(!isOutlier, "the last three are as far apart as can be")
  }
}
