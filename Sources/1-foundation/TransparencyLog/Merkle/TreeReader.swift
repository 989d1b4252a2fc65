public import OmniCrypto

/// Where the hashes of a tree's tiles are read.
public protocol TileSource: ~Copyable {
  /// Why a tile cannot be read.
  associatedtype Failure: Error

  /// The first `width` hashes of tile `index` of level `level`.
  mutating func tile(
    level: Int, index: UInt64, width: Int
  ) throws(Failure) -> [MerkleHash]
}

/// Makes proofs out of tiles.
///
/// - Complexity: a proof reads one or two tiles for each eight levels, and hashes some hundred nodes
///   for each.
public struct TreeReader<Source: TileSource & ~Copyable>: ~Copyable {
  /// How many leaves the tiles hold.
  public let size: UInt64
  private var source: Source
  private var known: [TilePlace: [MerkleHash]] = [:]

  private struct TilePlace: Hashable {
    let level: Int
    let index: UInt64
  }

  /// Creates a reader of the first `size` leaves.
  public init(_ source: consuming Source, size: UInt64) {
    self.source = source
    self.size = size
  }

  /// Gives the source back.
  public consuming func takeSource() -> Source { source }

  /// The hash of the leaf at `index`.
  ///
  /// - Precondition: there is one.
  public mutating func leaf(_ index: UInt64) throws(Source.Failure) -> MerkleHash {
    try hash(Subtree(height: 0, index: index))
  }

  /// The root of the tree of the first `count` leaves.
  ///
  /// - Precondition: there are as many.
  public mutating func root(_ count: UInt64) throws(Source.Failure) -> MerkleHash {
    try hash(0..<count)
  }

  /// Shows that the leaf at `index` is in the tree of the first `count` leaves.
  ///
  /// - Precondition: `index` is below `count`, and there are as many leaves.
  public mutating func inclusion(
    of index: UInt64, in count: UInt64
  ) throws(Source.Failure) -> InclusionProof {
    var hashes: [MerkleHash] = []
    for range in InclusionProof.ranges(index: index, size: count) {
      hashes.append(try hash(range))
    }
    return InclusionProof(index: index, size: count, hashes: hashes)
  }

  /// Shows that the tree of `later` leaves begins with that of `earlier` leaves.
  ///
  /// - Precondition: `earlier` is not above `later`, and there are as many leaves.
  public mutating func consistency(
    from earlier: UInt64, to later: UInt64
  ) throws(Source.Failure) -> ConsistencyProof {
    var hashes: [MerkleHash] = []
    for range in ConsistencyProof.ranges(earlier: earlier, later: later) {
      hashes.append(try hash(range))
    }
    return ConsistencyProof(earlier: earlier, later: later, hashes: hashes)
  }

  private mutating func hash(_ range: Range<UInt64>) throws(Source.Failure) -> MerkleHash {
    precondition(range.upperBound <= size, "leaves of the tree")
    var parts: [MerkleHash] = []
    for part in MerkleShape.subtrees(of: range) { parts.append(try hash(part)) }
    return MerkleShape.join(parts)
  }

  private mutating func hash(_ part: Subtree) throws(Source.Failure) -> MerkleHash {
    let level = part.height / MerkleTree.tileHeight
    let count = 1 << (part.height % MerkleTree.tileHeight)
    let first = part.index * UInt64(count)
    let name = TilePlace(level: level, index: first / UInt64(MerkleTree.tileWidth))
    let start = Int(first % UInt64(MerkleTree.tileWidth))
    let tile = try tile(name)
    var hashes = Array(tile[start..<start + count])
    return MerkleTree.fold(&hashes)
  }

  private mutating func tile(_ name: TilePlace) throws(Source.Failure) -> [MerkleHash] {
    if let tile = known[name] { return tile }
    let width = UInt64(MerkleTree.tileWidth)
    let there = MerkleTree.tileCount(size: size, level: name.level)
    let tile = try source.tile(
      level: name.level, index: name.index, width: Int(min(width, there - name.index * width)))
    if known.count >= Self.tilesKept { known.removeAll(keepingCapacity: true) }
    known[name] = tile
    return tile
  }

  /// How many tiles of 8 KiB are remembered.
  private static var tilesKept: Int { 1_024 }
}

/// The tiles of a tree in memory, from the hashes of all leaves; for tests and small logs.
public struct MemoryTiles: TileSource, Sendable {
  private var levels: [[MerkleHash]] = []

  /// Cuts the tree of `leaves` into tiles.
  public init(_ leaves: [MerkleHash]) {
    var tree = MerkleTree()
    for leaf in leaves { tree.append(leaf) }
    levels = (0..<tree.levelCount).map { tree.takePending($0) }
  }

  /// The first `width` hashes of tile `index` of level `level`.
  public func tile(level: Int, index: UInt64, width: Int) -> [MerkleHash] {
    let start = Int(index) * MerkleTree.tileWidth
    return Array(levels[level][start..<start + width])
  }
}
