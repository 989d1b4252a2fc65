public import OmniCollections
public import OmniModel

/// The orders of a book in one piece of memory, found by place or by number.
///
/// Four numbers: about 10³ orders rest at a time, 10⁶ at most times; an order is looked up once in
/// each operation; it has to cost a few nanoseconds. So an order lies in a slab, and a table of
/// 8 bytes a slot leads from its number to its place: open addressing with linear probing, at most
/// a quarter full, removal by closing the gap (Knuth, The Art of Computer Programming, volume 3, 6.4,
/// algorithm R). A slot holds 32 bits of the hash, so that a probe hardly ever looks at an order
/// that is not the wanted one. A fuller table costs more than its cache lines save: each search that
/// needs a second probe is a branch that was guessed wrong.
///
/// - Invariant: place 0 is no order: links to nothing lead there and may be written to.
/// - Complexity: O(1) on average; allocates only when it doubles.
@frozen
public struct OrderPool: ~Copyable {
  @frozen
  @usableFromInline
  struct Slot: BitwiseCopyable, Sendable {
    @usableFromInline var tag: UInt32
    /// The place; 0 says that the slot is free.
    @usableFromInline var place: UInt32

    @inlinable
    init(tag: UInt32, place: UInt32) {
      self.tag = tag
      self.place = place
    }
  }

  /// The largest number of orders that can be asked for.
  @inlinable
  public static var orderCountMax: Int { 1 << 28 }

  @usableFromInline var nodes: GrowingBuffer<OrderNode>
  @usableFromInline var slots: OwnedBuffer<Slot>
  /// How far a tag is shifted to give its slot.
  @usableFromInline var shift: UInt32
  @usableFromInline var firstFree: UInt32 = 0
  @usableFromInline var number = 0

  /// How many orders there are.
  @inlinable
  public var count: Int { number }

  /// Creates an empty pool that holds `capacity` orders before it grows.
  ///
  /// - Precondition: `capacity` is from 0 to ``orderCountMax``.
  @inlinable
  public init(capacity: Int) {
    precondition((0...Self.orderCountMax).contains(capacity), "a capacity from 0 to 2²⁸")
    nodes = GrowingBuffer(capacity: capacity + 1)
    nodes.append(OrderNode(id: 0, side: .buy, key: 0, quantity: 0))
    var bits: UInt32 = 4
    while 1 << bits < capacity * 8 { bits += 1 }
    slots = OwnedBuffer(repeating: Slot(tag: 0, place: 0), count: 1 << Int(bits))
    shift = 32 - bits
  }

  /// The order at `place`.
  ///
  /// - Precondition: `place` was given by ``find(_:)`` or ``insert(_:)``.
  @inlinable
  public subscript(place: UInt32) -> OrderNode {
    @inline(__always) _read { yield nodes[Int(place)] }
    @inline(__always) _modify { yield &nodes[Int(place)] }
  }

  /// The place of the order with number `id`, or 0.
  @inlinable @inline(__always)
  public func find(_ id: UInt64) -> UInt32 {
    let tag = Self.tag(of: id)
    var slot = Int(tag &>> shift)
    while true {
      let entry = slots[slot]
      if entry.place == 0 { return 0 }
      if entry.tag == tag, nodes[Int(entry.place)].id == id { return entry.place }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  /// Takes an order in, and gives its place.
  ///
  /// - Precondition: No order has its number; there are less than ``orderCountMax``.
  @inlinable @inline(__always)
  public mutating func insert(_ node: OrderNode) -> UInt32 {
    if (number + 1) * 4 > slots.count { grow() }
    let place: UInt32
    if firstFree != 0 {
      place = firstFree
      firstFree = nodes[Int(place)].next
      nodes[Int(place)] = node
    } else {
      place = UInt32(nodes.count)
      nodes.append(node)
    }
    put(Slot(tag: Self.tag(of: node.id), place: place))
    number += 1
    return place
  }

  /// Lets the order at `place` go.
  ///
  /// - Precondition: It is there, and stands in no queue.
  @inlinable @inline(__always)
  public mutating func remove(_ place: UInt32) {
    let mask = slots.count - 1
    var hole = Int(Self.tag(of: nodes[Int(place)].id) &>> shift)
    while slots[hole].place != place { hole = (hole + 1) & mask }
    var next = (hole + 1) & mask
    while slots[next].place != 0 {
      // An entry may move into the hole only if its home is not between the hole and itself.
      let home = Int(slots[next].tag &>> shift)
      if (next - home) & mask >= (next - hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    slots[hole].place = 0
    nodes[Int(place)].next = firstFree
    firstFree = place
    number -= 1
  }

  /// Lets all orders go, and keeps the room.
  public mutating func removeAll() {
    nodes.removeAll(from: 1)
    for slot in slots.indices { slots[slot].place = 0 }
    firstFree = 0
    number = 0
  }

  /// Stands the order at `place` behind the one at `last`, or alone if that is 0.
  @inlinable @inline(__always)
  mutating func link(_ place: UInt32, behind last: UInt32, key: Int64, quantity: Int64) {
    nodes[Int(place)].stand(behind: last, key: key, quantity: quantity)
    nodes[Int(last)].next = place
  }

  /// Takes `node` out from between its neighbours.
  @inlinable @inline(__always)
  mutating func unlink(_ node: OrderNode) {
    nodes[Int(node.previous)].next = node.next
    nodes[Int(node.next)].previous = node.previous
  }

  @inlinable @inline(__always)
  mutating func put(_ entry: Slot) {
    var slot = Int(entry.tag &>> shift)
    while slots[slot].place != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = entry
  }

  /// The upper half of a hash by multiplication: dense numbers are spread evenly.
  @inlinable @inline(__always)
  static func tag(of id: UInt64) -> UInt32 {
    let hash = (id ^ (id >> 32)) &* 0x9E37_79B9_7F4A_7C15  // A hash wraps by design.
    return UInt32(truncatingIfNeeded: hash >> 32)
  }

  @inlinable @inline(never)
  mutating func grow() {
    let old = slots.count
    var larger = OwnedBuffer(repeating: Slot(tag: 0, place: 0), count: old * 2)
    swap(&slots, &larger)
    shift -= 1
    for slot in larger.indices where larger[slot].place != 0 { put(larger[slot]) }
  }
}
