/// A key as the strategies see it: 64 bits that stand for its bytes.
///
/// Hash a key once, then ask as many tables as you like:
///
///     let key = ShardKey("account-4711")
///     let owner = table.owner(of: key)
///
/// Keys of different seeds do not mix: whoever asks about one key uses one seed. Two keys with
/// equal bits go to one node; nothing worse comes of it.
@frozen public struct ShardKey: Sendable, Hashable {
  /// The bits.
  public let bits: UInt64

  /// Takes bits that are already as good as random, such as a digest's first eight bytes.
  @inlinable
  public init(bits: UInt64) { self.bits = bits }

  /// Hashes bytes.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public init(_ bytes: Span<UInt8>, seed: UInt64 = 0) { bits = XXH64.hash(bytes, seed: seed) }

  /// Hashes bytes.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public init(_ bytes: [UInt8], seed: UInt64 = 0) { bits = XXH64.hash(bytes, seed: seed) }

  /// Hashes the UTF-8 bytes of a text.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public init(_ text: String, seed: UInt64 = 0) { bits = XXH64.hash(text, seed: seed) }

  /// Hashes the eight bytes of a number, least significant first.
  ///
  /// - Complexity: O(1), without allocation.
  @inlinable
  public init(_ number: UInt64, seed: UInt64 = 0) { bits = XXH64.hash(number, seed: seed) }

  /// The key's place among `count` equal ranges of all hashes.
  ///
  /// The upper half of a product, which costs less than a remainder and favours no range by more
  /// than one hash of 2⁶⁴.
  @inlinable
  func place(among count: Int) -> Int {
    Int(truncatingIfNeeded: bits.multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
  }
}
