import OmniCollections
import OmniModel

/// The recording's own orders (L3), as far as one has to know them to say who is ahead of whom.
struct RecordedOrders: ~Copyable {
  /// One of them.
  struct Entry: BitwiseCopyable {
    var key: Int64
    var lots: Int64
    /// When it came, among the orders of the recording and ours.
    var turn: UInt64
    var isBid: Bool
  }

  /// The most that are remembered at once; later ones are left out, and counted.
  static let countMax = 1 << 22

  private var places = WordMap(capacity: 1_024)
  private var entries = GrowingBuffer<Entry>(capacity: 1_024)
  private var free = GrowingBuffer<Int>(capacity: 256)
  /// Orders that were left out, and events of orders that nobody added.
  private(set) var ignoredCount: UInt64 = 0

  /// How many are remembered.
  var count: Int { places.count }

  /// The order `id`, or nil, which is counted.
  mutating func find(_ id: UInt64) -> Entry? {
    guard let place = places[id] else {
      ignoredCount += 1
      return nil
    }
    return entries[Int(place)]
  }

  /// Remembers an order, or returns false if there are too many or its number is known.
  mutating func add(_ id: UInt64, _ entry: Entry) -> Bool {
    guard places[id] == nil, count < Self.countMax else {
      ignoredCount += 1
      return false
    }
    if free.isEmpty {
      places.set(id, to: UInt64(entries.count))
      entries.append(entry)
    } else {
      let place = free[free.count - 1]
      free.removeAll(from: free.count - 1)
      places.set(id, to: UInt64(place))
      entries[place] = entry
    }
    return true
  }

  /// Changes what is left of an order, and forgets it when that is nothing.
  mutating func set(_ id: UInt64, lots: Int64) {
    guard let place = places[id] else { return }
    entries[Int(place)].lots = lots
    if lots == 0 { remove(id) }
  }

  /// Forgets an order.
  mutating func remove(_ id: UInt64) {
    if let place = places.remove(id) { free.append(Int(place)) }
  }

  /// Forgets the orders of a side, or all.
  mutating func removeAll() {
    places = WordMap(capacity: 1_024)
    entries.removeAll()
    free.removeAll()
  }
}
