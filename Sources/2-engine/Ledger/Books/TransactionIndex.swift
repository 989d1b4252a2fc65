public import OmniCollections

/// Which transactions are in the books: from an identifier to its place in the ledger.
///
/// Four numbers: tens of millions of identifiers, 24 bytes each, one search and one insertion a
/// transaction, some 20 ns when the slot is in the cache. A slot holds 32 bits of the hash beside the
/// place, so a search for a new identifier looks at one slot and at no identifier. Clients choose
/// identifiers, so the hash is keyed: whoever does not know the key cannot make them collide.
///
/// - Invariant: at most five of eight slots are taken.
/// - Complexity: O(1) on average; allocates only when it doubles.
@frozen @usableFromInline
struct TransactionIndex: ~Copyable {
  /// Upper half: bits of the hash; lower half: the place plus one, 0 for a free slot.
  @usableFromInline var slots: OwnedBuffer<UInt64>
  @usableFromInline var ids: GrowingBuffer<TransactionID>
  @usableFromInline var mask: Int
  @usableFromInline let seed: (UInt64, UInt64)

  /// How many transactions an index can hold.
  @inlinable
  static var countMax: Int { Int(UInt32.max) - 1 }

  @inlinable
  init(seed: (UInt64, UInt64), capacity: Int = 0) {
    var count = 1_024
    while count * 5 / 8 < capacity { count *= 2 }
    slots = OwnedBuffer(repeating: 0, count: count)
    ids = GrowingBuffer(capacity: capacity)
    mask = count - 1
    self.seed = seed
  }

  @inlinable
  var count: Int { ids.count }

  /// A keyed hash: the two halves of a product of 128 bits, folded (as in wyhash).
  @inlinable @inline(__always)
  func hash(_ id: TransactionID) -> UInt64 {
    let product = (id.low ^ seed.0).multipliedFullWidth(by: id.high ^ seed.1)
    let mixed = (product.high ^ product.low).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
    return mixed.high ^ mixed.low ^ id.low
  }

  /// The place of `id`, or nil.
  @inlinable
  func find(_ id: TransactionID) -> Int? { find(id, hash: hash(id)) }

  /// Asks for the slot where a search for `hash` begins, so that many searches wait together.
  @inlinable @inline(__always)
  func prefetch(_ hash: UInt64) { slots.prefetch(Int(truncatingIfNeeded: hash) & mask) }

  /// Asks for the identifier that a search for `hash` would compare first.
  @inlinable @inline(__always)
  func prefetchID(_ hash: UInt64) {
    let word = slots[Int(truncatingIfNeeded: hash) & mask]
    if (word ^ hash) & 0xFFFF_FFFF_0000_0000 == 0 { ids.prefetch(Int(word & 0xFFFF_FFFF) - 1) }
  }

  /// The place of `id`, whose hash is `hash`, or nil.
  @inlinable
  func find(_ id: TransactionID, hash: UInt64) -> Int? {
    let tag = hash & 0xFFFF_FFFF_0000_0000
    var slot = Int(truncatingIfNeeded: hash) & mask
    while true {
      let word = slots[slot]
      if word & 0xFFFF_FFFF == 0 { return nil }
      if word & 0xFFFF_FFFF_0000_0000 == tag {
        let place = Int(word & 0xFFFF_FFFF) - 1
        if ids[place] == id { return place }
      }
      slot = (slot + 1) & mask
    }
  }

  /// Adds `id` at the next place.
  ///
  /// - Precondition: it is not there.
  @inlinable
  mutating func insert(_ id: TransactionID) { insert(id, hash: hash(id)) }

  /// Adds `id`, whose hash is `hash`, at the next place.
  @inlinable
  mutating func insert(_ id: TransactionID, hash: UInt64) {
    precondition(ids.count < Self.countMax, "room for another transaction")
    if (ids.count + 1) * 8 > (mask + 1) * 5 { grow() }
    ids.append(id)
    put(hash, place: ids.count)
  }

  @inlinable @inline(__always)
  mutating func put(_ hash: UInt64, place: Int) {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] & 0xFFFF_FFFF != 0 { slot = (slot + 1) & mask }
    slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(place)
  }

  @usableFromInline
  mutating func grow() {
    mask = (mask + 1) * 2 - 1
    slots = OwnedBuffer(repeating: 0, count: mask + 1)
    for place in ids.indices { put(hash(ids[place]), place: place + 1) }
  }
}
