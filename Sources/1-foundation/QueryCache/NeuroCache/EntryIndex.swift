/// Finds the place of an entry by the hash of its key.
///
/// Open addressing with linear probing in a table that is never more than half full; what is
/// removed leaves no mark behind, since those after it move up.
///
/// - Complexity: O(1) on average for each operation.
package struct EntryIndex: Sendable {
  /// The place in each cell, or -1.
  private var places: [Int32]
  private var hashes: [UInt64]
  private let mask: Int

  package init(capacity: Int) {
    var count = 4
    while count < capacity * 2 { count *= 2 }
    places = [Int32](repeating: -1, count: count)
    hashes = [UInt64](repeating: 0, count: count)
    mask = count - 1
  }

  /// The place of `hash`, or -1.
  package func place(of hash: UInt64) -> Int32 {
    var cell = home(of: hash)
    while places[cell] >= 0 {
      if hashes[cell] == hash { return places[cell] }
      cell = (cell + 1) & mask
    }
    return -1
  }

  /// Notes the place of a hash that is not there yet.
  package mutating func insert(_ hash: UInt64, at place: Int32) {
    var cell = home(of: hash)
    while places[cell] >= 0 { cell = (cell + 1) & mask }
    places[cell] = place
    hashes[cell] = hash
  }

  /// Forgets a hash that is there.
  package mutating func remove(_ hash: UInt64) {
    var cell = home(of: hash)
    while hashes[cell] != hash || places[cell] < 0 {
      if places[cell] < 0 { return }
      cell = (cell + 1) & mask
    }
    var next = (cell + 1) & mask
    while places[next] >= 0 {
      // Whoever would not be found any more if the hole stayed moves into it.
      if (next - home(of: hashes[next])) & mask >= (next - cell) & mask {
        places[cell] = places[next]
        hashes[cell] = hashes[next]
        cell = next
      }
      next = (next + 1) & mask
    }
    places[cell] = -1
  }

  private func home(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 20) & mask }
}
