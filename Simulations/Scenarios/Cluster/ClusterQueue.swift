/// The events to come, by time and, of one time, in the order in which they were put in.
///
/// A binary heap; some hundred events at a time, a few for each request.
///
/// - Complexity: O(log n) for each operation.
struct ClusterQueue: Sendable {
  /// An event with its place in the order.
  struct Entry: Sendable {
    let time: Int64
    let sequence: UInt64
    let event: ClusterEvent

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : sequence < other.sequence
    }
  }

  private var heap: [Entry] = []
  private var lastSequence: UInt64 = 0

  /// Puts an event in.
  mutating func put(_ event: ClusterEvent, at time: Int64) {
    lastSequence += 1
    let entry = Entry(time: time, sequence: lastSequence, event: event)
    heap.append(entry)
    var index = heap.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry.precedes(heap[parent]) else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = entry
  }

  /// Takes the first event out.
  mutating func take() -> Entry? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else { return last }
    var index = 0
    while true {
      var child = index * 2 + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(last) else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = last
    return first
  }
}
