/// What a value can be cached under: equal keys have equal hashes, for a given seed.
///
/// Swift's own hashes differ from run to run, so a cache that used them could not be run again from
/// one number; these depend on the key and the seed alone.
public protocol CacheKey: Equatable, Sendable {
  /// The hash of the key: all 64 bits depend on all of the key.
  func cacheHash(seed: UInt64) -> UInt64
}

/// Multiplies in 128 bits and folds: the step of which the hashes here are made.
@inlinable
func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
  let product = left.multipliedFullWidth(by: right)
  return product.high ^ product.low
}

/// The hash of some bytes, eight at a time.
///
/// Not a cryptographic one: who knows the seed can make keys collide. Two keys that collide cost a
/// cache a hit, and never give a wrong value.
@inlinable
func cacheHash(of bytes: RawSpan, seed: UInt64) -> UInt64 {
  var hash = folded(seed ^ 0xA076_1D64_78BD_642F, UInt64(bytes.byteCount) ^ 0xE703_7ED1_A0B4_28DB)
  var offset = 0
  while offset + 8 <= bytes.byteCount {
    // Eight bytes from `offset` on lie within the span.
    let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    hash = folded(hash ^ word.littleEndian, 0x8EBC_6AF0_9C88_C6E3)
    offset += 8
  }
  var rest: UInt64 = 0
  var shift: UInt64 = 0
  while offset < bytes.byteCount {
    let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    rest |= UInt64(byte) << shift
    shift += 8
    offset += 1
  }
  return folded(hash ^ rest ^ 0x5899_65CC_7537_4CC3, 0x1D8E_4E27_C47D_124F)
}

extension UInt64: CacheKey {
  @inlinable
  public func cacheHash(seed: UInt64) -> UInt64 {
    // Wrapping only mixes.
    var bits = self &+ seed &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

extension String: CacheKey {
  @inlinable
  public func cacheHash(seed: UInt64) -> UInt64 {
    // A view of bytes that lives no longer than the call.
    unsafe OmniQueryCache.cacheHash(of: utf8Span.span.bytes, seed: seed)
  }
}

extension [UInt8]: CacheKey {
  @inlinable
  public func cacheHash(seed: UInt64) -> UInt64 {
    // A view of bytes that lives no longer than the call.
    unsafe OmniQueryCache.cacheHash(of: span.bytes, seed: seed)
  }
}
