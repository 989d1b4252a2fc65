import OmniNumerics
import OmniShardRouter
import Testing

@Suite("HashRing")
struct HashRingTests {
  @Test func `owners are those of a second program`() throws {
    let ring = try HashRing(Membership(nodes(weights: [1, 2, 3, 4, 5])), seed: 7)
    #expect(goldenKeys.prefix(12).map(ring.owner) == [2, 2, 3, 2, 2, 4, 2, 2, 3, 2, 1, 2])
    #expect(digest(ring) == 0x2A04_6F26_0CF1_FA7F)
    #expect(ring.pointCount == 15 * 160)
  }

  /// An earlier router, in another language, dropped a node from its list and left its points on
  /// the ring: keys went on going to a node that was no more.
  @Test func `a removed node gets no key`() throws {
    for seed in UInt64(0)..<20 {
      let ring = try HashRing(Membership(nodes(6)), virtualNodes: 40, seed: seed)
      let gone = "node-\(seed % 6)"
      let next = try ring.changed(to: ring.membership.removing(gone))
      #expect(next.pointCount == 5 * 40)
      for key in keys(200, seed: seed) {
        #expect(next.node(of: key).name != gone, "seed \(seed)")
        #expect(next.replicas(of: key, count: 9).count == 5)
      }
    }
  }

  /// Exactly minimal: keys move only to a node that grows, and only from a node that shrinks.
  @Test func `a change moves keys of the changed node only`() throws {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      var ring = try HashRing(
        Membership(nodes(weights: [3, 1, 4, 1, 5])), virtualNodes: 40, seed: seed)
      for _ in 0..<4 {
        let wanted = try step(from: ring.membership, using: &random)
        let next = try ring.changed(to: wanted)
        for key in keys(400, seed: seed) {
          let (old, new) = (ring.node(of: key), next.node(of: key))
          guard old.name != new.name else { continue }
          let now = wanted.index(of: old.name).map { wanted.nodes[$0].weight } ?? 0
          let then =
            ring.membership.index(of: new.name).map { ring.membership.nodes[$0].weight } ?? 0
          #expect(now < old.weight || then < new.weight, "seed \(seed)")
        }
        ring = next
      }
    }
  }

  @Test func `lookups at, before and behind every point are those of a plain search`() throws {
    for (count, virtual) in [(1, 1), (1, 2), (2, 1), (3, 5), (7, 33)] {
      let ring = try HashRing(Membership(nodes(count)), virtualNodes: virtual, seed: 5)
      let points = ring.membership.nodes.enumerated().flatMap { index, node in
        (0..<UInt64(virtual)).map {
          (hash: XXH64.hash($0, seed: XXH64.hash(node.identity, seed: 5)), node: index)
        }
      }.sorted { $0.hash < $1.hash }
      let edges = points.flatMap { [$0.hash &- 1, $0.hash, $0.hash &+ 1] } + [0, .max]
      for bits in edges + keys(500, seed: 1).map(\.bits) {
        let expected = points.first { $0.hash >= bits } ?? points[0]
        #expect(ring.owner(of: ShardKey(bits: bits)) == expected.node, "\(count) × \(virtual)")
      }
    }
  }

  @Test func `copies are the nodes of the next points, in distinct zones while there are any`()
    throws
  {
    let ring = try HashRing(Membership(nodes(8, zones: 2)), virtualNodes: 20)
    for key in keys(200, seed: 4) {
      let chosen = ring.replicas(of: key, count: 4)
      #expect(Set(chosen).count == 4)
      #expect(chosen[0] == ring.owner(of: key))
      #expect(Set(chosen.prefix(2).map { ring.membership.nodes[$0].zone }).count == 2)
    }
  }

  @Test func `the next copy owns the key when its owner leaves`() throws {
    let ring = try HashRing(Membership(nodes(6)), virtualNodes: 20)
    for key in keys(100, seed: 4) {
      let chosen = ring.replicas(of: key, count: 2).map { ring.membership.nodes[$0].name }
      let next = try ring.changed(to: ring.membership.removing(chosen[0]))
      #expect(next.node(of: key).name == chosen[1])
    }
  }

  @Test func `shares are within a third of the weights with 160 points`() throws {
    for seed in UInt64(0)..<10 {
      let ring = try HashRing(Membership(nodes(weights: [1, 1, 2, 2, 4])), seed: seed)
      let spread = Distribution(of: keys(5_000, seed: seed), over: ring)
      #expect(spread.skew < 1.34 && spread.skewMin > 0.66, "seed \(seed): \(spread.skew)")
    }
  }

  @Test func `no points and too many are refused`() throws {
    let two = try Membership(nodes(weights: [1, .max]))
    #expect(throws: ShardFailure.outOfRange(.virtualNodes, value: 0, lower: 1, upper: 1 << 20)) {
      try HashRing(two, virtualNodes: 0)
    }
    #expect(throws: ShardFailure.outOfRange(.ringPoints, value: 1 << 32, lower: 1, upper: 1 << 20))
    {
      try HashRing(two, virtualNodes: 1)
    }
  }
}
