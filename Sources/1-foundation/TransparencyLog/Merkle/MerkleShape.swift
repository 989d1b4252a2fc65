public import OmniCrypto

/// The shape of a tree over `n` leaves: the left half has the largest power of two below `n`.
///
/// Source: RFC 9162, section 2.1.
public enum MerkleShape {
  /// How many of `count` leaves are to the left.
  ///
  /// - Precondition: `count` is at least 2.
  @inlinable
  public static func leftCount(of count: UInt64) -> UInt64 {
    precondition(count >= 2, "a tree with two halves")
    return 1 << (UInt64(63) - UInt64((count - 1).leadingZeroBitCount))
  }

  /// The complete subtrees of which the leaves `range` are made, from left to right.
  ///
  /// - Precondition: the range starts at a multiple of a power of two that is no less than its count,
  ///   as the ranges of a tree do.
  public static func subtrees(of range: Range<UInt64>) -> [Subtree] {
    var parts: [Subtree] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let left = range.upperBound - start
      let height = 63 - left.leadingZeroBitCount
      parts.append(Subtree(height: height, index: start >> UInt64(height)))
      start += 1 << UInt64(height)
    }
    return parts
  }

  /// The hash over `parts`, complete subtrees from left to right, each larger than the next.
  public static func join(_ parts: [MerkleHash]) -> MerkleHash {
    guard var hash = parts.last else { return .empty }
    for part in parts.dropLast().reversed() { hash = .node(part, hash) }
    return hash
  }
}

/// A complete subtree: the leaves from `index` · 2^`height` on, 2^`height` of them.
public struct Subtree: Sendable, Hashable {
  /// How many levels there are above its leaves.
  public let height: Int
  /// Its place among the subtrees of its height.
  public let index: UInt64

  /// Names a subtree.
  public init(height: Int, index: UInt64) {
    self.height = height
    self.index = index
  }
}
