import OmniSnapshotter
import Testing

@Suite("ReducerFingerprint")
struct ReducerFingerprintTests {
  /// The hash of the length as eight bytes and the text, by a second implementation in Python.
  @Test func `the fingerprint of a text is this on every machine`() {
    #expect(ReducerFingerprint.of("") == 0xA8C7_F832_281A_39C5)
    #expect(ReducerFingerprint.of("account") == 0xC4FB_A4C2_A54C_BBCD)
    #expect(
      ReducerFingerprint.of("account", ["deposited": 1, "closed": 2]) == 0xCA79_DEE3_C3F0_68D2)
  }

  @Test func `each name and each version counts, and their order does not`() {
    let fingerprints = [
      ReducerFingerprint.of("a"), ReducerFingerprint.of("a", ["b": 1]),
      ReducerFingerprint.of("a", ["b": 2]), ReducerFingerprint.of("b", ["a": 1]),
      ReducerFingerprint.of("a", ["c": 1]), ReducerFingerprint.of("a", ["b": 1, "c": 1]),
      ReducerFingerprint.of("ab"), ReducerFingerprint.of("a", ["bc": 1]),
    ]
    #expect(Set(fingerprints).count == fingerprints.count)
    #expect(
      ReducerFingerprint.of("a", ["x": 1, "y": 2]) == ReducerFingerprint.of("a", ["y": 2, "x": 1]))
  }
}
