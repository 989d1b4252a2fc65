/// What a tile's file is called, from C2SP tlog-tiles.
public enum TileName {
  /// The path of tile `index` of level `level`, of `width` hashes.
  public static func hashes(level: Int, index: UInt64, width: Int) -> String {
    "tile/\(level)/" + place(index, width)
  }

  /// The path of the bundle `index` of `width` entries.
  public static func entries(index: UInt64, width: Int) -> String {
    "tile/entries/" + place(index, width)
  }

  /// Groups of three digits, all but the last with an x, and the width where it is not the whole.
  private static func place(_ index: UInt64, _ width: Int) -> String {
    var groups = [digits(index % 1_000)]
    var rest = index / 1_000
    while rest > 0 {
      groups.insert("x" + digits(rest % 1_000), at: 0)
      rest /= 1_000
    }
    let path = groups.joined(separator: "/")
    return width == MerkleTree.tileWidth ? path : "\(path).p/\(width)"
  }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: 3 - text.count) + text
  }
}
