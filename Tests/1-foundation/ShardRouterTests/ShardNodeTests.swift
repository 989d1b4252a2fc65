import OmniShardRouter
import Testing

@Suite("ShardNode")
struct ShardNodeTests {
  @Test func `a node is known by the hash of its name`() throws {
    let node = try ShardNode("abc", weight: 3, zone: "east")
    #expect(node.identity == 0x44BC_2CF5_AD77_0999)
    #expect(try ShardNode(number: 42).name == "42")
  }

  @Test func `names that could be written in two ways are refused`() throws {
    for name in ["", "a b", "a\n", "é", String(repeating: "x", count: 256)] {
      #expect(throws: ShardFailure.badName(name)) { try ShardNode(name) }
      #expect(throws: ShardFailure.badName(name)) { try ShardNode("good", zone: name) }
    }
    #expect(try ShardNode(String(repeating: "x", count: 255)).name.count == 255)
  }

  @Test func `a node without weight is refused`() {
    #expect(throws: ShardFailure.noWeight(node: "a")) { try ShardNode("a", weight: 0) }
  }
}
