public import OmniCollections

/// Finds the place of an entry by the hash of its key.
///
/// Open addressing with linear probing in a table that is at most three quarters full. A cell has a
/// place and as much of a hash as there are bits left; the whole hash is kept by place. Cells are in
/// groups of eight, half a line of memory, and a search begins at the start of a group: the eight are
/// compared at once, with no branch that depends on where in the group an entry is. What is removed
/// leaves no mark behind, since those after it move up; so the cells of a group that are taken are
/// its first ones, and where the last is empty a search ends.
///
/// - Complexity: O(1) on average for each operation.
@usableFromInline
package struct EntryIndex: ~Copyable, Sendable {
  /// Eight cells: a place and one in the lower bits, and a part of the hash above; 0 if it is empty.
  @usableFromInline
  struct Group: Sendable {
    @usableFromInline var low = SIMD4<UInt32>()
    @usableFromInline var high = SIMD4<UInt32>()
  }

  @usableFromInline var groups: OwnedBuffer<Group>
  private var hashes: OwnedBuffer<UInt64>
  /// The number of cells less one.
  private let mask: Int
  @usableFromInline let groupMask: Int
  @usableFromInline let capacity: UInt32
  /// How many bits of a cell are its place.
  @usableFromInline let placeBits: UInt32
  @usableFromInline let placeMask: UInt32

  package init(capacity: Int) {
    var count = 8
    while count * 3 < capacity * 4 { count *= 2 }
    groups = OwnedBuffer(repeating: Group(), count: count / 8)
    hashes = OwnedBuffer(repeating: 0, count: capacity)
    mask = count - 1
    groupMask = count / 8 - 1
    self.capacity = UInt32(capacity)
    placeBits = UInt32(32 - UInt32(capacity).leadingZeroBitCount)
    placeMask = 1 << placeBits - 1
  }

  /// The place of `hash`, or -1.
  package func place(of hash: UInt64) -> Int32 {
    let likely = alike(hash)
    if likely == 0, cell(home(of: hash) + 7) == 0 { return -1 }
    if likely > 0, likely <= capacity, hashes[Int(likely) - 1] == hash { return Int32(likely) - 1 }
    let tag = tag(of: hash)
    var index = home(of: hash)
    while true {
      let cell = cell(index)
      if cell == 0 { return -1 }
      if (cell ^ tag) <= placeMask {
        let place = place(in: cell)
        if hashes[Int(place)] == hash { return place }
      }
      index = (index + 1) & mask
    }
  }

  /// A place that may be that of `hash`, for one who then compares the keys; -1 if it is not known.
  ///
  /// It is the right one nearly always if the hash is there; `place(of:)` knows for certain.
  @inlinable @inline(__always)
  package func likelyPlace(of hash: UInt64) -> Int32 {
    let alike = alike(hash)
    // Two that look alike may give what is no place.
    return alike <= capacity ? Int32(truncatingIfNeeded: alike) &- 1 : -1
  }

  /// A place and one of the group of a hash whose cell has the same part of the hash, or 0; the bits
  /// of all of them if there are several.
  @inlinable @inline(__always)
  func alike(_ hash: UInt64) -> UInt32 {
    let group = group(of: hash)
    let tag = SIMD4(repeating: tag(of: hash))
    let tagMask = SIMD4(repeating: ~placeMask)
    // Where the part of the hash is the same it cancels out, and the place is left.
    let low = groups[group].low ^ tag
    let high = groups[group].high ^ tag
    let found =
      low.replacing(with: 0, where: low & tagMask .!= 0)
      | high.replacing(with: 0, where: high & tagMask .!= 0)
    return found[0] | found[1] | found[2] | found[3]
  }

  /// The hash of the entry at a place.
  package func hash(at place: Int32) -> UInt64 { hashes[Int(place)] }

  /// Notes the place of a hash that is not there yet; no other hash is at that place.
  package mutating func insert(_ hash: UInt64, at place: Int32) {
    var index = home(of: hash)
    while cell(index) != 0 { index = (index + 1) & mask }
    setCell(index, tag(of: hash) | UInt32(place + 1))
    hashes[Int(place)] = hash
  }

  /// Forgets a hash, if it is there.
  package mutating func remove(_ hash: UInt64) {
    var hole = home(of: hash)
    while cell(hole) == 0 || hashes[Int(place(in: cell(hole)))] != hash {
      if cell(hole) == 0 { return }
      hole = (hole + 1) & mask
    }
    var next = (hole + 1) & mask
    while cell(next) != 0 {
      // Whoever would not be found any more if the hole stayed moves into it.
      let distance = (next - home(of: hashes[Int(place(in: cell(next)))])) & mask
      if distance >= (next - hole) & mask {
        setCell(hole, cell(next))
        hole = next
      }
      next = (next + 1) & mask
    }
    setCell(hole, 0)
  }

  private func cell(_ index: Int) -> UInt32 {
    index & 4 == 0 ? groups[index >> 3].low[index & 3] : groups[index >> 3].high[index & 3]
  }

  private mutating func setCell(_ index: Int, _ cell: UInt32) {
    if index & 4 == 0 {
      groups[index >> 3].low[index & 3] = cell
    } else {
      groups[index >> 3].high[index & 3] = cell
    }
  }

  /// The first cell of the group of a hash.
  private func home(of hash: UInt64) -> Int { group(of: hash) * 8 }

  @inlinable
  func group(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 20) & groupMask }

  /// Other bits than those of the group, where a cell has room for them.
  @inlinable
  func tag(of hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) &<< placeBits }

  private func place(in cell: UInt32) -> Int32 { Int32(bitPattern: cell & placeMask) &- 1 }
}
