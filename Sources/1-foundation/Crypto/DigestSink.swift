public import OmniEncoding

/// Makes a digest of words, as if their bytes stood after one another, least significant first.
///
/// Words are gathered and handed on in batches, so that a word costs little more than a store.
///
/// - Complexity: `put` is O(1), with no allocation.
@frozen
@safe public struct DigestSink: WordSink, ~Copyable {
  @usableFromInline var digest: SHA256
  @usableFromInline let batch: UnsafeMutablePointer<UInt64>
  @usableFromInline var count = 0

  @inlinable static var batchCount: Int { 512 }

  /// Creates a digest of no words so far.
  public init() {
    digest = SHA256()
    unsafe batch = .allocate(capacity: Self.batchCount)
    unsafe batch.initialize(repeating: 0, count: Self.batchCount)
  }

  deinit { unsafe batch.deallocate() }

  /// Takes the next word.
  @inlinable
  public mutating func put(_ word: UInt64) {
    if count == Self.batchCount { flush() }
    unsafe batch[count] = word.littleEndian
    count += 1
  }

  /// The digest of all words; begins a new one of none.
  public mutating func finish() -> Digest256 {
    flush()
    return digest.finish()
  }

  @usableFromInline
  mutating func flush() {
    unsafe digest.update(UnsafeRawBufferPointer(start: batch, count: 8 * count))
    count = 0
  }
}
