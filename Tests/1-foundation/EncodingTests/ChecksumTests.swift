import OmniEncoding
import Testing

@Suite("CRC32C")
struct ChecksumTests {
  /// RFC 3720, appendix B.4, read as numbers; and the check value of the common catalogue of CRCs.
  @Test func `the standard's examples give the standard's checksums`() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CRC32C.checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
    let command: [UInt8] = [
      0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0,
      0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
    ]
    #expect(CRC32C.checksum(command) == 0xD996_3A56)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test func `instruction and table agree, whole or in two parts`() {
    for seed in UInt64(0)..<200 {
      var state = seed
      func random(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
      }
      let bytes = (0..<random(300)).map { _ in UInt8(random(256)) }
      let start = UInt32(random(1 << 31))
      let whole = CRC32C.checksum(bytes, continuing: start)
      #expect(whole == CRC32C.checksumByTable(bytes, continuing: start), "seed \(seed)")
      let cut = random(bytes.count + 1)
      let first = CRC32C.checksum(Array(bytes[..<cut]), continuing: start)
      #expect(CRC32C.checksum(Array(bytes[cut...]), continuing: first) == whole, "seed \(seed)")
    }
  }
}
