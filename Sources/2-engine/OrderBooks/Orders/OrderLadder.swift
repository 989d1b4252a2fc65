public import OmniCollections

/// One side of a book: its orders by price, and at a price by their turn.
///
/// Prices are keys of which less is better (see ``OrderNode/key(_:ticks:)``), so that both sides are
/// the same code. The levels of a window of keys lie in an array with a bitmap over it; levels
/// outside of it lie in a sorted list. An empty ladder puts its window round the next order; one
/// that is asked too often for prices outside moves the window to its best price.
///
///       base            best                     base + window
///        |  .  .  .  .  |#|  .  #  #  .  #  .  .  |   #     #       #
///        +---------- levels, bitmap --------------+-- sorted list --+
///
/// - Invariant: `best` is the lowest key of a level with an order, or the largest number.
/// - Invariant: a level stands in the window or in the list, by its key alone.
/// - Precondition: All orders together have left what a whole number of 64 bits can count; whoever
///   adds one asks ``quantity``.
/// - Complexity: O(1) in the window; outside see ``FarOrderLevels``. Moving the window is O(window),
///   and happens at most once in window/8 operations outside of it. Allocates only when the list of
///   far levels doubles.
@frozen
public struct OrderLadder: ~Copyable {
  @usableFromInline var levels: OwnedBuffer<OrderLevel>
  @usableFromInline var bitmap: OrderBitmap
  @usableFromInline var far: FarOrderLevels
  /// Where the levels are while the window moves.
  @usableFromInline var moving: FarOrderLevels
  @usableFromInline var base: Int64 = 0
  /// Operations outside of the window since it last moved.
  @usableFromInline var farCount = 0
  @usableFromInline var bestKey = Int64.max
  @usableFromInline var total: Int64 = 0

  /// What all orders have left, in lots.
  @inlinable
  public var quantity: Int64 { total }

  /// The best price, as a key; the largest number if there is no order.
  @inlinable
  public var best: Int64 { bestKey }

  /// Whether there is no order.
  @inlinable
  public var isEmpty: Bool { bestKey == .max }

  /// Creates an empty side with a window of `window` prices, and room for `farCapacity` levels
  /// outside of it before it grows.
  ///
  /// - Precondition: `window` is a multiple of 64 from 64 to ``OrderBitmap/placeCountMax``.
  @inlinable
  public init(window: Int, farCapacity: Int = 1_024) {
    bitmap = OrderBitmap(count: window)
    levels = OwnedBuffer(repeating: OrderLevel(), count: window)
    far = FarOrderLevels(capacity: farCapacity)
    moving = FarOrderLevels(capacity: farCapacity + window)
  }

  /// The place of `key` in the window; not below `levels.count` if it is outside.
  @inlinable @inline(__always)
  func offset(_ key: Int64) -> UInt64 {
    UInt64(bitPattern: key &- base)  // Outside of the window it wraps to a large number.
  }

  @inlinable @inline(__always)
  func holds(_ offset: UInt64) -> Bool { offset < UInt64(truncatingIfNeeded: levels.count) }

  /// The level at `key`; one without orders if there is none.
  @inlinable @inline(__always)
  public func level(at key: Int64) -> OrderLevel {
    let offset = offset(key)
    return holds(offset) ? levels[Int(truncatingIfNeeded: offset)] : farLevel(at: key)
  }

  @inlinable @inline(never)
  func farLevel(at key: Int64) -> OrderLevel {
    far.find(key).map { far[$0].level } ?? OrderLevel()
  }

  /// The next price behind `key` that has an order, or the largest number.
  @inlinable
  public func key(after key: Int64) -> Int64 {
    if key == .max { return .max }
    let index = far.index(of: key + 1)
    var next = Int64.max
    if index < far.count, far[index].key == key + 1 {
      next = key + 1
    } else if index > 0 {
      next = far[index - 1].key
    }
    // The window cannot reach the largest number, so the sums stay below it.
    let start = key < base ? 0 : Int(clamping: offset(key)).addingReportingOverflow(1).partialValue
    let place = start < 0 ? -1 : bitmap.first(from: start)
    return place < 0 ? next : min(next, base + Int64(place))
  }

  /// Gives the order at `place` a price and a quantity, and stands it behind all others there.
  ///
  /// - Precondition: It stands in no queue.
  @inlinable @inline(__always)
  public mutating func append(
    _ place: UInt32, key: Int64, quantity: Int64, in pool: inout OrderPool
  ) {
    let offset = offset(key)
    guard holds(offset) else {
      return appendFar(place, key: key, quantity: quantity, in: &pool)
    }
    total += quantity
    let index = Int(truncatingIfNeeded: offset)
    let last = levels[index].append(place, quantity: quantity)
    pool.link(place, behind: last, key: key, quantity: quantity)
    bitmap.set(index)
    bestKey = min(bestKey, key)
  }

  /// Takes the order at `place` out of its queue; the pool keeps it.
  @inlinable @inline(__always)
  public mutating func remove(_ place: UInt32, in pool: inout OrderPool) {
    let node = pool[place]
    let offset = offset(node.key)
    guard holds(offset) else { return removeFar(node, in: &pool) }
    let index = Int(truncatingIfNeeded: offset)
    total -= node.quantity
    let isEmpty = levels[index].drop(node)
    pool.unlink(node)
    bitmap.clear(index, if: isEmpty)
    if node.key == bestKey, isEmpty { findBest(from: index) }
  }

  /// Gives the order at `place` another quantity, without a change of its turn.
  @inlinable @inline(__always)
  public mutating func resize(_ place: UInt32, to quantity: Int64, in pool: inout OrderPool) {
    let node = pool[place]
    let offset = offset(node.key)
    let change = quantity - node.quantity
    total += change
    pool[place].quantity = quantity
    if holds(offset) {
      levels[Int(truncatingIfNeeded: offset)].quantity += change
    } else if let index = far.find(node.key) {
      far[index].level.quantity += change
    }
  }

  /// Takes all orders out; the pool keeps them.
  public mutating func removeAll() {
    for index in levels.indices { levels[index] = OrderLevel() }
    bitmap.removeAll()
    far.removeAll()
    farCount = 0
    bestKey = .max
    total = 0
  }

  @inlinable
  mutating func findBest(from index: Int) {
    let place = bitmap.first(from: index)
    bestKey = min(far.best, place < 0 ? .max : base + Int64(place))
  }
}
