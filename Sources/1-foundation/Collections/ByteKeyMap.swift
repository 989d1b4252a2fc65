/// A map from byte strings to 64-bit values, for caches of names.
///
/// Open addressing with linear probing; the bytes of all keys lie in one buffer. Entries are only
/// added. The hash is keyed, so that whoever chooses the names cannot make them collide.
///
/// - Complexity: O(length) on average; allocates only when it grows.
@safe public struct ByteKeyMap: ~Copyable {
  struct Entry: BitwiseCopyable {
    let start: Int
    let count: Int
    let value: UInt64
  }

  /// Upper half: bits of the hash; lower half: an entry's number plus one.
  private var slots: OwnedBuffer<UInt64>
  private var entries = GrowingBuffer<Entry>()
  private var bytes = GrowingBuffer<UInt8>()
  private let seed: UInt64

  /// Creates an empty map.
  public init(seed: UInt64 = 0) {
    self.seed = seed
    slots = OwnedBuffer(repeating: 0, count: 64)
  }

  /// How many keys there are.
  public var count: Int { entries.count }

  /// How many bytes all keys have.
  public var byteCount: Int { bytes.count }

  /// The value of the key whose bytes are `key`, or nil.
  public func value(of key: UnsafeRawBufferPointer) -> UInt64? {
    let hash = unsafe hash(key)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if (slots[slot] ^ hash) >> 32 == 0 {
        let entry = entries[Int(slots[slot] & 0xFFFF_FFFF) - 1]
        if unsafe isEqual(entry, key) { return entry.value }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds a key that is not there.
  public mutating func insert(_ key: UnsafeRawBufferPointer, value: UInt64) {
    if (entries.count + 1) * 2 > slots.count { grow() }
    let start = bytes.count
    for place in key.indices { bytes.append(unsafe key[place]) }
    entries.append(Entry(start: start, count: key.count, value: value))
    put(unsafe hash(key), entries.count)
  }

  /// Removes every key.
  public mutating func removeAll() {
    slots = OwnedBuffer(repeating: 0, count: 64)
    entries.removeAll()
    bytes.removeAll()
  }

  private mutating func put(_ hash: UInt64, _ number: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(number)
  }

  private mutating func grow() {
    slots = OwnedBuffer(repeating: 0, count: slots.count * 2)
    for number in entries.indices {
      let entry = entries[number]
      let keyHash: UInt64 = unsafe bytes.withUnsafeBytes { all in
        unsafe hash(UnsafeRawBufferPointer(rebasing: all[entry.start..<entry.start + entry.count]))
      }
      put(keyHash, number + 1)
    }
  }

  private func isEqual(_ entry: Entry, _ key: UnsafeRawBufferPointer) -> Bool {
    guard entry.count == key.count else { return false }
    return unsafe bytes.withUnsafeBytes { all in
      var place = 0
      while place + 8 <= key.count {
        let mine = unsafe all.loadUnaligned(
          fromByteOffset: entry.start + place, as: UInt64.self)
        if unsafe mine != key.loadUnaligned(fromByteOffset: place, as: UInt64.self) { return false }
        place += 8
      }
      while place < key.count {
        if unsafe all[entry.start + place] != key[place] { return false }
        place += 1
      }
      return true
    }
  }

  /// Words of eight bytes folded by products of 128 bits, as in wyhash; the last word overlaps.
  private func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
    var state = seed ^ UInt64(key.count)
    if key.count >= 8 {
      var place = 0
      while place + 8 < key.count {
        state = unsafe Self.fold(state ^ key.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        place += 8
      }
      let last = unsafe key.loadUnaligned(fromByteOffset: key.count - 8, as: UInt64.self)
      return Self.fold(state ^ last ^ 0xA076_1D64_78BD_642F)
    }
    var rest: UInt64 = 0
    for place in key.indices { unsafe rest = rest << 8 | UInt64(key[place]) }
    return Self.fold(state ^ rest ^ 0xA076_1D64_78BD_642F)
  }

  @inline(__always)
  private static func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
