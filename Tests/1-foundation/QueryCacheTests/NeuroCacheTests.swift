import OmniClocks
import OmniNumerics
import OmniQueryCache
import OmniTime
import Testing

@Suite("The cache in memory")
struct NeuroCacheTests {
  private func cache(
    _ capacity: Int, _ time: ManualTime = ManualTime()
  ) -> NeuroCache<String, Int> {
    NeuroCache(configuration: .init(capacity: capacity, seed: 1), time: .manual(time))
  }

  @Test("what was put in is given out, replaced and taken out")
  func plain() {
    let cache = cache(10)
    #expect(cache.value(for: "a") == nil)
    cache.insert(1, for: "a")
    #expect(cache.value(for: "a") == 1)
    cache.insert(2, for: "a")
    #expect(cache.value(for: "a") == 2)
    #expect(cache.remove("a") == 2)
    #expect(cache.remove("a") == nil)
    #expect(cache.value(for: "a") == nil)
    let counts = cache.counts
    #expect(counts.hits == 2 && counts.misses == 2 && counts.insertions == 2)
    #expect(counts.removals == 1 && counts.evictions == 0)
    #expect(counts.hitRatio == 0.5)
  }

  @Test("an entry is there until its deadline, and not at it")
  func deadline() {
    let time = ManualTime()
    let cache = cache(10, time)
    cache.insert(1, for: "a", lasting: .milliseconds(100))
    time.advance(by: Interval(nanoseconds: 99_999_999))
    #expect(cache.value(for: "a") == 1)
    #expect(cache.peek("a")?.deadline == MonotonicInstant(nanoseconds: 100_000_000))
    time.advance(by: Interval(nanoseconds: 1))
    #expect(cache.peek("a") == nil)
    #expect(cache.value(for: "a") == nil)
    #expect(cache.counts.expirations == 1 && cache.count == 0)
  }

  @Test("entries whose deadline came are freed without being asked for")
  func expiry() {
    let time = ManualTime()
    let cache = cache(100, time)
    for key in 0..<50 { cache.insert(key, for: "\(key)", lasting: .seconds(Int64(key % 5 + 1))) }
    time.advance(by: .milliseconds(3_010))
    #expect(cache.removeExpired() == 30)
    #expect(cache.count == 20)
    // A deadline that is taken away does not come.
    for key in 0..<50 where key % 5 > 2 { cache.insert(key, for: "\(key)") }
    time.advance(by: .seconds(60))
    #expect(cache.removeExpired() == 0)
    #expect(cache.count == 20)
  }

  @Test("never more entries than the capacity", arguments: [1, 7, 100])
  func capacity(_ capacity: Int) {
    let cache = cache(capacity)
    var random = SplitMix64(seed: 9)
    for _ in 0..<5_000 {
      let key = Int(random.below(UInt64(capacity * 4)))
      if let value = cache.value(for: "\(key)") {
        #expect(value == key)
      } else {
        cache.insert(key, for: "\(key)")
      }
      #expect(cache.count <= capacity)
    }
    #expect(cache.count == capacity)
    let counts = cache.counts
    #expect(counts.insertions == counts.evictions + UInt64(capacity))
    #expect(cache.removeAll() == capacity)
    #expect(cache.count == 0)
  }

  /// Two keys with one hash.
  private struct Twin: CacheKey {
    let name: Int
    func cacheHash(seed: UInt64) -> UInt64 { 42 }
  }

  @Test("keys with one hash never get each other's values")
  func collision() {
    let cache = NeuroCache<Twin, Int>(configuration: .init(capacity: 4, seed: 1))
    cache.insert(1, for: Twin(name: 1))
    #expect(cache.value(for: Twin(name: 2)) == nil)
    #expect(cache.remove(Twin(name: 2)) == nil)
    cache.insert(2, for: Twin(name: 2))
    #expect(cache.value(for: Twin(name: 1)) == nil)
    #expect(cache.value(for: Twin(name: 2)) == 2)
    #expect(cache.count == 1)
  }

  @Test("the same requests with the same seed keep the same entries")
  func repeatable() {
    func kept() -> [Int] {
      let cache = NeuroCache<UInt64, UInt64>(configuration: .init(capacity: 50, seed: 7))
      var random = SplitMix64(seed: 4)
      for _ in 0..<4_000 {
        let key = min(random.below(400), random.below(400))
        if cache.value(for: key) == nil { cache.insert(key, for: key) }
      }
      return (0..<400).filter { cache.peek(UInt64($0)) != nil }
    }
    #expect(kept() == kept())
  }

  @Test("several threads see their own values and lose none of the counts")
  func threads() async {
    let cache = NeuroCache<UInt64, UInt64>(capacity: 40_000)
    #expect(cache.configuration.stripeCount == 4)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<4 as Range<UInt64> {
        group.addTask {
          for key in 0..<5_000 as Range<UInt64> {
            cache.insert(key, for: task << 32 | key)
            #expect(cache.value(for: task << 32 | key) == key)
          }
        }
      }
    }
    #expect(cache.counts.hits == 20_000)
    #expect(cache.count == 20_000)
  }
}
