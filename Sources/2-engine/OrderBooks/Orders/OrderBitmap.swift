public import OmniCollections

/// Which of up to 2¹⁸ places are taken, with the next taken one found in at most five words.
///
/// Three layers: a bit of the upper ones says that a word of 64 bits below it is not zero.
@frozen
public struct OrderBitmap: ~Copyable {
  @usableFromInline var words: OwnedBuffer<UInt64>
  @usableFromInline var summary: OwnedBuffer<UInt64>
  @usableFromInline var top: UInt64 = 0

  /// The largest number of places.
  @inlinable
  public static var placeCountMax: Int { 1 << 18 }

  /// Creates a map of `count` free places.
  ///
  /// - Precondition: `count` is a multiple of 64 from 64 to ``placeCountMax``.
  @inlinable
  public init(count: Int) {
    precondition(
      count >= 64 && count <= Self.placeCountMax && count % 64 == 0,
      "a multiple of 64 from 64 to 2¹⁸")
    words = OwnedBuffer(repeating: 0, count: count / 64)
    summary = OwnedBuffer(repeating: 0, count: (count + 4_095) / 4_096)
  }

  /// Marks `place` as taken.
  @inlinable @inline(__always)
  public mutating func set(_ place: Int) {
    let word = place >> 6
    let old = words[word]
    words[word] = old | 1 &<< UInt64(place & 63)
    if old == 0 {
      summary[word >> 6] |= 1 &<< UInt64(word & 63)
      top |= 1 &<< UInt64(word >> 6)
    }
  }

  /// Marks `place` as free if `isFree`, and else changes nothing.
  @inlinable @inline(__always)
  public mutating func clear(_ place: Int, if isFree: Bool) {
    let word = place >> 6
    let rest = words[word] & ~((isFree ? 1 : 0) &<< UInt64(place & 63))
    words[word] = rest
    if rest == 0 {
      let left = summary[word >> 6] & ~(1 &<< UInt64(word & 63))
      summary[word >> 6] = left
      if left == 0 { top &= ~(1 &<< UInt64(word >> 6)) }
    }
  }

  /// The first taken place from `place` on, or -1.
  @inlinable @inline(__always)
  public func first(from place: Int) -> Int {
    guard place < words.count * 64 else { return -1 }
    let word = place >> 6
    let here = words[word] &>> UInt64(place & 63)
    if here != 0 { return place + here.trailingZeroBitCount }
    return firstFar(after: word)
  }

  /// The first taken place in the words behind `word`, or -1.
  @inlinable
  func firstFar(after word: Int) -> Int {
    // Shifted twice, since 64 at once is no shift.
    let near = (summary[word >> 6] &>> UInt64(word & 63)) &>> 1
    if near != 0 {
      let found = word + 1 + near.trailingZeroBitCount
      return found * 64 + words[found].trailingZeroBitCount
    }
    let rest = (top &>> UInt64(word >> 6)) &>> 1
    if rest == 0 { return -1 }
    let middle = (word >> 6) + 1 + rest.trailingZeroBitCount
    let found = middle * 64 + summary[middle].trailingZeroBitCount
    return found * 64 + words[found].trailingZeroBitCount
  }

  /// Marks all places as free.
  public mutating func removeAll() {
    for word in words.indices { words[word] = 0 }
    for word in summary.indices { summary[word] = 0 }
    top = 0
  }
}
