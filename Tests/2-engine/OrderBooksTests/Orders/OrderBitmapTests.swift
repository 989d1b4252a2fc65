import OmniOrderBooks
import OmniTestKit
import Testing

@Suite("OrderBitmap")
struct OrderBitmapTests {
  @Test func `the next taken place is found in every layer`() {
    for count in [64, 128, 4_096, 4_160, OrderBitmap.placeCountMax] {
      var map = OrderBitmap(count: count)
      let none = map.first(from: 0)
      map.set(count - 1)
      let last = map.first(from: 0)
      let behind = map.first(from: count)
      map.clear(count - 1, if: false)
      let kept = map.first(from: count - 1)
      map.clear(count - 1, if: true)
      let gone = map.first(from: 0)
      #expect([none, last, behind, kept, gone] == [-1, count - 1, -1, count - 1, -1], "\(count)")
    }
  }

  @Test func `places that come and go are found as in a sorted list`() {
    for (seed, count) in [(1, 64), (2, 8_192), (3, OrderBitmap.placeCountMax)] as [(UInt64, Int)] {
      var random = SeededRandom(seed: seed)
      var map = OrderBitmap(count: count)
      var taken: Set<Int> = []
      for _ in 0..<2_000 {
        let place = Int(random.below(UInt64(count)))
        if random.below(5) < 2, let old = taken.min() {
          map.clear(old, if: true)
          taken.remove(old)
        } else {
          map.set(place)
          taken.insert(place)
        }
        let from = Int(random.below(UInt64(count)))
        let found = map.first(from: from)
        #expect(found == taken.filter { $0 >= from }.min() ?? -1, "seed \(seed): from \(from)")
      }
      map.removeAll()
      let empty = map.first(from: 0)
      #expect(empty == -1)
    }
  }
}
