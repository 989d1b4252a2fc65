/// The 64-bit hash xxHash64 with a seed: fast on short keys, the same on every host.
///
/// Each key's way begins here, so the hash must never change: it is written from its published
/// definition, and a test holds it to the reference implementation's values. It is not keyed
/// against an attacker: whoever may choose keys can crowd a shard.
///
/// Source: Collet, "xxHash fast digest algorithm", specification 0.1.1, section "XXH64".
///
/// All arithmetic wraps: the hash is defined modulo 2⁶⁴.
@frozen public enum XXH64 {
  @inlinable static var prime1: UInt64 { 0x9E37_79B1_85EB_CA87 }
  @inlinable static var prime2: UInt64 { 0xC2B2_AE3D_27D4_EB4F }
  @inlinable static var prime3: UInt64 { 0x1656_67B1_9E37_79F9 }
  @inlinable static var prime4: UInt64 { 0x85EB_CA77_C2B2_AE63 }
  @inlinable static var prime5: UInt64 { 0x27D4_EB2F_1656_67C5 }

  /// The hash of `bytes`.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public static func hash(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
    var rest = bytes
    var hash = seed &+ prime5
    if rest.count >= 32 {
      hash = stripes(bytes, seed: seed)
      rest = bytes.extracting(last: bytes.count & 31)
    }
    hash = hash &+ UInt64(truncatingIfNeeded: bytes.count)
    while rest.count >= 8 {
      hash = absorb(word(rest), into: hash)
      rest = rest.extracting(droppingFirst: 8)
    }
    if rest.count >= 4 {
      hash ^= UInt64(half(rest)) &* prime1
      hash = rotate(hash, 23) &* prime2 &+ prime3
      rest = rest.extracting(droppingFirst: 4)
    }
    for index in rest.indices {
      hash ^= UInt64(rest[index]) &* prime5
      hash = rotate(hash, 11) &* prime1
    }
    return avalanche(hash)
  }

  /// The hash of `bytes`.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public static func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    hash(bytes.span, seed: seed)
  }

  /// The hash of the UTF-8 bytes of `text`; no form of Unicode is brought into another.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public static func hash(_ text: String, seed: UInt64 = 0) -> UInt64 {
    hash(text.utf8.span, seed: seed)
  }

  /// The hash of the eight bytes of `number`, least significant first.
  ///
  /// - Complexity: O(1), without allocation.
  @inlinable
  public static func hash(_ number: UInt64, seed: UInt64 = 0) -> UInt64 {
    avalanche(absorb(number, into: seed &+ prime5 &+ 8))
  }

  /// The state after all whole stripes of 32 bytes, its four lanes joined.
  @inlinable
  static func stripes(_ bytes: Span<UInt8>, seed: UInt64) -> UInt64 {
    var lane1 = seed &+ prime1 &+ prime2
    var lane2 = seed &+ prime2
    var lane3 = seed
    var lane4 = seed &- prime1
    var rest = bytes
    while rest.count >= 32 {
      lane1 = round(lane1, word(rest))
      lane2 = round(lane2, word(rest.extracting(droppingFirst: 8)))
      lane3 = round(lane3, word(rest.extracting(droppingFirst: 16)))
      lane4 = round(lane4, word(rest.extracting(droppingFirst: 24)))
      rest = rest.extracting(droppingFirst: 32)
    }
    var hash = rotate(lane1, 1) &+ rotate(lane2, 7) &+ rotate(lane3, 12) &+ rotate(lane4, 18)
    hash = merge(lane1, into: hash)
    hash = merge(lane2, into: hash)
    hash = merge(lane3, into: hash)
    return merge(lane4, into: hash)
  }

  @inlinable
  static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
    word &<< bits | word &>> (64 &- bits)
  }

  @inlinable
  static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate(lane &+ word &* prime2, 31) &* prime1
  }

  @inlinable
  static func merge(_ lane: UInt64, into hash: UInt64) -> UInt64 {
    (hash ^ round(0, lane)) &* prime1 &+ prime4
  }

  @inlinable
  static func absorb(_ word: UInt64, into hash: UInt64) -> UInt64 {
    rotate(hash ^ round(0, word), 27) &* prime1 &+ prime4
  }

  @inlinable
  static func avalanche(_ hash: UInt64) -> UInt64 {
    var bits = (hash ^ hash &>> 33) &* prime2
    bits = (bits ^ bits &>> 29) &* prime3
    return bits ^ bits &>> 32
  }

  /// The first four of `bytes`, least significant first.
  @inline(__always) @inlinable
  static func half(_ bytes: Span<UInt8>) -> UInt32 {
    UInt32(bytes[0]) | UInt32(bytes[1]) &<< 8 | UInt32(bytes[2]) &<< 16 | UInt32(bytes[3]) &<< 24
  }

  /// The first eight of `bytes`, least significant first.
  ///
  /// Byte by byte, so that no unsafe load is needed; the compiler makes one load of them, and drops
  /// the checks where the caller has looked at the count.
  @inline(__always) @inlinable
  static func word(_ bytes: Span<UInt8>) -> UInt64 {
    let low = UInt64(bytes[0]) | UInt64(bytes[1]) &<< 8
    let lower = low | UInt64(bytes[2]) &<< 16 | UInt64(bytes[3]) &<< 24
    let upper = lower | UInt64(bytes[4]) &<< 32 | UInt64(bytes[5]) &<< 40
    return upper | UInt64(bytes[6]) &<< 48 | UInt64(bytes[7]) &<< 56
  }

  /// The eight bytes of `bytes` from `offset` on, least significant first.
  ///
  /// - Precondition: there are eight.
  static func littleEndianWord(_ bytes: [UInt8], at offset: Int) -> UInt64 {
    word(bytes.span.extracting(offset..<offset + 8))
  }
}
