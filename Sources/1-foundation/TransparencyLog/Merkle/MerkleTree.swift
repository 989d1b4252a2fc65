public import OmniCrypto

/// A Merkle tree that leaves are added to; holds no more of it than adding and signing need.
///
/// It is cut into tiles of eight levels (C2SP tlog-tiles). Level 0 has the leaves' hashes; the hash at
/// place *i* of level *l* is that of the 256 hashes from 256·*i* on of level *l* - 1. Of each level only
/// the last, unfinished tile is kept, and what was added since ``takePending(_:)`` was asked.
///
/// - Complexity: adding costs one node's hash on average, and allocates only what is pending.
public struct MerkleTree: ~Copyable, Sendable {
  /// How many hashes a tile has.
  public static let tileWidth = 256
  /// How many levels of the tree a tile has.
  public static let tileHeight = 8

  /// How many leaves there are.
  public private(set) var size: UInt64 = 0
  private var tiles: [[MerkleHash]] = []
  private var pending: [[MerkleHash]] = []

  /// Creates a tree without leaves.
  public init() {}

  /// Creates the tree of `size` leaves whose unfinished tiles are `tiles`, level by level.
  ///
  /// - Precondition: each tile has as many hashes as ``tileCount(size:level:)`` leaves over.
  public init(size: UInt64, tiles: [[MerkleHash]]) {
    for level in 0..<Self.levelCount(size: size) {
      precondition(
        tiles[level].count
          == Int(Self.tileCount(size: size, level: level) % UInt64(Self.tileWidth)),
        "the last tile of level \(level)")
    }
    self.size = size
    self.tiles = tiles
    pending = tiles.map { _ in [] }
  }

  /// How many hashes level `level` of a tree of `size` leaves has.
  public static func tileCount(size: UInt64, level: Int) -> UInt64 {
    level * tileHeight >= 64 ? 0 : size >> UInt64(level * tileHeight)
  }

  /// How many levels of a tree of `size` leaves have a hash.
  public static func levelCount(size: UInt64) -> Int {
    size == 0 ? 0 : (63 - size.leadingZeroBitCount) / tileHeight + 1
  }

  /// How many levels have a hash.
  public var levelCount: Int { tiles.count }

  /// Adds a leaf by its hash.
  public mutating func append(_ leaf: MerkleHash) {
    size += 1
    var hash = leaf
    var level = 0
    while true {
      if level == tiles.count {
        tiles.append([])
        tiles[level].reserveCapacity(Self.tileWidth)
        pending.append([])
      }
      tiles[level].append(hash)
      pending[level].append(hash)
      guard tiles[level].count == Self.tileWidth else { return }
      hash = Self.fold(&tiles[level])
      tiles[level].removeAll(keepingCapacity: true)
      level += 1
    }
  }

  /// The hash over as many hashes as a power of two says; what they were is lost.
  static func fold(_ hashes: inout [MerkleHash]) -> MerkleHash {
    var count = hashes.count
    while count > 1 {
      count /= 2
      for index in 0..<count { hashes[index] = .node(hashes[2 * index], hashes[2 * index + 1]) }
    }
    return hashes[0]
  }

  /// The root.
  ///
  /// - Complexity: O(tile's width × levels).
  public var root: MerkleHash {
    var parts: [MerkleHash] = []
    for level in tiles.indices.reversed() {
      let count = UInt64(tiles[level].count)
      for part in MerkleShape.subtrees(of: 0..<count) {
        let start = Int(part.index << UInt64(part.height))
        var hashes = Array(tiles[level][start..<start + 1 << part.height])
        parts.append(Self.fold(&hashes))
      }
    }
    return MerkleShape.join(parts)
  }

  /// Takes the hashes that were added to level `level` since the last call.
  public mutating func takePending(_ level: Int) -> [MerkleHash] {
    let taken = pending[level]
    pending[level] = []
    return taken
  }

  /// How many hashes wait to be taken.
  public var pendingCount: Int { pending.reduce(0) { $0 + $1.count } }
}
