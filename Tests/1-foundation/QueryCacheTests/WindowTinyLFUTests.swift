import OmniNumerics
import OmniQueryCache
import Testing

@Suite("Which entries a cache keeps")
struct WindowTinyLFUTests {
  /// What the policy says is there, kept beside it.
  private func run(capacity: Int, share: Double, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var policy = WindowTinyLFU(capacity: capacity, windowShare: share)
    var model: [Int32: UInt64] = [:]
    for _ in 0..<5_000 {
      let hash = random.below(UInt64(capacity * 3)).rehashed
      let place = policy.request(hash)
      #expect((place >= 0) == model.values.contains(hash))
      switch (place >= 0, random.below(10)) {
      case (true, 0):
        policy.remove(at: place)
        model[place] = nil
      case (true, _):
        let kept = policy.hash(at: place)
        #expect(model[place] == hash)
        #expect(kept == hash)
      case (false, _):
        let (new, left) = policy.insert(hash)
        #expect((left != nil) == (model.count == capacity))
        if let left { model[left] = nil }
        #expect(model[new] == nil)
        model[new] = hash
      }
      let count = policy.count
      #expect(count == model.count)
      if random.below(50) == 0 { policy.setWindow(share: random.unitDouble()) }
    }
  }

  @Test(
    "places and hashes agree with a plain table", arguments: [1, 2, 3, 10, 64], [0.0, 0.2, 1.0])
  func model(capacity: Int, share: Double) {
    run(capacity: capacity, share: share, seed: UInt64(capacity))
  }

  @Test("a window of the whole capacity is the policy of the least recently used")
  func leastRecentlyUsed() {
    var random = SplitMix64(seed: 3)
    var policy = WindowTinyLFU(capacity: 20, windowShare: 1)
    var order: [UInt64] = []
    for _ in 0..<3_000 {
      let hash = random.below(50).rehashed
      let isThere = policy.request(hash) >= 0
      #expect(isThere == order.contains(hash))
      order.removeAll { $0 == hash }
      order.append(hash)
      if !isThere { _ = policy.insert(hash) }
      if order.count > 20 { order.removeFirst() }
    }
  }

  @Test("what is asked for often stays through a flood of keys that come once")
  func scan() {
    var policy = WindowTinyLFU(capacity: 100, windowShare: 0.2)
    func ask(_ key: UInt64) -> Bool {
      if policy.request(key.rehashed) >= 0 { return true }
      _ = policy.insert(key.rehashed)
      return false
    }
    for _ in 0..<5 { for key in 0..<50 as Range<UInt64> { _ = ask(key) } }
    for key in 1_000..<2_000 as Range<UInt64> { _ = ask(key) }
    let kept = (0..<50 as Range<UInt64>).filter { policy.place(of: $0.rehashed) >= 0 }
    #expect(kept.count >= 40)
  }
}
