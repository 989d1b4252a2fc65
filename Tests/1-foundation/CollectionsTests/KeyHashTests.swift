import OmniCollections
import OmniTestKit
import Testing

@Suite("A hash of keys")
struct KeyHashTests {
  @Test("it is the same in every run")
  func golden() {
    #expect(KeyHash.hash(of: "user:7", seed: 0) == KeyHash.hash(of: "user:7", seed: 0))
    #expect(KeyHash.hash(of: 0, seed: 0) == 0xE220_A839_7B1D_CDAF)
    let texts = ["", "a", "12345678", "123456789", "user:7"]
    let hashes = texts.map { KeyHash.hash(of: $0, seed: 1) }
    #expect(Set(hashes).count == texts.count)
    #expect(hashes != texts.map { KeyHash.hash(of: $0, seed: 2) })
  }

  @Test("short decimals fill every slice of its bits evenly")
  func even() {
    for shift in stride(from: 0, through: 60, by: 4) {
      var counts = [Int](repeating: 0, count: 16)
      for key in 0..<16_000 {
        counts[Int(KeyHash.hash(of: "\(key)", seed: 0) >> UInt64(shift) & 15)] += 1
      }
      // Fifteen degrees of freedom: 40 is passed by chance once in two thousand times.
      let chi = counts.reduce(0.0) { $0 + Double(($1 - 1_000) * ($1 - 1_000)) / 1_000 }
      #expect(chi < 45, "bits from \(shift): \(chi)")
    }
  }

  @Test("one bit of a key of any length changes half the bits of its hash", arguments: 1...70)
  func avalanche(length: UInt64) {
    var random = SeededRandom(seed: length)
    var flipped = 0
    for _ in 0..<2_000 {
      var bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let before = KeyHash.hash(of: bytes, seed: 3)
      bytes[Int(random.below(length))] ^= 1 << UInt8(random.below(8))
      let after = KeyHash.hash(of: bytes, seed: 3)
      flipped += (before ^ after).nonzeroBitCount
    }
    // Six standard deviations of 128,000 coins.
    #expect((62_900...65_100).contains(flipped))
  }

  @Test("keys of zeros differ by their length, and every byte of a key counts")
  func lengths() {
    var hashes: Set<UInt64> = []
    for length in 0...70 {
      let zeros = [UInt8](repeating: 0, count: length)
      hashes.insert(KeyHash.hash(of: zeros, seed: 0))
      for place in zeros.indices {
        var key = zeros
        key[place] = 1
        hashes.insert(KeyHash.hash(of: key, seed: 0))
      }
    }
    #expect(hashes.count == 71 + 70 * 71 / 2)
  }
}
