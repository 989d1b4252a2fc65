public import OmniTime

/// Merges series that are each sorted by time into one order.
///
/// A binary heap of the series' next instants. Of two at one instant, the series with the lower
/// index comes first, so that the order is the same on every machine.
///
/// - Complexity: O(log k) an element for k series, with no allocation after creation.
public struct TimeMerge: Sendable {
  private var heap: [Head]

  private struct Head: Sendable {
    var time: Timestamp
    var series: Int

    func isBefore(_ other: Head) -> Bool {
      time != other.time ? time < other.time : series < other.series
    }
  }

  /// Creates a merge; each entry is the first instant of a series, or nil when it is empty.
  public init(_ first: [Timestamp?]) {
    heap = []
    heap.reserveCapacity(first.count)
    for (series, time) in first.enumerated() {
      guard let time else { continue }
      heap.append(Head(time: time, series: series))
      rise(heap.count - 1)
    }
  }

  /// The series whose element comes next, or nil when all have ended.
  public var next: Int? { heap.first?.series }

  /// Says that the next element was taken, and when the one after it in the same series is.
  ///
  /// - Precondition: there was a next element, and `following` is not before it.
  public mutating func advance(to following: Timestamp?) {
    precondition(!heap.isEmpty, "an element to advance from")
    if let following {
      precondition(following >= heap[0].time, "a series sorted by time")
      heap[0].time = following
    } else {
      let last = heap.removeLast()
      if heap.isEmpty { return }
      heap[0] = last
    }
    sink(0)
  }

  private mutating func rise(_ start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard heap[index].isBefore(heap[parent]) else { return }
      heap.swapAt(index, parent)
      index = parent
    }
  }

  private mutating func sink(_ start: Int) {
    var index = start
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) { least = child }
      if least == index { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}
