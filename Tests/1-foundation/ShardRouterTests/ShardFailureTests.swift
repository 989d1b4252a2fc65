import OmniShardRouter
import Testing

@Suite("ShardFailure")
struct ShardFailureTests {
  private static let all: [ShardFailure] = [
    .noNodes, .badName("a b"), .noWeight(node: "a"), .duplicate(node: "a"),
    .outOfRange(.slots, value: 3, lower: 64, upper: 65_536), .unknownNode("a"),
    .unequalWeights(.jump), .otherEpoch(plan: 1, table: 2), .otherTable(plan: 1, table: 2),
    .nothingHeld(node: "a"), .notARouter, .version(found: 2, known: 1),
    .checksum(found: 1, computed: 2), .senseless("a flag is 2"),
  ]

  @Test func `codes are stable, and no two are the same`() {
    #expect(Self.all.map(\.code) == (1...14).map { "SHD-0\($0 < 10 ? "0" : "")\($0)" })
  }

  @Test func `a description is one line that begins with the code and says what was wanted`() {
    for failure in Self.all {
      let text = failure.description
      #expect(text.hasPrefix("\(failure.code): "))
      #expect(text.contains("want"), "\(text)")
      #expect(!text.contains("\n"))
    }
    #expect(ShardFailure.badName("a\nb").description.contains("\n") == false)
  }
}
