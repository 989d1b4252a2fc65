public import CChecksum

/// The checksum CRC-32C (Castagnoli) of RFC 3720, by the processor's instruction where it has one.
///
/// It finds every error that lies within 32 successive bits, and any other with a chance of
/// 1 - 2⁻³². It says nothing about intent: against forgery take a digest.
@frozen
public enum CRC32C {
  /// The checksum of `bytes`, continued from `seed`: 0, or the checksum of what stands before.
  ///
  /// - Complexity: O(n), without allocation.
  @inlinable
  public static func checksum(
    _ bytes: UnsafeRawBufferPointer, continuing seed: UInt32 = 0
  ) -> UInt32 {
    guard let base = bytes.baseAddress else { return seed }
    return unsafe omni_crc32c(seed, base, bytes.count)
  }

  /// The checksum of `bytes`, continued from `seed`.
  ///
  /// - Complexity: O(n), without allocation.
  public static func checksum(_ bytes: [UInt8], continuing seed: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe checksum($0, continuing: seed) }
  }

  /// The checksum of the bytes at `range` of `bytes`.
  ///
  /// - Precondition: `range` lies in `bytes`.
  /// - Complexity: O(n), without allocation.
  public static func checksum(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a part of the bytes")
    return unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe checksum(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range])))
    }
  }

  /// The same by a table alone, so that a test can hold the two ways against each other.
  package static func checksumByTable(_ bytes: [UInt8], continuing seed: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return seed }
      return unsafe omni_crc32c_table(seed, base, bytes.count)
    }
  }
}

/// Looks for bytes that are not zero.
@frozen
public enum ZeroScan {
  /// The place of the first byte that is not zero, or nil when all are.
  ///
  /// - Complexity: O(n), eight bytes at a time, without allocation.
  public static func firstNonZero(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let base = bytes.baseAddress else { return nil }
    let place = unsafe omni_first_nonzero(base, bytes.count)
    return place == bytes.count ? nil : place
  }
}
