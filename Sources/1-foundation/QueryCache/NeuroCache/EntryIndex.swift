/// Finds the place of an entry by the hash of its key.
///
/// Open addressing with linear probing in a table that is never more than half full; what is
/// removed leaves no mark behind, since those after it move up.
///
/// - Complexity: O(1) on average for each operation.
package struct EntryIndex: Sendable {
  private struct Cell: Sendable {
    var hash: UInt64 = 0
    /// The place, or -1.
    var place: Int32 = -1
  }

  private var cells: [Cell]
  private let mask: Int

  package init(capacity: Int) {
    var count = 4
    while count < capacity * 2 { count *= 2 }
    cells = [Cell](repeating: Cell(), count: count)
    mask = count - 1
  }

  /// The place of `hash`, or -1.
  package func place(of hash: UInt64) -> Int32 {
    var cell = home(of: hash)
    while cells[cell].place >= 0 {
      if cells[cell].hash == hash { return cells[cell].place }
      cell = (cell + 1) & mask
    }
    return -1
  }

  /// Notes the place of a hash that is not there yet.
  package mutating func insert(_ hash: UInt64, at place: Int32) {
    var cell = home(of: hash)
    while cells[cell].place >= 0 { cell = (cell + 1) & mask }
    cells[cell] = Cell(hash: hash, place: place)
  }

  /// Forgets a hash that is there.
  package mutating func remove(_ hash: UInt64) {
    var cell = home(of: hash)
    while cells[cell].hash != hash || cells[cell].place < 0 {
      if cells[cell].place < 0 { return }
      cell = (cell + 1) & mask
    }
    var next = (cell + 1) & mask
    while cells[next].place >= 0 {
      // Whoever would not be found any more if the hole stayed moves into it.
      if (next - home(of: cells[next].hash)) & mask >= (next - cell) & mask {
        cells[cell] = cells[next]
        cell = next
      }
      next = (next + 1) & mask
    }
    cells[cell].place = -1
  }

  private func home(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 20) & mask }
}
