/// Finds the place of an entry by the hash of its key.
///
/// Open addressing with linear probing in a table that is at most three quarters full. A cell has
/// half of a hash and a place, so that eight of them share a line of memory; the whole hash is kept
/// by place. What is removed leaves no mark behind, since those after it move up.
///
/// - Complexity: O(1) on average for each operation.
package struct EntryIndex: Sendable {
  private struct Cell: Sendable {
    var tag: UInt32 = 0
    /// The place, or -1.
    var place: Int32 = -1
  }

  private var cells: [Cell]
  private var hashes: [UInt64]
  private let mask: Int

  package init(capacity: Int) {
    var count = 4
    while count * 3 < capacity * 4 { count *= 2 }
    cells = [Cell](repeating: Cell(), count: count)
    hashes = [UInt64](repeating: 0, count: capacity)
    mask = count - 1
  }

  /// The place of `hash`, or -1.
  package func place(of hash: UInt64) -> Int32 {
    var index = home(of: hash)
    while cells[index].place >= 0 {
      let cell = cells[index]
      if cell.tag == Self.tag(of: hash), hashes[Int(cell.place)] == hash { return cell.place }
      index = (index + 1) & mask
    }
    return -1
  }

  /// The hash of the entry at a place.
  package func hash(at place: Int32) -> UInt64 { hashes[Int(place)] }

  /// Notes the place of a hash that is not there yet; no other hash is at that place.
  package mutating func insert(_ hash: UInt64, at place: Int32) {
    var index = home(of: hash)
    while cells[index].place >= 0 { index = (index + 1) & mask }
    cells[index] = Cell(tag: Self.tag(of: hash), place: place)
    hashes[Int(place)] = hash
  }

  /// Forgets a hash, if it is there.
  package mutating func remove(_ hash: UInt64) {
    var hole = home(of: hash)
    while cells[hole].place < 0 || hashes[Int(cells[hole].place)] != hash {
      if cells[hole].place < 0 { return }
      hole = (hole + 1) & mask
    }
    var next = (hole + 1) & mask
    while cells[next].place >= 0 {
      // Whoever would not be found any more if the hole stayed moves into it.
      let distance = (next - home(of: hashes[Int(cells[next].place)])) & mask
      if distance >= (next - hole) & mask {
        cells[hole] = cells[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    cells[hole].place = -1
  }

  private func home(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 20) & mask }

  private static func tag(of hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash) }
}
