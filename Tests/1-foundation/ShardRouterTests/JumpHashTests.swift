import OmniShardRouter
import Testing

@Suite("JumpHash")
struct JumpHashTests {
  /// The first five are the test values of the widely used Go package dgryski/go-jump; the others
  /// come from figure 1 of the paper, run in Python.
  @Test func `buckets are those of the published algorithm`() {
    #expect(JumpHash.bucket(of: 1, count: 1) == 0)
    #expect(JumpHash.bucket(of: 42, count: 57) == 43)
    #expect(JumpHash.bucket(of: 0xDEAD_10CC, count: 1) == 0)
    #expect(JumpHash.bucket(of: 0xDEAD_10CC, count: 666) == 361)
    #expect(JumpHash.bucket(of: 256, count: 1_024) == 520)
    #expect(JumpHash.bucket(of: .max, count: 2_147_483_647) == 699_554_662)
    #expect(JumpHash.bucket(of: 123_456_789, count: 1 << 31) == 1_234_790_967)
  }

  @Test func `one more bucket takes keys and moves no others`() {
    for key in keys(500, seed: 1) {
      for count in 1..<40 {
        let old = JumpHash.bucket(of: key.bits, count: count)
        let new = JumpHash.bucket(of: key.bits, count: count + 1)
        #expect(new == old || new == count)
      }
    }
  }
}
