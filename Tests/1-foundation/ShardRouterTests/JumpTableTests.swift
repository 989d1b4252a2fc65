import OmniNumerics
import OmniShardRouter
import Testing

@Suite("JumpTable")
struct JumpTableTests {
  @Test func `owners are those of a second program`() throws {
    let table = try JumpTable(Membership(nodes(5)), seed: 7)
    #expect(goldenKeys.prefix(12).map(table.owner) == [2, 3, 0, 2, 3, 1, 3, 0, 4, 1, 1, 4])
    #expect(digest(table) == 0xC7D3_3445_6A28_0A8C)
  }

  @Test func `nodes keep their buckets, and the last fills the gap`() throws {
    var table = try JumpTable(Membership(nodes(4)))
    table = try table.changed(to: table.membership.adding(ShardNode("a-first-by-name")))
    #expect(table.buckets == ["node-0", "node-1", "node-2", "node-3", "a-first-by-name"])
    table = try table.changed(to: table.membership.removing("node-1"))
    #expect(table.buckets == ["node-0", "a-first-by-name", "node-2", "node-3"])
    table = try table.changed(to: table.membership.removing("node-3"))
    #expect(table.buckets == ["node-0", "a-first-by-name", "node-2"])
    table = try table.changed(to: Membership(nodes(weights: [1, 1])))
    #expect(table.buckets == ["node-0", "node-1"])
    table = try table.changed(to: Membership([ShardNode("x"), ShardNode("y"), ShardNode("z")]))
    #expect(table.buckets == ["x", "y", "z"])
  }

  @Test func `several nodes can leave at once, the last among them`() throws {
    let table = try JumpTable(Membership(nodes(6)))
    let next = try table.changed(to: Membership([ShardNode("node-1"), ShardNode("node-3")]))
    #expect(next.buckets == ["node-3", "node-1"])
  }

  /// The promise: the least when a node joins, twice the least when one leaves.
  @Test func `joining moves the least, and leaving at most twice of it`() throws {
    for seed in UInt64(0)..<30 {
      var random = SplitMix64(seed: seed)
      let table = try JumpTable(Membership(nodes(8)), seed: seed)
      let more = try table.changed(to: table.membership.adding(ShardNode("m")))
      let gone = "node-\(random.below(8))"
      let fewer = try table.changed(to: table.membership.removing(gone))
      var leaving = 0
      for key in keys(2_000, seed: seed) {
        let name = table.node(of: key).name
        #expect([name, "m"].contains(more.node(of: key).name))
        if fewer.node(of: key).name != name { leaving += 1 }
      }
      // An eighth of the keys is the least; 0.03 is more than three deviations of the sample.
      #expect(Double(leaving) / 2_000 < 2.0 / 8 + 0.03, "seed \(seed)")
    }
  }

  @Test func `keys are spread evenly`() throws {
    for seed in UInt64(0)..<20 {
      let spread = Distribution(
        of: keys(5_000, seed: seed), over: try JumpTable(Membership(nodes(9)), seed: seed))
      #expect(spread.isPlausible(), "seed \(seed): \(spread.chiSquared)")
    }
  }

  @Test func `weights that differ are refused`() throws {
    #expect(throws: ShardFailure.unequalWeights(.jump)) {
      try JumpTable(Membership(nodes(weights: [1, 2])))
    }
    #expect(try JumpTable(Membership(nodes(weights: [9, 9]))).buckets.count == 2)
  }
}
