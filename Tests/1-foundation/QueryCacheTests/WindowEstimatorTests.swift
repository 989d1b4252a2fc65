import OmniQueryCache
import Testing

@Suite("The window that suits the requests")
struct WindowEstimatorTests {
  private func ask(_ hash: UInt64, _ estimator: inout WindowEstimator) {
    _ = estimator.request(hash, draw: hash.rehashed)
  }

  private func share(_ capacity: Int, _ keys: some Sequence<UInt64>) -> Double {
    var estimator = WindowEstimator(capacity: capacity)
    for key in keys { _ = estimator.request(key.rehashed, draw: key.rehashed.rehashed) }
    return estimator.share
  }

  @Test("a loop that is longer than the cache wants a small window", arguments: [100, 5_000])
  func loop(capacity: Int) {
    let loop = (0..<40).flatMap { _ in (0..<UInt64(capacity) * 3 / 2) }
    #expect(share(capacity, loop) <= 0.01)
  }

  @Test("keys that are soon asked for again, and never later, want a large one")
  func recency() {
    // Each key comes twice, with eighty others between: a window of half has forgotten it.
    let keys = (0..<20_000 as Range<UInt64>).flatMap { $0 < 40 ? [$0] : [$0, $0 - 40] }
    #expect(share(100, keys) >= 0.85)
  }

  @Test("it follows when the requests change, over the whole range, and back")
  func change() {
    var estimator = WindowEstimator(capacity: 100)
    for round in 0..<3 as Range<UInt64> {
      for _ in 0..<100 {
        for key in 0..<150 as Range<UInt64> { ask((key + 1 << 40).rehashed, &estimator) }
      }
      let small = estimator.share
      #expect(small <= 0.01, "after loop \(round)")
      let base = 1_000_000 * (round + 1)
      for key in 40..<15_000 as Range<UInt64> {
        ask((base + key).rehashed, &estimator)
        ask((base + key - 40).rehashed, &estimator)
      }
      let large = estimator.share
      #expect(large >= 0.85, "after round \(round)")
    }
  }
}
