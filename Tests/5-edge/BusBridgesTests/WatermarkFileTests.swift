import OmniBusBridges
import OmniPlatform
import Testing

@Suite("WatermarkFile")
struct WatermarkFileTests {
  @Test func `the number is kept, and damage is seen`() throws {
    let folder = try FileSystem.makeTemporaryDirectory("omni-mark")
    defer { try? FileSystem.removeDirectory(folder) }
    let file = WatermarkFile(path: folder + "/mark")
    #expect(try file.read() == nil)
    for number: UInt64 in [0, 7, .max, 1 << 40] {
      try file.write(number)
      #expect(try file.read() == number)
    }
    let whole = try File(file.path, .read).bytes(at: 0, count: 24)
    for bit in 0..<(24 * 8) {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      try FileSystem.replaceFile(file.path, with: bytes)
      #expect(throws: BridgeFailure.watermarkDamaged(path: file.path)) { try file.read() }
    }
    for bytes in [[], Array(whole.dropLast()), whole + [0]] {
      try FileSystem.replaceFile(file.path, with: bytes)
      #expect(throws: BridgeFailure.watermarkDamaged(path: file.path)) { try file.read() }
    }
  }

  @Test func `a folder that is not there is told`() {
    let file = WatermarkFile(path: "/nonexistent/omni/mark")
    #expect(throws: BridgeFailure.self) { try file.write(1) }
  }
}
