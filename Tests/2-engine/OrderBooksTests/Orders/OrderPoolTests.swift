import OmniModel
import OmniOrderBooks
import OmniTestKit
import Testing

@Suite("OrderPool")
struct OrderPoolTests {
  /// Dense numbers, numbers that share their lower half, and arbitrary ones.
  @Test func `orders are found as in a dictionary, while the pool grows and shrinks`() {
    for kind in 0..<3 as Range<UInt64> {
      var random = SeededRandom(seed: kind)
      var pool = OrderPool(capacity: 0)
      var wanted: [UInt64: Int64] = [:]
      for number in 0..<6_000 as Range<Int64> {
        let small = random.below(700)
        let id = kind == 0 ? small : kind == 1 ? small << 32 : random.below(50) * 0x1_2345_6789
        let place = pool.find(id)
        #expect((place != 0) == (wanted[id] != nil), "kind \(kind), \(number): \(id)")
        if place == 0 {
          let new = pool.insert(OrderNode(id: id, side: .sell, key: 7, quantity: number))
          wanted[id] = number
          let found = pool[new].quantity
          #expect(found == number)
        } else {
          let found = pool[place].quantity
          #expect(found == wanted[id])
          if random.below(3) > 0 || number > 4_000 {
            pool.remove(place)
            wanted[id] = nil
          }
        }
        let count = pool.count
        #expect(count == wanted.count)
      }
      for (id, number) in wanted {
        let found = pool[pool.find(id)].quantity
        #expect(found == number, "kind \(kind): \(id)")
      }
      pool.removeAll()
      let left = wanted.keys.filter { pool.find($0) != 0 }
      #expect(left.isEmpty)
    }
  }

  @Test func `a price turned round for bids comes back`() {
    for ticks in [.min, -1, 0, 5, .max] as [Int64] {
      let bid = OrderNode(id: 1, side: .buy, key: OrderNode.key(.buy, ticks: ticks), quantity: 1)
      let ask = OrderNode(id: 1, side: .sell, key: OrderNode.key(.sell, ticks: ticks), quantity: 1)
      #expect(bid.ticks == ticks && ask.ticks == ticks && bid.side == .buy && ask.side == .sell)
    }
  }
}
