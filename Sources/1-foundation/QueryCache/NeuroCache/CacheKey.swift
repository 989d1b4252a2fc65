public import OmniCollections

/// What a value can be cached under: equal keys have equal hashes, for a given seed.
///
/// Swift's own hashes differ from run to run, so a cache that used them could not be run again from
/// one number; these depend on the key and the seed alone.
public protocol CacheKey: Equatable, Sendable {
  /// The hash of the key: all 64 bits depend on all of the key.
  func cacheHash(seed: UInt64) -> UInt64
}

extension UInt64: CacheKey {
  /// The hash of the key.
  @inlinable
  public func cacheHash(seed: UInt64) -> UInt64 { KeyHash.hash(of: self, seed: seed) }
}

extension String: CacheKey {
  /// The hash of the key.
  @inlinable
  public func cacheHash(seed: UInt64) -> UInt64 { KeyHash.hash(of: self, seed: seed) }
}

extension [UInt8]: CacheKey {
  /// The hash of the key.
  @inlinable
  public func cacheHash(seed: UInt64) -> UInt64 { KeyHash.hash(of: self, seed: seed) }
}
