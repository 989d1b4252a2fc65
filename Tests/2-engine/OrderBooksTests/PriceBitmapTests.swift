import OmniNumerics
import OmniOrderBooks
import Testing

@Suite struct PriceBitmapTests {
  @Test func `an empty map has nothing below any place`() {
    let map = PriceBitmap(count: 4_096)
    let found = [0, 1, 64, 4_095, 4_096].map { map.highest(below: $0) }
    #expect(found == [-1, -1, -1, -1, -1])
  }

  @Test(arguments: [4_096, 12_288, 262_144], [1, 2, 3] as [UInt64])
  func `the highest place below another is that of a sorted set`(count: Int, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var map = PriceBitmap(count: count)
    var plain: Set<Int> = []

    for _ in 0..<600 {
      let place = Int(random.below(UInt64(count)))
      if random.below(2) == 0 {
        map.insert(place)
        plain.insert(place)
      } else if let victim = plain.randomElement(using: &random) {
        map.remove(victim)
        plain.remove(victim)
      }
      let from = random.below(8) == 0 ? count : Int(random.below(UInt64(count)))
      let found = map.highest(below: from)
      #expect(found == plain.filter { $0 < from }.max() ?? -1)
    }

    map.removeAll()
    let left = map.highest(below: count)
    #expect(left == -1)
  }
}
