import OmniShardRouter
import Testing

@Suite("Membership")
struct MembershipTests {
  @Test func `the order in which nodes are given does not matter`() throws {
    let given = try nodes(weights: [5, 4, 3, 2, 1])
    #expect(try Membership(given) == Membership(given.reversed()))
    #expect(try Membership(given.reversed()).nodes.map(\.name) == given.map(\.name))
  }

  @Test func `a node is found by its name, and no other is`() throws {
    let membership = try Membership(nodes(30))
    for (index, node) in membership.nodes.enumerated() {
      #expect(membership.index(of: node.name) == index)
    }
    for name in ["", "node", "node-100", "zzz"] { #expect(membership.index(of: name) == nil) }
  }

  @Test func `each change counts the epoch on`() throws {
    let start = try Membership(nodes(2), epoch: 9)
    let more = try start.adding(ShardNode("node-2", zone: "z"))
    let heavier = try more.reweighting("node-2", to: 7)
    let fewer = try heavier.removing("node-0")
    #expect([more.epoch, heavier.epoch, fewer.epoch] == [10, 11, 12])
    #expect(
      fewer.nodes == [try ShardNode("node-1"), try ShardNode("node-2", weight: 7, zone: "z")])
    #expect(fewer.totalWeight == 8)
  }

  @Test func `what makes no membership is refused`() throws {
    let two = try Membership(nodes(2))
    #expect(throws: ShardFailure.noNodes) { try Membership([]) }
    #expect(throws: ShardFailure.duplicate(node: "node-1")) { try two.adding(ShardNode("node-1")) }
    #expect(throws: ShardFailure.unknownNode("x")) { try two.removing("x") }
    #expect(throws: ShardFailure.unknownNode("x")) { try two.reweighting("x", to: 1) }
    #expect(throws: ShardFailure.noWeight(node: "node-1")) { try two.reweighting("node-1", to: 0) }
    #expect(throws: ShardFailure.noNodes) { try two.removing("node-0").removing("node-1") }
  }

  @Test func `behind the last epoch there is none`() throws {
    let last = try Membership(nodes(2), epoch: Membership.epochMax)
    let expected = ShardFailure.outOfRange(
      .epoch, value: Membership.epochMax + 1, lower: 0, upper: Membership.epochMax)
    #expect(throws: expected) { try last.removing("node-0") }
    #expect(throws: expected) { try SlotTable(last).plan(to: last) }
  }
}
