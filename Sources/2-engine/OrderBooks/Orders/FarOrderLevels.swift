public import OmniCollections

/// The levels outside of a ladder's window, sorted so that the best is the last.
///
/// A level comes and goes near the best far more often than deep in the book, so that few others
/// have to move for it.
///
/// - Complexity: looking up is O(log n), adding and removing O(n) for n levels that are better.
@frozen
public struct FarOrderLevels: ~Copyable {
  /// A level with its price.
  @frozen
  public struct Entry: BitwiseCopyable, Sendable {
    /// The price as an ``OrderLadder`` counts.
    public var key: Int64
    /// The orders.
    public var level: OrderLevel

    /// Creates a level.
    @inlinable
    public init(key: Int64, level: OrderLevel) {
      self.key = key
      self.level = level
    }
  }

  @usableFromInline var entries: GrowingBuffer<Entry>

  /// Creates no levels, with room for `capacity` of them.
  @inlinable
  public init(capacity: Int) { entries = GrowingBuffer(capacity: capacity) }

  /// How many levels there are.
  @inlinable
  public var count: Int { entries.count }

  /// The level at `index`, counted from the worst.
  @inlinable
  public subscript(index: Int) -> Entry {
    _read { yield entries[index] }
    _modify { yield &entries[index] }
  }

  /// The best price, or the largest number if there is no level.
  @inlinable
  public var best: Int64 { entries.isEmpty ? .max : entries[entries.count - 1].key }

  /// The index of the level at `key`, or where it would go.
  @inlinable
  public func index(of key: Int64) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].key > key { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The index of the level at `key`, or nil.
  @inlinable
  public func find(_ key: Int64) -> Int? {
    let index = index(of: key)
    return index < entries.count && entries[index].key == key ? index : nil
  }

  /// Adds a level at `index`, where ``index(of:)`` wants it.
  @inlinable
  public mutating func insert(_ entry: Entry, at index: Int) {
    entries.append(entry)
    var place = entries.count - 1
    while place > index {
      entries[place] = entries[place - 1]
      place -= 1
    }
    entries[index] = entry
  }

  /// Takes the level at `index` away.
  @inlinable
  public mutating func remove(at index: Int) {
    for place in index..<entries.count - 1 { entries[place] = entries[place + 1] }
    entries.removeAll(from: entries.count - 1)
  }

  /// Takes all levels away, and keeps the room.
  @inlinable
  public mutating func removeAll() { entries.removeAll() }
}
