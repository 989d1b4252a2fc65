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
      #expect(sketch.frequency(of: key) >= min(15, counts[key] ?? 0))
    }
    #expect(sketch.ageCount == 0)
  }

  @Test("after ten additions an entry, all frequencies are halved")
  func ageing() {
    var sketch = FrequencySketch(capacity: 10)
    for _ in 0..<12 { sketch.increment(7) }
    #expect(sketch.frequency(of: 7) == 12)
    for key in 100..<188 as Range<UInt64> { sketch.increment(key.rehashed) }
    #expect(sketch.ageCount == 1)
    #expect((6...7).contains(sketch.frequency(of: 7)))
  }

  @Test("keys that were never asked for are mostly at zero")
  func strangers() {
    var sketch = FrequencySketch(capacity: 1_000)
    for key in 0..<1_000 as Range<UInt64> { sketch.increment(key.rehashed) }
    let wrong = (5_000..<6_000 as Range<UInt64>).filter { sketch.frequency(of: $0.rehashed) > 0 }
    #expect(wrong.count < 20)
  }
}
