import OmniProjections
import Testing

@Suite("ProjectionPosition")
struct ProjectionPositionTests {
  private let position = RandomBooks.position(frame: 7, ordinal: 30)
  private let identity = RandomBooks.identity

  @Test func `a ledger that has the position's frame can go on from it`() throws {
    for last in UInt64(7)...9 {
      #expect(throws: Never.self) {
        try position.check(identity: identity, lastFrame: last, digest: RandomBooks.digest)
      }
    }
  }

  @Test func `another ledger, a shorter one and another history are told apart`() {
    let refusals: [(UInt128, UInt64, UInt64, ProjectionFailure, String)] = [
      (identity + 1, 9, 0, .otherLedger(found: identity, wanted: identity + 1), "PRJ-001"),
      (identity, 6, 0, .aheadOfLedger(position: 7, ledger: 6), "PRJ-002"),
      (identity, 9, 1, .otherHistory(frame: 7), "PRJ-003"),
    ]
    for (identity, last, shift, refusal, code) in refusals {
      #expect(throws: refusal) {
        try position.check(identity: identity, lastFrame: last) { RandomBooks.digest($0 + shift) }
      }
      #expect(refusal.code == code)
      #expect(refusal.wantsRebuild)
      #expect("\(refusal)".hasSuffix("rebuild it"))
    }
  }
}
