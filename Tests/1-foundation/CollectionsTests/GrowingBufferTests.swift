import OmniCollections
import OmniTestKit
import Testing

@Suite("GrowingBuffer")
struct GrowingBufferTests {
  @Test func `it holds what an array would`() {
    for seed in UInt64(0)..<50 {
      var random = SeededRandom(seed: seed)
      var model: [UInt64] = []
      var buffer = GrowingBuffer<UInt64>(capacity: Int(random.below(4)))
      for _ in 0..<400 {
        switch random.below(10) {
        case 0..<7:
          let value = random.next()
          model.append(value)
          buffer.append(value)
        case 7:
          let count = Int(random.below(UInt64(model.count + 1)))
          model.removeLast(model.count - count)
          buffer.removeAll(from: count)
        case 8:
          let count = Int(random.below(20))
          model += Array(repeating: 7, count: count)
          buffer.append(repeating: 7, count: count)
        default:
          if model.isEmpty { continue }
          let index = Int(random.below(UInt64(model.count)))
          model[index] &+= 1
          buffer[index] &+= 1
        }
      }
      let found = buffer.indices.map { buffer[$0] }
      #expect(found == model, "seed \(seed)")
    }
  }
}
