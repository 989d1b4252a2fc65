import OmniNumerics
import OmniShardRouter
import Testing

@Suite("AnchorTable")
struct AnchorTableTests {
  /// The second program keeps the sets of the paper's algorithm 2.
  @Test func `owners are those of a second program`() throws {
    let table = try AnchorTable(Membership(nodes(5)), seed: 7)
    #expect(table.anchor.capacity == 16)
    #expect(goldenKeys.prefix(12).map(table.owner) == [4, 3, 2, 4, 4, 4, 0, 3, 2, 4, 0, 3])
    #expect(digest(table) == 0xB67A_3BA5_5BA7_3384)
  }

  /// Exactly minimal, node by node, through any history.
  @Test func `keys move only from a node that leaves or to a node that joins`() throws {
    for seed in UInt64(0)..<30 {
      var random = SplitMix64(seed: seed)
      var table = try AnchorTable(Membership(nodes(6)), capacity: 12, seed: seed)
      for _ in 0..<12 {
        let wanted = try step(from: table.membership, using: &random, weightMax: 1, countMax: 12)
        let next = try table.changed(to: wanted)
        for key in keys(200, seed: seed) {
          let (old, new) = (table.node(of: key).name, next.node(of: key).name)
          guard old != new else { continue }
          let left = wanted.index(of: old) == nil
          let joined = table.membership.index(of: new) == nil
          #expect(left || joined, "seed \(seed): \(old) to \(new)")
        }
        table = next
      }
    }
  }

  @Test func `all nodes can be replaced, even in a full anchor`() throws {
    let table = try AnchorTable(Membership(nodes(3)), capacity: 3)
    let others = try Membership([ShardNode("x"), ShardNode("y"), ShardNode("z")])
    let next = try table.changed(to: others)
    #expect(Set(keys(100, seed: 1).map { next.node(of: $0).name }) == ["x", "y", "z"])
    let fewer = try next.changed(to: Membership([ShardNode("w")]))
    #expect(keys(100, seed: 1).allSatisfy { fewer.node(of: $0).name == "w" })
  }

  @Test func `weights that differ, and more nodes than there is room for, are refused`() throws {
    #expect(throws: ShardFailure.unequalWeights(.anchor)) {
      try AnchorTable(Membership(nodes(weights: [1, 2])))
    }
    let full = try AnchorTable(Membership(nodes(3)), capacity: 3)
    #expect(throws: ShardFailure.outOfRange(.nodes, value: 4, lower: 1, upper: 3)) {
      try full.changed(to: full.membership.adding(ShardNode("x")))
    }
  }
}
