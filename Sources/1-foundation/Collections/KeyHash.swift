/// A fast hash of keys that is the same on every machine and in every run, for a given seed.
///
/// Swift's own hashes differ from run to run, so what depends on them cannot be run again from one
/// number. This one multiplies eight bytes at a time in 128 bits and folds the product, as wyhash
/// does. Not a cryptographic one: who knows the seed can make keys collide.
public enum KeyHash {
  /// The hash of some bytes: every bit of it depends on all of them.
  @inlinable
  public static func hash(of bytes: RawSpan, seed: UInt64) -> UInt64 {
    let count = UInt64(bytes.byteCount)
    var hash = folded(seed ^ 0xA076_1D64_78BD_642F, count ^ 0xE703_7ED1_A0B4_28DB)
    var offset = 0
    // Neither wraps, as a span is never as long as that.
    while offset &+ 8 <= bytes.byteCount {
      // Eight bytes from `offset` on lie within the span.
      let word = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
      hash = folded(hash ^ word.littleEndian, 0x8EBC_6AF0_9C88_C6E3)
      offset &+= 8
    }
    var rest: UInt64 = 0
    var shift: UInt64 = 0  // At most seven bytes are left.
    while offset < bytes.byteCount {
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
      rest |= UInt64(byte) &<< shift
      shift &+= 8
      offset &+= 1
    }
    return folded(hash ^ rest ^ 0x5899_65CC_7537_4CC3, 0x1D8E_4E27_C47D_124F)
  }

  /// The hash of a text's UTF-8 bytes.
  @inlinable
  public static func hash(of text: String, seed: UInt64) -> UInt64 {
    // A view of bytes that lives no longer than the call; a text without one is foreign to Swift.
    unsafe text.utf8.withContiguousStorageIfAvailable { bytes in
      unsafe hash(of: RawSpan(_unsafeElements: bytes), seed: seed)
    } ?? hash(of: Array(text.utf8), seed: seed)
  }

  /// The hash of some bytes.
  @inlinable
  public static func hash(of bytes: [UInt8], seed: UInt64) -> UInt64 {
    // A view of bytes that lives no longer than the call.
    unsafe hash(of: bytes.span.bytes, seed: seed)
  }

  /// The hash of a word: the finaliser of SplitMix64.
  @inlinable
  public static func hash(of word: UInt64, seed: UInt64) -> UInt64 {
    // Wrapping is the definition.
    var bits = word &+ seed &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  @inlinable
  static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
