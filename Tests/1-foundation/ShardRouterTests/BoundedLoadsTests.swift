import OmniNumerics
import OmniShardRouter
import Testing

@Suite("BoundedLoads")
struct BoundedLoadsTests {
  private func loads(
    weights: [UInt32], headroom: Int = 1_250, seed: UInt64 = 0
  ) throws -> BoundedLoads {
    let ring = try HashRing(Membership(nodes(weights: weights)), virtualNodes: 40, seed: seed)
    return try BoundedLoads(ring, headroomThousandths: headroom)
  }

  @Test func `a key goes to its own node while that has room, and on when it has not`() throws {
    var loads = try loads(weights: [1, 1, 1, 1], headroom: 2_000)
    let key = ShardKey("hot")
    let order = loads.ring.replicas(of: key, count: 4)

    // With headroom 2 and four nodes, m requests let each node have ⌈m / 2⌉.
    #expect(loads.acquire(key) == order[0])
    #expect(loads.acquire(key) == order[1])
    #expect(loads.acquire(key) == order[0])
    #expect(loads.acquire(key) == order[1])
    #expect(loads.total == 4)
  }

  @Test func `a released place is taken again`() throws {
    var loads = try loads(weights: [1, 1], headroom: 1_000)
    let first = loads.acquire(ShardKey("a"))
    let second = loads.acquire(ShardKey("a"))
    #expect(first != second)
    try loads.release(first)
    #expect(loads.acquire(ShardKey("a")) == first)
    #expect(loads.loads == [1, 1])
  }

  @Test func `a node that holds nothing has nothing to give back`() throws {
    var loads = try loads(weights: [1, 1])
    let before = loads
    #expect(throws: ShardFailure.nothingHeld(node: "node-1")) { try loads.release(1) }
    #expect(loads == before)
  }

  @Test func `a headroom below the mean is refused`() {
    for headroom in [-1, 0, 999, 1_000_001] {
      let expected = ShardFailure.outOfRange(
        .headroom, value: UInt64(max(0, headroom)), lower: 1_000, upper: 1_000_000)
      #expect(throws: expected) { try loads(weights: [1], headroom: headroom) }
    }
  }

  @Test func `capacities are the mean with headroom, rounded up`() throws {
    let loads = try loads(weights: [1, 3], headroom: 1_500)
    #expect((0...4).map { loads.capacity(of: 0, total: $0) } == [0, 1, 1, 2, 2])
    #expect((0...4).map { loads.capacity(of: 1, total: $0) } == [0, 2, 3, 4, 5])
  }

  @Test func `no node is ever above its capacity while requests come`() throws {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      let weights = (0..<random.below(6) + 1).map { _ in UInt32(random.below(5)) + 1 }
      let headroom = 1_000 + Int(random.below(1_000))
      var loads = try loads(weights: weights, headroom: headroom, seed: seed)
      for _ in 0..<300 {
        // A quarter of all requests are for one key.
        _ = loads.acquire(ShardKey(random.below(4) == 0 ? 0 : random.next()))
        for index in weights.indices {
          #expect(
            loads.loads[index] <= loads.capacity(of: index, total: loads.total), "seed \(seed)")
        }
      }
    }
  }

  @Test func `what a node is given never takes it above its capacity, whatever was released`()
    throws
  {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      var loads = try loads(weights: [1, 2, 3, 2], headroom: 1_100, seed: seed)
      var held: [Int] = []
      for _ in 0..<400 {
        if !held.isEmpty, random.below(5) < 2 {
          try loads.release(held.remove(at: Int(random.below(UInt64(held.count)))))
        } else {
          let index = loads.acquire(ShardKey(random.next()))
          #expect(
            loads.loads[index] <= loads.capacity(of: index, total: loads.total), "seed \(seed)")
          held.append(index)
        }
        #expect(loads.total == held.count && loads.loads.reduce(0, +) == held.count)
      }
    }
  }

  @Test func `what nodes hold stays with them when others join and leave`() throws {
    var loads = try loads(weights: [1, 1, 1])
    for number in UInt64(0)..<30 { _ = loads.acquire(ShardKey(number)) }
    let kept = loads.loads
    let wanted = try loads.ring.membership.removing("node-0").adding(ShardNode("a-new"))

    var next = try loads.changed(to: wanted)
    #expect(next.loads == [0, kept[1], kept[2]])
    #expect(next.total == kept[1] + kept[2])
    for number in UInt64(0)..<200 {
      #expect(next.ring.membership.nodes[next.acquire(ShardKey(number))].name != "node-0")
    }
  }
}
