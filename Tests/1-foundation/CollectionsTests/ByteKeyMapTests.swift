import OmniCollections
import OmniTestKit
import Testing

@Suite("ByteKeyMap")
struct ByteKeyMapTests {
  @Test func `it holds what a dictionary would, whatever the length of the keys`() {
    for seed in UInt64(0)..<20 {
      var random = SeededRandom(seed: seed)
      var model: [[UInt8]: UInt64] = [:]
      var map = ByteKeyMap(seed: seed)
      for step in 0..<1_500 {
        let length = Int(random.below(40))
        // Few different bytes, so that many keys begin or end alike; zeros among them.
        let key = (0..<length).map { _ in UInt8(random.below(3)) }
        let found = unsafe key.withUnsafeBytes { unsafe map.value(of: $0) }
        #expect(found == model[key], "seed \(seed), step \(step)")
        if model[key] == nil {
          model[key] = UInt64(step)
          unsafe key.withUnsafeBytes { unsafe map.insert($0, value: UInt64(step)) }
        }
      }
      #expect(map.count == model.count)
      for (key, value) in model {
        #expect(unsafe key.withUnsafeBytes { unsafe map.value(of: $0) } == value)
      }
      map.removeAll()
      #expect(map.count == 0)
    }
  }
}
