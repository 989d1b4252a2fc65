import OmniShardRouter
import Testing

@Suite("XXH64")
struct XXH64Tests {
  /// Hashes of the bytes 3, 10, 17, … by the reference library (xxhash 0.8), for the seeds 0 and
  /// 0x9E3779B185EBCA8D.
  private static let reference: [(count: Int, plain: UInt64, seeded: UInt64)] = [
    (0, 0xEF46_DB37_51D8_E999, 0x0B30_3D92_0EC3_49DF),
    (1, 0x1F25_C8D0_BC1F_4BB6, 0x4E38_DA78_5858_33FF),
    (3, 0x31D2_363F_52E5_64C9, 0xDB3C_6B59_A9BF_9C25),
    (4, 0x9BB6_4B7D_66EE_9FDA, 0xDCE7_4DE7_4556_FF94),
    (7, 0x9A7B_1499_59CE_60D8, 0xBA5B_6F2C_C49D_11A0),
    (8, 0xDAB9_9D95_C6F9_0092, 0xF66E_0CA3_301B_75A3),
    (11, 0x7A52_CC94_57CF_1A1F, 0x50BB_0652_42E6_146D),
    (12, 0xD52E_4078_33AF_5133, 0xD70A_B810_30AB_D2AF),
    (15, 0x1B47_CB82_43CC_8E32, 0xD7C5_92E3_E100_89AA),
    (16, 0x4348_5023_2B78_7BE2, 0x39D1_3081_D23E_2FF3),
    (31, 0xA2AA_5F33_CC4A_6119, 0x66F6_47A5_2A03_A377),
    (32, 0x23C3_C17E_F790_FD97, 0x01B3_2369_1AFE_F034),
    (33, 0x50A7_CFC7_BA58_8784, 0x527F_3CAE_FF0C_9292),
    (39, 0x880B_BEEA_606E_4B37, 0x6400_F65A_8243_1E3E),
    (63, 0x5E3E_54B4_31C7_493C, 0xCA00_B700_0716_9FC7),
    (64, 0x0EB6_4B3E_F6EE_B01F, 0x34D5_A64A_E8DC_6E9F),
    (100, 0xA61F_8D4C_170F_E531, 0x919C_CDA3_67E2_A61E),
    (255, 0x39AE_55A2_9989_206F, 0x4A5D_8017_6289_77F1),
  ]

  @Test func `hashes of texts are the published ones`() {
    #expect(XXH64.hash("") == 0xEF46_DB37_51D8_E999)
    #expect(XXH64.hash("a") == 0xD24E_C4F1_A98C_6E5B)
    #expect(XXH64.hash("abc") == 0x44BC_2CF5_AD77_0999)
  }

  @Test func `hashes of every kind of length are those of the reference`() {
    for (count, plain, seeded) in Self.reference {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
      #expect(XXH64.hash(bytes) == plain, "\(count) bytes")
      #expect(XXH64.hash(bytes, seed: 0x9E37_79B1_85EB_CA8D) == seeded, "\(count) bytes")
      #expect(XXH64.hash(bytes.span) == plain, "\(count) bytes")
    }
  }

  @Test func `a number is hashed as its eight bytes, least significant first`() {
    #expect(XXH64.hash(0) == 0x34C9_6ACD_CADB_1BBB)
    #expect(XXH64.hash(42) == 0xB556_806F_B6D1_4353)
    #expect(XXH64.hash(UInt64.max, seed: 7) == 0x7865_3E7F_1B12_2749)
  }
}
