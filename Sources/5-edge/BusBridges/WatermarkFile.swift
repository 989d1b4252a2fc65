import OmniPlatform

/// The small file in which a bridge keeps up to where all is delivered.
///
///     offset  0  "OBWM"
///             4  version, 1         UInt32, little endian
///             8  the number         UInt64, little endian
///            16  its bits inverted  UInt64, little endian
///
/// It is replaced as a whole: whoever reads it finds the old number or the new one.
package struct WatermarkFile {
  private static let head: [UInt8] = [0x4F, 0x42, 0x57, 0x4D, 1, 0, 0, 0]

  package let path: String

  package init(path: String) { self.path = path }

  /// The number, or nil if there is no file.
  package func read() throws(BridgeFailure) -> UInt64? {
    guard FileSystem.exists(path) else { return nil }
    var bytes: [UInt8] = []
    do throws(FileError) {
      let file = try File(path, .read)
      bytes = try file.bytes(at: 0, count: min(25, try file.size()))
    } catch {
      throw .watermark(error)
    }
    guard bytes.count == 24, Array(bytes[0..<8]) == Self.head else {
      throw .watermarkDamaged(path: path)
    }
    let number = Self.word(bytes[8..<16])
    guard Self.word(bytes[16..<24]) == ~number else { throw .watermarkDamaged(path: path) }
    return number
  }

  /// Keeps `number` instead of what is there.
  package func write(_ number: UInt64) throws(BridgeFailure) {
    var bytes = Self.head
    for word in [number, ~number] {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    do throws(FileError) {
      try FileSystem.replaceFile(path, with: bytes)
    } catch {
      throw .watermark(error)
    }
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
