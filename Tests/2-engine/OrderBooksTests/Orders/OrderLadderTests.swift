import OmniModel
import OmniOrderBooks
import OmniTestKit
import Testing

@Suite("OrderLadder")
struct OrderLadderTests {
  /// Keys that wander over all numbers, so that the window follows them.
  @Test func `the window follows the market, and the best price and its neighbours stay right`() {
    for seed in 0..<6 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      var ladder = OrderLadder(window: 64, farCapacity: 1)
      var pool = OrderPool(capacity: 1)
      var keys: [Int64: [UInt32]] = [:]
      var center: Int64 = random.pick([.min + 1_000, -5, .max - 1_000])
      for id in 0..<1_000 as Range<UInt64> {
        if random.below(300) == 0 {
          center = min(.max - 400, max(.min + 400, center)) + random.within(-300...300)
        }
        if keys.count > 40 {
          let key = random.pick(keys.keys.sorted().suffix(30))
          while let place = keys[key]?.first {
            ladder.remove(place, in: &pool)
            pool.remove(place)
            keys[key]?.removeFirst()
            if keys[key]?.isEmpty == true { keys[key] = nil }
          }
        }
        let key = center + random.within(-50...50)
        let place = pool.insert(OrderNode(id: id, side: .sell, key: key, quantity: 2))
        ladder.append(place, key: key, quantity: 2, in: &pool)
        keys[key, default: []].append(place)
        var found: [Int64] = []
        var next = ladder.best
        while next != .max {
          found.append(next)
          next = ladder.key(after: next)
        }
        #expect(found == keys.keys.sorted(), "seed \(seed), order \(id)")
        let level = ladder.level(at: key)
        #expect(level.count == keys[key]?.count && level.head == keys[key]?.first)
        let quantity = ladder.quantity
        #expect(quantity == 2 * Int64(pool.count))
      }
    }
  }

  @Test func `the largest and the smallest price have a place`() {
    var ladder = OrderLadder(window: 64)
    var pool = OrderPool(capacity: 4)
    for (id, key) in [(1, .max - 1), (2, .min), (3, 0)] as [(UInt64, Int64)] {
      let place = pool.insert(OrderNode(id: id, side: .sell, key: key, quantity: 1))
      ladder.append(place, key: key, quantity: 1, in: &pool)
    }
    let keys = [ladder.best, ladder.key(after: .min), ladder.key(after: 0)]
    let end = ladder.key(after: .max - 1)
    #expect(keys == [.min, 0, .max - 1] && end == .max)
  }
}
