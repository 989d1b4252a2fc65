public import OmniCollections

/// Which of many places are taken, with the next taken place found in three steps.
///
/// Three levels of words: a bit of a higher word says that the word below it is not empty. A search
/// looks at one word of each level on the way up and one on the way down.
///
/// - Complexity: everything but ``removeAll()`` is O(1), with no allocation.
@frozen
public struct PriceBitmap: ~Copyable, Sendable {
  @usableFromInline var leaves: OwnedBuffer<UInt64>
  @usableFromInline var middle: OwnedBuffer<UInt64>
  @usableFromInline var top: UInt64 = 0

  /// The most places that three levels can tell apart.
  @inlinable
  public static var countMax: Int { 64 * 64 * 64 }

  /// Creates a map of `count` free places.
  ///
  /// - Precondition: `count` is a multiple of 4,096 from 4,096 to ``countMax``.
  @inlinable
  public init(count: Int) {
    precondition(
      count >= 4_096 && count <= Self.countMax && count % 4_096 == 0,
      "a multiple of 4,096 up to 262,144")
    leaves = OwnedBuffer(repeating: 0, count: count / 64)
    middle = OwnedBuffer(repeating: 0, count: count / 4_096)
  }

  /// Marks `place` as taken.
  @inlinable @inline(__always)
  public mutating func insert(_ place: Int) {
    let leaf = place >> 6
    leaves[leaf] |= 1 << UInt64(place & 63)
    middle[leaf >> 6] |= 1 << UInt64(leaf & 63)
    top |= 1 << UInt64(leaf >> 6)
  }

  /// Marks `place` as free.
  @inlinable @inline(__always)
  public mutating func remove(_ place: Int) {
    let leaf = place >> 6
    leaves[leaf] &= ~(1 << UInt64(place & 63))
    if leaves[leaf] != 0 { return }
    middle[leaf >> 6] &= ~(1 << UInt64(leaf & 63))
    if middle[leaf >> 6] == 0 { top &= ~(1 << UInt64(leaf >> 6)) }
  }

  /// The highest taken place below `place`, or -1.
  ///
  /// - Precondition: `place` is from 0 to the count of places.
  @inlinable
  public func highest(below place: Int) -> Int {
    let leaf = place >> 6
    if place & 63 != 0 {
      let word = leaves[leaf] & Self.lower(place & 63)
      if word != 0 { return leaf << 6 | Self.last(word) }
    }
    let group = leaf >> 6
    if leaf & 63 != 0 {
      let word = middle[group] & Self.lower(leaf & 63)
      if word != 0 { return within(group << 6 | Self.last(word)) }
    }
    let word = group < 64 ? top & Self.lower(group) : top
    if word == 0 { return -1 }
    let next = Self.last(word)
    return within(next << 6 | Self.last(middle[next]))
  }

  /// Marks all places as free.
  @inlinable
  public mutating func removeAll() {
    for index in leaves.indices { leaves[index] = 0 }
    for index in middle.indices { middle[index] = 0 }
    top = 0
  }

  @inlinable @inline(__always)
  func within(_ leaf: Int) -> Int { leaf << 6 | Self.last(leaves[leaf]) }

  /// The bits below `bit`.
  @inlinable @inline(__always)
  static func lower(_ bit: Int) -> UInt64 { (1 << UInt64(bit)) - 1 }

  /// The highest bit that is set in a word that is not zero.
  @inlinable @inline(__always)
  static func last(_ word: UInt64) -> Int { 63 - word.leadingZeroBitCount }
}
