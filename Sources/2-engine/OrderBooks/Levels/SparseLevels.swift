public import OmniCollections

/// The levels of a side that lie outside of its window, sorted; few, far from the market, and rarely
/// changed.
///
/// - Invariant: keys ascend, each once, and each has more than zero lots.
/// - Complexity: a search is O(log n), a change O(n) moves; memory is taken only when the capacity
///   doubles.
@frozen
public struct SparseLevels: ~Copyable, Sendable {
  /// A level by its key.
  @frozen
  public struct Entry: Sendable, BitwiseCopyable {
    /// Ticks, negated for asks.
    public var key: Int64
    /// Its size.
    public var lots: Int64

    @inlinable
    init(key: Int64, lots: Int64) {
      self.key = key
      self.lots = lots
    }
  }

  @usableFromInline var entries: GrowingBuffer<Entry>

  /// Creates no levels.
  @inlinable
  public init() { entries = GrowingBuffer(capacity: 64) }

  /// How many levels there are.
  @inlinable
  public var count: Int { entries.count }

  /// The level at `index`, the lowest key first.
  @inlinable
  public subscript(index: Int) -> Entry { entries[index] }

  /// The index of the first level whose key is not below `key`.
  @inlinable
  public func position(of key: Int64) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) >> 1
      if entries[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The lots at `key`, 0 if there are none.
  @inlinable
  public func lots(at key: Int64) -> Int64 {
    let index = position(of: key)
    return index < entries.count && entries[index].key == key ? entries[index].lots : 0
  }

  /// Sets the lots at `key`, and returns those that were there.
  @inlinable
  public mutating func set(_ key: Int64, to lots: Int64) -> Int64 {
    let index = position(of: key)
    let old = index < entries.count && entries[index].key == key ? entries[index].lots : 0
    if lots == 0 {
      if old != 0 { remove(index) }
    } else if old != 0 {
      entries[index].lots = lots
    } else {
      insert(Entry(key: key, lots: lots), at: index)
    }
    return old
  }

  /// Removes the level at `index`.
  @inlinable
  public mutating func remove(_ index: Int) {
    var place = index + 1
    while place < entries.count {
      entries[place - 1] = entries[place]
      place += 1
    }
    entries.removeAll(from: entries.count - 1)
  }

  /// Removes all levels.
  @inlinable
  public mutating func removeAll() { entries.removeAll() }

  /// Adds a level behind the others, whatever its key.
  @inlinable
  mutating func append(_ entry: Entry) { entries.append(entry) }

  @inlinable
  mutating func insert(_ entry: Entry, at index: Int) {
    entries.append(entry)
    var place = entries.count - 1
    while place > index {
      entries[place] = entries[place - 1]
      place -= 1
    }
    entries[index] = entry
  }
}
