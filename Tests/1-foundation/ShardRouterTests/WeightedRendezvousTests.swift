import OmniNumerics
import OmniShardRouter
import Testing

@Suite("WeightedRendezvous")
struct WeightedRendezvousTests {
  /// By a second program, whose logarithms have fifty decimal digits.
  @Test func `owners are those of a program with exact logarithms`() throws {
    let map = WeightedRendezvous(try Membership(nodes(weights: [1, 2, 3, 4, 5])), seed: 7)
    #expect(goldenKeys.prefix(12).map(map.owner) == [4, 1, 2, 2, 2, 0, 0, 2, 0, 2, 4, 3])
    #expect(digest(map) == 0x5AD7_7099_5A4E_A191)
  }

  @Test func `shares are those of the weights, however far apart`() throws {
    for seed in UInt64(0)..<8 {
      for weights: [UInt32] in [
        [1], [1, 1], [1, 2, 3, 4, 5], [1_000_000_000, 3_000_000_000], [1, 99],
      ] {
        let map = WeightedRendezvous(try Membership(nodes(weights: weights)), seed: seed)
        let spread = Distribution(of: keys(5_000, seed: seed), over: map)
        #expect(spread.chiSquared <= spread.criticalValue(.oneInAThousand), "\(seed) \(weights)")
      }
    }
  }

  @Test func `a node of the greatest weight beside one of the least takes nearly all`() throws {
    let map = WeightedRendezvous(try Membership(nodes(weights: [1, .max])))
    #expect(keys(2_000, seed: 1).allSatisfy { map.owner(of: $0) == 1 })
  }

  /// Exactly minimal: not one key moves between two nodes whose weights stay.
  @Test func `keys move only to a node that grows, and only from a node that shrinks`() throws {
    for seed in UInt64(0)..<30 {
      var random = SplitMix64(seed: seed)
      var map = WeightedRendezvous(try Membership(nodes(weights: [3, 1, 4, 1, 5, 2])), seed: seed)
      for _ in 0..<4 {
        let wanted = try step(from: map.membership, using: &random)
        let next = try map.changed(to: wanted)
        for key in keys(300, seed: seed) {
          let (old, new) = (map.node(of: key), next.node(of: key))
          guard old.name != new.name else { continue }
          let weightNow = wanted.index(of: old.name).map { wanted.nodes[$0].weight } ?? 0
          let weightThen =
            map.membership.index(of: new.name).map { map.membership.nodes[$0].weight } ?? 0
          #expect(weightNow < old.weight || weightThen < new.weight, "seed \(seed)")
        }
        map = next
      }
    }
  }

  @Test func `copies are in distinct zones while there are any`() throws {
    let map = WeightedRendezvous(try Membership(nodes(9, zones: 3)))
    for key in keys(300, seed: 2) {
      let chosen = map.replicas(of: key, count: 5)
      #expect(Set(chosen).count == 5)
      #expect(Set(chosen.prefix(3).map { map.membership.nodes[$0].zone }).count == 3)
      #expect(chosen.first == map.owner(of: key))
    }
  }

  @Test func `the first copy owns the key when its owner leaves`() throws {
    let map = WeightedRendezvous(try Membership(nodes(weights: [1, 2, 3, 4])))
    for key in keys(300, seed: 3) {
      let chosen = map.replicas(of: key, count: 2).map { map.membership.nodes[$0].name }
      let next = try map.changed(to: map.membership.removing(chosen[0]))
      #expect(next.node(of: key).name == chosen[1])
    }
  }

  @Test func `as many copies are given as there are nodes, and none for no count`() throws {
    let map = WeightedRendezvous(try Membership(nodes(3)))
    let key = ShardKey("k")
    #expect(
      [-1, 0, 1, 2, 3, 9].map { map.replicas(of: key, count: $0).count } == [0, 0, 1, 2, 3, 3])
  }
}
