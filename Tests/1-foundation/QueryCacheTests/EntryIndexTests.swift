import OmniNumerics
import OmniQueryCache
import Testing

@Suite("The index of a cache's entries")
struct EntryIndexTests {
  @Test("it agrees with a dictionary, also where many hashes share a home", arguments: 0..<20)
  func model(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let capacity = 1 + Int(random.below(60))
    var index = EntryIndex(capacity: capacity)
    var model: [UInt64: Int32] = [:]
    var unused = Array(0..<Int32(capacity))
    for _ in 0..<3_000 {
      // Few different upper bits, so that homes are crowded.
      let hash = random.below(4) << 20 | random.below(40)
      if let place = model[hash] {
        #expect(index.place(of: hash) == place)
        if random.below(2) == 0 {
          index.remove(hash)
          model[hash] = nil
          unused.append(place)
        }
      } else {
        #expect(index.place(of: hash) == -1)
        index.remove(hash)
        if let place = unused.popLast() {
          index.insert(hash, at: place)
          model[hash] = place
        }
      }
    }
    for (hash, place) in model { #expect(index.place(of: hash) == place) }
  }
}
