import OmniCrypto
import OmniNumerics
import OmniTransparencyLog
import Testing

@Suite("MerkleTree")
struct MerkleTreeTests {
  /// The entries, roots and proofs of the reference implementation of RFC 6962, whose trees those of
  /// RFC 9162 are.
  private static let entries: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
    Array(0x50...0x57), Array(0x60...0x6F),
  ]
  private static let roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  private static var leaves: [MerkleHash] { entries.map { .leaf($0) } }

  @Test func `roots are those of the reference`() {
    var tree = MerkleTree()
    let empty = tree.root
    #expect(
      "\(empty)" == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    for (leaf, root) in zip(Self.leaves, Self.roots) {
      tree.append(leaf)
      let now = tree.root
      #expect("\(now)" == root)
    }
  }

  @Test func `proofs are those of the reference`() {
    var reader = TreeReader(MemoryTiles(Self.leaves), size: 8)
    func texts(_ hashes: [MerkleHash]) -> [String] { hashes.map { "\($0)" } }
    let first = reader.inclusion(of: 0, in: 8).hashes
    #expect(
      texts(first) == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ])
    let sixth = reader.inclusion(of: 5, in: 8).hashes
    #expect(
      texts(sixth) == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ])
    let consistency = reader.consistency(from: 6, to: 8).hashes
    #expect(
      texts(consistency) == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ])
  }

  /// The root as RFC 9162 defines it, word by word.
  static func definition(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    if leaves.isEmpty { return .empty }
    if leaves.count == 1 { return leaves[leaves.startIndex] }
    var left = 1
    while left * 2 < leaves.count { left *= 2 }
    let middle = leaves.startIndex + left
    return .node(definition(leaves[..<middle]), definition(leaves[middle...]))
  }

  @Test func `every proof of every small tree holds, and no other`() {
    let leaves = (0..<70).map { MerkleHash.leaf([UInt8($0)]) }
    var reader = TreeReader(MemoryTiles(leaves), size: 70)
    let wrong = MerkleHash.leaf([99])
    for size in 1...70 {
      let root = Self.definition(leaves[..<size])
      #expect(reader.root(UInt64(size)) == root)
      for index in 0..<size {
        let proof = reader.inclusion(of: UInt64(index), in: UInt64(size))
        let holds = proof.verifies(leaves[index], in: root)
        let others =
          proof.verifies(wrong, in: root)
          || InclusionProof(
            index: proof.index, size: proof.size, hashes: proof.hashes + [wrong]
          ).verifies(leaves[index], in: root)
          || !proof.hashes.isEmpty
            && InclusionProof(
              index: proof.index, size: proof.size, hashes: Array(proof.hashes.dropLast())
            ).verifies(leaves[index], in: root)
        #expect(holds && !others, "leaf \(index) of \(size)")
      }
      for earlier in 0...size {
        let before = Self.definition(leaves[..<earlier])
        let proof = reader.consistency(from: UInt64(earlier), to: UInt64(size))
        #expect(proof.verifies(before, root), "\(earlier) to \(size)")
        #expect(!proof.verifies(wrong, root))
        if earlier > 0 { #expect(!proof.verifies(before, wrong)) }
      }
    }
  }

  @Test func `large trees in tiles are as the definition says, and go on from their tiles`() throws
  {
    var random = SplitMix64(seed: 7)
    for size in [255, 256, 257, 511, 65_535, 65_536, 65_537, 70_000] {
      let leaves = (0..<size).map { MerkleHash.leaf([UInt8($0 & 255), UInt8($0 >> 8 & 255), 3]) }
      let root = Self.definition(leaves[...])
      var reader = TreeReader(MemoryTiles(leaves), size: UInt64(size))
      #expect(reader.root(UInt64(size)) == root)
      for _ in 0..<20 {
        let part = random.below(UInt64(size)) + 1
        let index = random.below(part)
        let proof = reader.inclusion(of: index, in: part)
        let partRoot = reader.root(part)
        #expect(proof.verifies(leaves[Int(index)], in: partRoot), "\(index) of \(part)")
        let consistency = reader.consistency(from: part, to: UInt64(size))
        #expect(consistency.verifies(partRoot, root), "\(part) to \(size)")
      }
      let cut = Int(random.below(UInt64(size)))
      let tiles = MemoryTiles(Array(leaves[..<cut]))
      let unfinished = (0..<MerkleTree.levelCount(size: UInt64(cut))).map { level in
        let count = MerkleTree.tileCount(size: UInt64(cut), level: level)
        let width = Int(count % 256)
        return width == 0 ? [] : tiles.tile(level: level, index: count / 256, width: width)
      }
      var again = MerkleTree(size: UInt64(cut), tiles: unfinished)
      for leaf in leaves[cut...] { again.append(leaf) }
      let other = again.root
      #expect(other == root, "cut at \(cut) of \(size)")
    }
  }

  @Test func `tiles are called as the standard says`() {
    #expect(TileName.hashes(level: 0, index: 1_234_067, width: 256) == "tile/0/x001/x234/067")
    #expect(TileName.hashes(level: 1, index: 0, width: 17) == "tile/1/000.p/17")
    #expect(TileName.entries(index: 273, width: 112) == "tile/entries/273.p/112")
  }
}
