public import OmniCollections
public import OmniModel
import OmniMoney

/// One of our orders as it stands in the simulated book.
@frozen
public struct RestingTick: Sendable, BitwiseCopyable {
  /// Its number.
  public var id: OrderID
  /// Whose it is.
  public var strategy: StrategyID
  /// Its ticks if it buys, its negated ticks if it sells: the higher, the better its turn.
  public var key: Int64
  /// What is left of it.
  public var lots: Int64
  /// What of it has been traded.
  public var tradedLots: Int64 = 0
  /// Whether it may only rest.
  public var isPostOnly = false
  /// Where it stands.
  public var place: QueuePlace
  /// When it came, among the orders of a recording (L3) and ours.
  public var turn: UInt64
}

/// Our orders of one side, the best price first, at a price the oldest first.
///
/// How many: a market maker has a handful, so that they lie side by side and are walked.
///
/// - Complexity: adding and removing move what stands behind; with no allocation.
@frozen
public struct RestingSide: ~Copyable, Sendable {
  @usableFromInline var orders: OwnedBuffer<RestingTick>
  @usableFromInline var number = 0
  /// The best key of all, or the smallest number.
  @usableFromInline var highKey: Int64 = .min
  /// The worst key of all, or the largest number.
  @usableFromInline var lowKey: Int64 = .max

  init(capacity: Int) {
    orders = OwnedBuffer(
      repeating: RestingTick(
        id: .none, strategy: StrategyID(0), key: 0, lots: 0, place: QueuePlace(behind: 0), turn: 0),
      count: capacity)
  }

  /// How many orders there are.
  @inlinable
  public var count: Int { number }

  /// The order at `index`.
  @inlinable
  public subscript(index: Int) -> RestingTick {
    get { orders[index] }
    set { orders[index] = newValue }
  }

  /// Whether an order may stand at `key`: false is certain.
  @inlinable @inline(__always)
  public func mayHold(_ key: Int64) -> Bool { key <= highKey && key >= lowKey }

  /// The index of the first order whose key is not above `key`.
  func first(at key: Int64) -> Int {
    var index = 0
    while index < number, orders[index].key > key { index += 1 }
    return index
  }

  /// The index of order `id`, or nil.
  func index(of id: OrderID) -> Int? {
    for index in 0..<number where orders[index].id == id { return index }
    return nil
  }

  mutating func insert(_ order: RestingTick) {
    var index = number
    while index > 0, orders[index - 1].key < order.key {
      orders[index] = orders[index - 1]
      index -= 1
    }
    orders[index] = order
    number += 1
    noteBounds()
  }

  mutating func remove(_ index: Int) {
    var place = index + 1
    while place < number {
      orders[place - 1] = orders[place]
      place += 1
    }
    number -= 1
    noteBounds()
  }

  /// Takes a new size of the level at `key` into account.
  mutating func requeue(
    _ key: Int64, from old: Quantity, to new: Quantity, _ model: QueueModel
  ) {
    guard mayHold(key), model != .exact else { return }
    var index = first(at: key)
    while index < number, orders[index].key == key {
      orders[index].place.depth(from: old.lots, to: new.lots, model)
      index += 1
    }
  }

  /// Nobody else is at prices better than `key` any more.
  mutating func leaveAlone(above key: Int64) {
    var index = 0
    while index < number, orders[index].key > key {
      orders[index].place.depth(from: 0, to: 0, .riskAverse)
      index += 1
    }
  }

  private mutating func noteBounds() {
    highKey = number == 0 ? .min : orders[0].key
    lowKey = number == 0 ? .max : orders[number - 1].key
  }
}
