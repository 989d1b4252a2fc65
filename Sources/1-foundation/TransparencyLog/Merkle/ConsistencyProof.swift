public import OmniCrypto

/// Shows that a tree begins with another one: nothing was taken out or changed since.
///
/// Source: RFC 9162, sections 2.1.4.1 (making) and 2.1.4.2 (checking).
public struct ConsistencyProof: Sendable, Equatable {
  /// How many leaves the earlier tree has.
  public let earlier: UInt64
  /// How many leaves the later tree has.
  public let later: UInt64
  /// The hashes.
  public let hashes: [MerkleHash]

  /// Creates a proof of hashes that somebody made.
  public init(earlier: UInt64, later: UInt64, hashes: [MerkleHash]) {
    self.earlier = earlier
    self.later = later
    self.hashes = hashes
  }

  /// The ranges of leaves whose hashes make up the proof, in its order.
  ///
  /// - Precondition: `earlier` is not above `later`.
  public static func ranges(earlier: UInt64, later: UInt64) -> [Range<UInt64>] {
    precondition(earlier <= later, "an earlier and a later tree")
    guard earlier > 0, earlier < later else { return [] }
    var ranges: [Range<UInt64>] = []
    var lower: UInt64 = 0
    var upper = later
    while earlier != upper {
      let middle = lower + MerkleShape.leftCount(of: upper - lower)
      if earlier <= middle {
        ranges.append(middle..<upper)
        upper = middle
      } else {
        ranges.append(lower..<middle)
        lower = middle
      }
    }
    // Whoever asks knows the earlier tree's root, so it is left out where it is a subtree.
    if lower > 0 { ranges.append(lower..<upper) }
    return ranges.reversed()
  }

  /// Whether the tree with the root `earlierRoot` is the beginning of that with `laterRoot`.
  ///
  /// Every tree begins with the empty one, whose root is fixed.
  ///
  /// - Complexity: O(log later).
  public func verifies(_ earlierRoot: MerkleHash, _ laterRoot: MerkleHash) -> Bool {
    guard earlier <= later else { return false }
    if earlier == 0 {
      return hashes.isEmpty && earlierRoot == .empty && (later > 0 || laterRoot == .empty)
    }
    if earlier == later { return hashes.isEmpty && earlierRoot == laterRoot }
    var path = hashes[...]
    if earlier & (earlier - 1) == 0 { path = [earlierRoot] + path }
    guard let start = path.popFirst() else { return false }
    var first = earlier - 1
    var last = later - 1
    while first & 1 == 1 {
      first >>= 1
      last >>= 1
    }
    var earlierHash = start
    var laterHash = start
    for sibling in path {
      guard last > 0 else { return false }
      if first & 1 == 1 || first == last {
        earlierHash = .node(sibling, earlierHash)
        laterHash = .node(sibling, laterHash)
        while first & 1 == 0 && first > 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        laterHash = .node(laterHash, sibling)
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 && earlierHash == earlierRoot && laterHash == laterRoot
  }
}
