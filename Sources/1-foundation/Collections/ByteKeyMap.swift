/// A map from byte strings to 64-bit values, for caches of names.
///
/// Open addressing with linear probing. A slot holds a key of up to 16 bytes itself, so that finding
/// one looks at one line of memory; longer keys lie in a buffer of their own. Entries are only
/// added. The hash is keyed, so that whoever chooses the names cannot make them collide.
///
/// - Complexity: O(length) on average; allocates only when it grows.
@safe public struct ByteKeyMap: ~Copyable {
  struct Slot: BitwiseCopyable {
    /// A short key's bytes, filled with zeros; or a long key's hash, and where its bytes begin.
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// The key's length plus one; 0 for a free slot.
    var mark: UInt64 = 0
    var value: UInt64 = 0
  }

  private var slots: OwnedBuffer<Slot>
  private var bytes = GrowingBuffer<UInt8>()
  private var number = 0
  private let seed: UInt64

  /// Creates an empty map.
  public init(seed: UInt64 = 0) {
    self.seed = seed
    slots = OwnedBuffer(repeating: Slot(), count: 64)
  }

  /// How many keys there are.
  public var count: Int { number }

  /// How many bytes of memory the keys take.
  public var byteCount: Int { bytes.count + number * MemoryLayout<Slot>.size }

  /// A search that has been begun; four words, so that it is handed on in registers.
  public struct Search: Sendable, BitwiseCopyable {
    let low: UInt64
    let high: UInt64
    let mark: UInt64
    let hash: Int
  }

  /// Begins a search: asks for the memory where the key may stand, and does not wait for it.
  public func search(_ key: UnsafeRawBufferPointer) -> Search {
    let wanted = unsafe probe(key)
    let hash = Int(truncatingIfNeeded: hash(wanted))
    slots.prefetch(hash & (slots.count - 1))
    return Search(low: wanted.low, high: wanted.high, mark: wanted.mark, hash: hash)
  }

  /// The value of the key whose bytes are `key`, or nil.
  public func value(of key: UnsafeRawBufferPointer) -> UInt64? {
    unsafe value(of: key, search(key))
  }

  /// The value of the key whose bytes are `key`, for which `search` was begun, or nil.
  public func value(of key: UnsafeRawBufferPointer, _ search: Search) -> UInt64? {
    let mask = slots.count - 1
    var place = search.hash & mask
    while slots[place].mark != 0 {
      if slots[place].mark == search.mark, slots[place].low == search.low {
        if key.count <= 16 {
          if slots[place].high == search.high { return slots[place].value }
        } else if unsafe isEqual(Int(slots[place].high), key) {
          return slots[place].value
        }
      }
      place = (place + 1) & mask
    }
    return nil
  }

  /// Adds a key that is not there.
  public mutating func insert(_ key: UnsafeRawBufferPointer, value: UInt64) {
    if (number + 1) * 2 > slots.count { grow() }
    var slot = unsafe probe(key)
    slot.value = value
    if key.count > 16 {
      slot.high = UInt64(bytes.count)
      for place in key.indices { bytes.append(unsafe key[place]) }
    }
    put(slot)
    number += 1
  }

  /// Removes every key.
  public mutating func removeAll() {
    slots = OwnedBuffer(repeating: Slot(), count: 64)
    bytes.removeAll()
    number = 0
  }

  private mutating func put(_ slot: Slot) {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash(slot)) & mask
    while slots[place].mark != 0 { place = (place + 1) & mask }
    slots[place] = slot
  }

  private mutating func grow() {
    var kept = OwnedBuffer(repeating: Slot(), count: slots.count * 2)
    swap(&kept, &slots)
    for place in kept.indices where kept[place].mark != 0 { put(kept[place]) }
  }

  /// What a slot of `key` has, but for its value and the place of a long key's bytes.
  @inline(__always)
  private func probe(_ key: UnsafeRawBufferPointer) -> Slot {
    var slot = Slot()
    let count = key.count
    slot.mark = UInt64(count) + 1
    if count > 16 {
      slot.low = unsafe longHash(key)
    } else if count >= 8 {
      slot.low = unsafe key.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
      if count > 8 {
        let last = unsafe key.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        slot.high = last >> (8 * UInt64(16 - count))
      }
    } else {
      for place in 0..<count { unsafe slot.low |= UInt64(key[place]) << (8 * UInt64(place)) }
    }
    return slot
  }

  /// The hash of a slot, from what both a search and an entry know.
  @inline(__always)
  private func hash(_ slot: Slot) -> UInt64 {
    let high = slot.mark > 17 ? 0 : slot.high
    return Self.fold(Self.fold(slot.low ^ seed) ^ high ^ slot.mark &* 0xA076_1D64_78BD_642F)
  }

  private func isEqual(_ start: Int, _ key: UnsafeRawBufferPointer) -> Bool {
    unsafe bytes.withUnsafeBytes { all in
      for place in key.indices where unsafe all[start + place] != key[place] { return false }
      return true
    }
  }

  /// Words of eight bytes folded by products of 128 bits, as in wyhash; the last word overlaps.
  private func longHash(_ key: UnsafeRawBufferPointer) -> UInt64 {
    var state = seed ^ UInt64(key.count)
    var place = 0
    while place + 8 < key.count {
      state = unsafe Self.fold(state ^ key.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      place += 8
    }
    let last = unsafe key.loadUnaligned(fromByteOffset: key.count - 8, as: UInt64.self)
    return Self.fold(state ^ last)
  }

  @inline(__always)
  private static func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
