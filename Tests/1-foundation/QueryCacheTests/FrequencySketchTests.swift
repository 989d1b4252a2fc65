import OmniNumerics
import OmniQueryCache
import OmniTestKit
import Testing

@Suite("The frequencies of keys")
struct FrequencySketchTests {
  @Test("a frequency is never too low, and stops at fifteen")
  func bounds() {
    var sketch = FrequencySketch(capacity: 100)
    var counts: [UInt64: Int] = [:]
    var random = SplitMix64(seed: 1)
    for _ in 0..<900 {
      let key = random.below(40).rehashed
      counts[key, default: 0] += 1
      sketch.increment(key)
      let frequency = sketch.frequency(of: key)
      #expect(frequency >= min(15, counts[key] ?? 0))
    }
    let ageCount = sketch.ageCount
    #expect(ageCount == 0)
  }

  @Test("after ten additions an entry, all frequencies are halved")
  func ageing() {
    var sketch = FrequencySketch(capacity: 10)
    for _ in 0..<12 { sketch.increment(7) }
    let before = sketch.frequency(of: 7)
    #expect(before == 12)
    for key in 100..<188 as Range<UInt64> { sketch.increment(key.rehashed) }
    let (ageCount, after) = (sketch.ageCount, sketch.frequency(of: 7))
    #expect(ageCount == 1)
    #expect((6...7).contains(after))
  }

  @Test("keys that were never asked for are mostly at zero")
  func strangers() {
    var sketch = FrequencySketch(capacity: 1_000)
    for key in 0..<1_000 as Range<UInt64> { sketch.increment(key.rehashed) }
    let wrong = (5_000..<6_000 as Range<UInt64>).filter { sketch.frequency(of: $0.rehashed) > 0 }
    #expect(wrong.count < 20)
  }

  /// Four counters of a key, each by itself, as the sketch is described.
  private struct Plain {
    var counters: [Int: Int] = [:]
    var additions = 0
    let blockCount: Int
    let additionsPerAge: Int

    func places(_ hash: UInt64) -> [Int] {
      (0..<4).map { row in
        let bits = Int(hash >> UInt64(32 + 8 * row) & 31)
        return Int(hash % UInt64(blockCount)) * 128 + row * 32 + bits
      }
    }

    mutating func increment(_ hash: UInt64) {
      let low = places(hash).filter { counters[$0, default: 0] < 15 }
      for place in low { counters[place, default: 0] += 1 }
      if !low.isEmpty { additions += 1 }
      guard additions == additionsPerAge else { return }
      additions /= 2
      counters = counters.mapValues { $0 / 2 }
    }

    func frequency(of hash: UInt64) -> Int { places(hash).map { counters[$0] ?? 0 }.min() ?? 0 }
  }

  @Test("it agrees with counters that are kept one by one", arguments: 0..<10 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var sketch = FrequencySketch(capacity: 30)
    var plain = Plain(blockCount: 4, additionsPerAge: 300)
    for _ in 0..<4_000 {
      let hash = min(random.below(100), random.below(100)).rehashed
      sketch.increment(hash)
      plain.increment(hash)
      let other = random.below(100).rehashed
      let frequency = sketch.frequency(of: other)
      #expect(frequency == plain.frequency(of: other))
    }
  }
}
