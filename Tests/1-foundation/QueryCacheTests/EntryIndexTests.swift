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
      let found = index.place(of: hash)
      let likely = index.likelyPlace(of: hash)
      // It says nothing, or where the hash is, or the place of another that looks like it.
      #expect(likely >= -1 && likely < Int32(capacity))
      if let place = model[hash] {
        #expect(found == place)
        if random.below(2) == 0 {
          index.remove(hash)
          model[hash] = nil
          unused.append(place)
        }
      } else {
        #expect(found == -1)
        index.remove(hash)
        if let place = unused.popLast() {
          index.insert(hash, at: place)
          model[hash] = place
        }
      }
    }
    for (hash, place) in model {
      let found = index.place(of: hash)
      #expect(found == place)
    }
  }

  @Test("where hashes differ well, the likely place is nearly always the right one")
  func likely() {
    let capacity = 10_000
    var index = EntryIndex(capacity: capacity)
    for number in 0..<capacity { index.insert(UInt64(number).rehashed, at: Int32(number)) }
    let right = (0..<capacity).filter { index.likelyPlace(of: UInt64($0).rehashed) == Int32($0) }
    #expect(right.count > capacity * 95 / 100)
    let wrong = (capacity..<2 * capacity).filter { index.likelyPlace(of: UInt64($0).rehashed) >= 0 }
    #expect(wrong.count < 10)
  }
}
