import OmniCollections

/// The orders of a book by their numbers: price, size and side, without their turn.
///
/// - Complexity: O(1) expected for each operation; it allocates only while it grows.
struct OrderTable: ~Copyable {
  struct Entry: BitwiseCopyable {
    var price: Int64
    var size: Int64
    var isAsk: Bool
  }

  private var places = WordMap()
  private var entries = GrowingBuffer<Entry>(capacity: 1_024)
  private var free = GrowingBuffer<Int>()

  /// How many orders there are.
  var count: Int { places.count }

  subscript(id: UInt64) -> Entry? { places[id].map { entries[Int($0)] } }

  /// Adds an order, or gives the one with `id` these values.
  mutating func set(_ id: UInt64, _ entry: Entry) {
    if let place = places[id] {
      entries[Int(place)] = entry
    } else if free.isEmpty {
      _ = places.set(id, to: UInt64(entries.count))
      entries.append(entry)
    } else {
      let place = free[free.count - 1]
      free.removeAll(from: free.count - 1)
      entries[place] = entry
      _ = places.set(id, to: UInt64(place))
    }
  }

  mutating func remove(_ id: UInt64) {
    if let place = places.remove(id) { free.append(Int(place)) }
  }

  mutating func removeAll() {
    places = WordMap()
    entries.removeAll()
    free.removeAll()
  }
}
