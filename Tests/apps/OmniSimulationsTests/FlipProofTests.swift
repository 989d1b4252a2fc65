import OmniSimulations
import Testing

@Suite struct FlipProofTests {
  @Test func `a turned bit of every kind of byte is found`() throws {
    // Every byte is for the long proofs; a prime step meets all places of a word and of a block.
    let report = try FlipProof.run(seed: 1, step: 499)

    #expect(report.files >= 6)
    #expect(report.bytes > 80)
  }
}
