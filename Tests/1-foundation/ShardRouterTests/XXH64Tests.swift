import OmniShardRouter
import Testing

@Suite("XXH64")
struct XXH64Tests {
  @Test func `hashes are those of the reference implementation`() {
    #expect(XXH64.hash("") == 0xEF46_DB37_51D8_E999)
    #expect(XXH64.hash("a") == 0xD24E_C4F1_A98C_6E5B)
    #expect(XXH64.hash("abc") == 0x44BC_2CF5_AD77_0999)
  }
}
