/// When the keys of a sample were last seen.
///
/// Open addressing with linear probing in a table of fixed size, which the sample fills to a half;
/// what is removed leaves no mark behind.
///
/// - Complexity: O(1) on average for each operation but `close()`.
package struct SampleTimes: Sendable {
  private struct Cell: Sendable {
    var hash: UInt64 = 0
    /// Where the search for it begins.
    var home: Int32 = 0
    /// Zero in an empty cell.
    var time: Int32 = 0
  }

  private static let cellCount = HitRatioCurve.sampleCountMax * 2
  private static let mask = cellCount - 1

  private var cells = [Cell](repeating: Cell(), count: cellCount)
  /// How many keys there are.
  package private(set) var count = 0

  package init() {}

  /// Sets the time of a key, which is above zero, and gives the one that it had.
  ///
  /// - Precondition: There are at most `HitRatioCurve.sampleCountMax` other keys.
  /// - Parameter order: The hash, mixed once more; the same each time.
  package mutating func set(_ hash: UInt64, order: UInt64, to time: Int) -> Int? {
    let index = find(hash, order: order)
    if cells[index].time > 0 {
      let last = cells[index].time
      cells[index].time = Int32(time)
      return Int(last)
    }
    cells[index] = Cell(hash: hash, home: Int32(Self.home(of: order)), time: Int32(time))
    count += 1
    precondition(count <= HitRatioCurve.sampleCountMax + 1, "no more keys than the sample has")
    return nil
  }

  /// Forgets a key, and gives the time that it had.
  package mutating func remove(_ hash: UInt64, order: UInt64) -> Int? {
    var hole = find(hash, order: order)
    guard cells[hole].time > 0 else { return nil }
    let time = Int(cells[hole].time)
    var next = (hole + 1) & Self.mask
    while cells[next].time > 0 {
      // Whoever would not be found any more if the hole stayed moves into it.
      if (next - Int(cells[next].home)) & Self.mask >= (next - hole) & Self.mask {
        cells[hole] = cells[next]
        hole = next
      }
      next = (next + 1) & Self.mask
    }
    cells[hole] = Cell()
    count -= 1
    return time
  }

  /// Gives the keys new times without gaps, from 1 on, in the same order; gives the last of them.
  ///
  /// - Complexity: O(n log n), n the keys.
  package mutating func close() -> Int {
    let ordered = cells.indices.filter { cells[$0].time > 0 }
      .sorted { cells[$0].time < cells[$1].time }
    for (number, index) in ordered.enumerated() { cells[index].time = Int32(number + 1) }
    return ordered.count
  }

  private func find(_ hash: UInt64, order: UInt64) -> Int {
    var index = Self.home(of: order)
    while cells[index].time > 0, cells[index].hash != hash { index = (index + 1) & Self.mask }
    return index
  }

  private static func home(of order: UInt64) -> Int { Int(truncatingIfNeeded: order) & mask }
}
