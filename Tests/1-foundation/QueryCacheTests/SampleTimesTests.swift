import OmniNumerics
import OmniQueryCache
import Testing

@Suite("When the keys of a sample were last seen")
struct SampleTimesTests {
  @Test("it agrees with a dictionary, also where many keys share a home", arguments: 0..<10)
  func model(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var times = SampleTimes()
    var model: [UInt64: Int] = [:]
    var clock = 0
    for _ in 0..<20_000 {
      let hash = random.below(700)
      // Few different orders, so that homes are crowded, at the table's end too.
      let order = UInt64.max - hash % 40 * 3
      switch random.below(3) {
      case 0:
        let time = times.remove(hash, order: order)
        #expect(time == model[hash])
        model[hash] = nil
      case _ where model[hash] != nil || model.count < HitRatioCurve.sampleCountMax:
        clock += 1
        let time = times.set(hash, order: order, to: clock)
        #expect(time == model[hash])
        model[hash] = clock
      default: break
      }
      #expect(times.count == model.count)
      if random.below(500) == 0 {
        clock = times.close()
        let ordered = model.sorted { $0.value < $1.value }
        #expect(clock == ordered.count)
        for (number, entry) in ordered.enumerated() { model[entry.key] = number + 1 }
      }
    }
  }
}
