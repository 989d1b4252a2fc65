public import OmniCollections

/// One side of a book of price levels.
///
/// A level is found by its key: its ticks for bids, its negated ticks for asks, so that the best
/// level of either side is the one with the highest key, and one code serves both. Keys near the
/// best stand in a flat window with a bitmap over it; the rest is in a sorted list. Sizes: a liquid
/// book has some thousand levels, of which nearly all changes touch the few hundred next to the best.
///
/// - Invariant: a key is in the window if and only if it is from `base` up to, without, `base` + the
///   window's size; `best` is the highest key of all, or ``none``.
/// - Complexity: a change in the window is O(1); outside of it O(n) of the levels there. The window
///   follows the best; moving it costs the levels of the side, and is done at most once in as many
///   changes outside of it.
@frozen
public struct LevelSide: ~Copyable, Sendable {
  @usableFromInline var sizes: OwnedBuffer<Int64>
  @usableFromInline var taken: PriceBitmap
  @usableFromInline var outside: SparseLevels
  /// Levels on their way from one window to the next, the highest key first; empty otherwise.
  @usableFromInline var moving: SparseLevels
  @usableFromInline var base: Int64 = 0
  @usableFromInline var number = 0
  @usableFromInline var misses = 0
  @usableFromInline var highestKey: Int64 = LevelSide.none
  /// Levels that were forgotten because too many lay outside of the window: the farthest ones.
  public internal(set) var forgottenCount: UInt64 = 0

  /// What stands for no key.
  @inlinable
  public static var none: Int64 { .min }

  /// The most levels outside of the window; beyond, the farthest from the market is forgotten.
  public let outsideMax: Int

  /// Creates an empty side with a window of `window` ticks.
  ///
  /// - Precondition: `window` is a multiple of 4,096 from 4,096 to 262,144, and `outsideMax` is above
  ///   zero.
  @inlinable
  public init(window: Int, outsideMax: Int) {
    precondition(outsideMax > 0, "room outside of the window")
    self.outsideMax = outsideMax
    sizes = OwnedBuffer(repeating: 0, count: window)
    taken = PriceBitmap(count: window)
    outside = SparseLevels()
    moving = SparseLevels()
  }

  /// The highest key, or ``none``.
  @inlinable
  public var best: Int64 { highestKey }

  /// How many levels there are.
  @inlinable
  public var count: Int { number }

  /// The place of `key` in the window, which it has if it is below the window's size as `UInt64`.
  @inlinable @inline(__always)
  func place(of key: Int64) -> UInt64 {
    // A distance of two words may wrap; as an unsigned number it is then too large, as is wanted.
    UInt64(bitPattern: key &- base)
  }

  /// The lots at `key`.
  @inlinable
  public func lots(at key: Int64) -> Int64 {
    let place = place(of: key)
    if place < UInt64(sizes.count) { return sizes[Int(truncatingIfNeeded: place)] }
    return outside.lots(at: key)
  }

  /// Sets the lots at `key`, 0 to take the level away, and returns those that were there.
  @inlinable @inline(__always)
  @discardableResult
  public mutating func set(_ key: Int64, to lots: Int64) -> Int64 {
    let place = place(of: key)
    guard place < UInt64(sizes.count) else { return setOutside(key, to: lots) }
    let index = Int(truncatingIfNeeded: place)
    let old = sizes[index]
    sizes[index] = lots
    if lots != 0 {
      if old == 0 {
        taken.insert(index)
        number += 1
        if key > highestKey { highestKey = key }
      }
    } else if old != 0 {
      taken.remove(index)
      number -= 1
      if key == highestKey { highestKey = highest(below: key) }
    }
    return old
  }

  /// Removes all levels.
  public mutating func removeAll() {
    var index = taken.highest(below: sizes.count)
    while index >= 0 {
      sizes[index] = 0
      index = taken.highest(below: index)
    }
    taken.removeAll()
    outside.removeAll()
    number = 0
    misses = 0
    highestKey = Self.none
  }

  /// Removes the levels whose key is above `key`.
  @inlinable
  public mutating func removeAll(above key: Int64) {
    while best > key { set(best, to: 0) }
  }

  /// The highest key below `key`, or ``none``.
  @inlinable
  public func highest(below key: Int64) -> Int64 {
    if outside.count == 0 { return highestInWindow(below: key) }
    let above = outside.position(of: key) - 1
    if above >= 0, outside[above].key >= base { return outside[above].key }
    let inside = highestInWindow(below: key)
    if inside != Self.none { return inside }
    return above >= 0 ? outside[above].key : Self.none
  }

  @inlinable @inline(__always)
  func highestInWindow(below key: Int64) -> Int64 {
    if key <= base { return Self.none }
    let place = min(place(of: key), UInt64(sizes.count))
    let index = taken.highest(below: Int(truncatingIfNeeded: place))
    return index < 0 ? Self.none : base + Int64(index)
  }
}
