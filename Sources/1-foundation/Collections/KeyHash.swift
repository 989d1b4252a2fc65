/// A fast hash of keys that is the same on every machine and in every run, for a given seed.
///
/// Swift's own hashes differ from run to run, so what depends on them cannot be run again from one
/// number. This one is built as wyhash is: it multiplies sixteen bytes at a time in 128 bits and folds
/// the product; a key of up to sixteen takes two multiplications. Not a cryptographic one: who knows the seed can make keys
/// collide.
public enum KeyHash {
  /// The hash of some bytes: every bit of it depends on all of them.
  @inlinable
  public static func hash(of bytes: RawSpan, seed: UInt64) -> UInt64 {
    let count = bytes.byteCount
    var state = seed ^ 0xA076_1D64_78BD_642F
    var first: UInt64 = 0
    var last: UInt64 = 0
    // No sum of offsets wraps, as a span is never as long as that.
    if count >= 16 {
      var offset = 0
      while offset &+ 16 < count {
        state = folded(
          word(bytes, offset) ^ 0x8EBC_6AF0_9C88_C6E3, word(bytes, offset &+ 8) ^ state)
        offset &+= 16
      }
      first = word(bytes, count &- 16)
      last = word(bytes, count &- 8)
    } else if count >= 8 {
      first = word(bytes, 0)
      last = tail(bytes, 8)
    } else {
      first = tail(bytes, 0)
    }
    let product = (first ^ 0xE703_7ED1_A0B4_28DB).multipliedFullWidth(by: last ^ state)
    return folded(
      product.low ^ 0x5899_65CC_7537_4CC3 ^ UInt64(count), product.high ^ 0x1D8E_4E27_C47D_124F)
  }

  @inlinable @inline(__always)
  static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
    // Whoever calls it has looked that eight bytes from `offset` on lie within the span.
    unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self).littleEndian
  }

  /// The bytes from `offset` to the end, at most seven.
  ///
  /// Read in pieces that do not overlap: a short text has just been stored as two words, and a load of
  /// parts of both would wait for them.
  @inlinable @inline(__always)
  static func tail(_ bytes: RawSpan, _ start: Int) -> UInt64 {
    // Each piece lies within the span, as the count has that bit.
    let left = bytes.byteCount &- start
    var offset = start
    var rest: UInt64 = 0
    if left & 4 != 0 {
      let piece = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)
      rest = UInt64(piece.littleEndian)
      offset &+= 4
    }
    if left & 2 != 0 {
      let piece = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self)
      rest = rest &<< 16 | UInt64(piece.littleEndian)
      offset &+= 2
    }
    if left & 1 != 0 {
      rest =
        rest &<< 8
        | UInt64(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self))
    }
    return rest
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

  @inlinable @inline(__always)
  static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
