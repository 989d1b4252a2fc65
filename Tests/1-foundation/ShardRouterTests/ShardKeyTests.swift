import OmniShardRouter
import Testing

@Suite("ShardKey")
struct ShardKeyTests {
  @Test func `a key is the same as text, as bytes and as a span`() {
    for text in ["", "a", "account-4711", "Zürich", String(repeating: "long ", count: 30)] {
      let bytes = Array(text.utf8)
      #expect(ShardKey(text, seed: 3) == ShardKey(bytes, seed: 3))
      #expect(ShardKey(text, seed: 3) == ShardKey(bytes.span, seed: 3))
    }
  }

  @Test func `a number is a key of eight bytes`() {
    #expect(ShardKey(0x0102, seed: 9) == ShardKey([2, 1, 0, 0, 0, 0, 0, 0], seed: 9))
  }

  @Test func `another seed gives another key`() {
    #expect(ShardKey("a", seed: 1) != ShardKey("a", seed: 2))
    #expect(ShardKey(bits: 5).bits == 5)
  }
}
