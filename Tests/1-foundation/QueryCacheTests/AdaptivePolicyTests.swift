import OmniNumerics
import OmniQueryCache
import Testing

@Suite("The policy that is told of hits later")
struct AdaptivePolicyTests {
  /// The parts of the policy, told of each request at once.
  private struct Plain: ~Copyable {
    var policy: WindowTinyLFU
    var estimator: WindowEstimator

    init(capacity: Int) {
      policy = WindowTinyLFU(capacity: capacity, windowShare: 0.2)
      estimator = WindowEstimator(capacity: capacity)
    }

    mutating func count(_ hash: UInt64) -> Int32 {
      if let share = estimator.request(hash, draw: hash.rehashed) {
        policy.setWindow(share: share)
      }
      return policy.request(hash)
    }
  }

  @Test(
    "it keeps what one that is told at once keeps", arguments: [1, 40, 700],
    0..<6 as Range<UInt64>)
  func model(capacity: Int, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var policy = AdaptivePolicy(capacity: capacity)
    var plain = Plain(capacity: capacity)
    for step in 0..<20_000 {
      // Phases of long runs of hits, and of many misses.
      let bound = UInt64(step / 2_000 % 2 == 0 ? capacity : capacity * 3)
      let hash = min(random.below(bound), random.below(bound)).rehashed
      let (place, expected) = (policy.place(of: hash), plain.count(hash))
      #expect(place == expected)
      if place < 0 {
        policy.countMiss(hash)
        let (new, left) = policy.insert(hash)
        let (wanted, gone) = plain.policy.insert(hash)
        #expect(new == wanted && left == gone)
      } else {
        policy.noteHit(hash, at: place)
        if random.below(500) == 0 {
          policy.remove(at: place)
          plain.policy.remove(at: place)
        }
      }
      let (count, plainCount) = (policy.count, plain.policy.count)
      #expect(count == plainCount)
      guard random.below(300) == 0 else { continue }
      let (share, plainShare) = (policy.windowShare(), plain.estimator.share)
      #expect(share == plainShare)
    }
  }

  @Test("what is learnt from hits is there as soon as it is asked for")
  func asked() {
    var policy = AdaptivePolicy(capacity: 10)
    policy.countMiss(7)
    let (place, _) = policy.insert(7)
    for _ in 0..<3 { policy.noteHit(7, at: place) }
    let ratio = policy.estimatedHitRatio(capacity: 10)
    #expect(ratio == 0.75)
  }
}
