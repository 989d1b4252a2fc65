public import OmniCrypto

/// Shows that a leaf is in a tree: the hashes that are joined with the leaf's on the way to the root.
///
/// Source: RFC 9162, sections 2.1.3.1 (making) and 2.1.3.2 (checking).
public struct InclusionProof: Sendable, Equatable {
  /// The leaf's place, from 0.
  public let index: UInt64
  /// How many leaves the tree has.
  public let size: UInt64
  /// The hashes, from the leaf's sibling up.
  public let hashes: [MerkleHash]

  /// Creates a proof of hashes that somebody made.
  public init(index: UInt64, size: UInt64, hashes: [MerkleHash]) {
    self.index = index
    self.size = size
    self.hashes = hashes
  }

  /// The ranges of leaves whose hashes make up the proof, from the leaf's sibling up.
  ///
  /// - Precondition: `index` is below `size`.
  public static func ranges(index: UInt64, size: UInt64) -> [Range<UInt64>] {
    precondition(index < size, "a leaf of the tree")
    var ranges: [Range<UInt64>] = []
    var lower: UInt64 = 0
    var upper = size
    while upper - lower > 1 {
      let middle = lower + MerkleShape.leftCount(of: upper - lower)
      if index < middle {
        ranges.append(middle..<upper)
        upper = middle
      } else {
        ranges.append(lower..<middle)
        lower = middle
      }
    }
    return ranges.reversed()
  }

  /// The root of the tree that has `leaf` at the place, or nil if the hashes are too many or too few.
  ///
  /// - Complexity: O(log size).
  public func root(with leaf: MerkleHash) -> MerkleHash? {
    guard index < size else { return nil }
    var first = index
    var last = size - 1
    var hash = leaf
    for sibling in hashes {
      guard last > 0 else { return nil }
      if first & 1 == 1 || first == last {
        hash = .node(sibling, hash)
        while first & 1 == 0 && first > 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        hash = .node(hash, sibling)
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 ? hash : nil
  }

  /// Whether the tree with the root `root` has `leaf` at the place.
  public func verifies(_ leaf: MerkleHash, in root: MerkleHash) -> Bool {
    self.root(with: leaf) == root
  }
}
