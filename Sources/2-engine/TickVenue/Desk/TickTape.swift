public import OmniCollections
public import OmniModel
public import OmniTime

/// A recording of one instrument, in the order in which it happened and in which it was heard.
///
/// The venue needs the first, a strategy sees the second; they differ where a slow message is
/// overtaken. The events are kept once, with up to two lists of places.
public struct TickTape: ~Copyable, Sendable {
  @usableFromInline let events: GrowingBuffer<MarketEvent>
  @usableFromInline let occurred: GrowingBuffer<UInt32>
  @usableFromInline let received: GrowingBuffer<UInt32>

  /// The most events that a tape holds.
  public static var countMax: Int { Int(UInt32.max) }

  /// How many events there are.
  @inlinable
  public var count: Int { events.count }

  /// The first instant at which something happens or is heard, or nil if the tape is empty.
  public let start: Timestamp?

  /// Takes events, and sorts their places where they are not in order; what happens at one instant
  /// stays in its order.
  ///
  /// - Precondition: there are at most ``countMax`` events.
  /// - Complexity: O(n log n) where they are not in order, O(n) otherwise.
  public init(_ events: consuming GrowingBuffer<MarketEvent>) {
    precondition(events.count <= Self.countMax, "at most 2³² − 1 events")
    occurred = Self.order(events) { $0.occurredAt }
    received = Self.order(events) { $0.receivedAt }
    var start: Timestamp?
    for index in events.indices {
      start = min(start ?? .distantFuture, min(events[index].occurredAt, events[index].receivedAt))
    }
    self.start = start
    self.events = events
  }

  /// The places of the events by time, or none if they are in order.
  private static func order(
    _ events: borrowing GrowingBuffer<MarketEvent>, _ time: (MarketEvent) -> Timestamp
  ) -> GrowingBuffer<UInt32> {
    var order = GrowingBuffer<UInt32>()
    var times: [(at: Int64, place: UInt32)] = []
    times.reserveCapacity(events.count)
    var isSorted = true
    for index in events.indices {
      let at = time(events[index]).nanoseconds
      if let last = times.last, last.at > at { isSorted = false }
      times.append((at, UInt32(index)))
    }
    if isSorted { return order }
    times.sort { ($0.at, $0.place) < ($1.at, $1.place) }
    order.reserve(times.count)
    for time in times { order.append(time.place) }
    return order
  }

  /// The place of the event that happened as number `index`.
  @inlinable @inline(__always)
  func placeOccurred(_ index: Int) -> Int {
    occurred.isEmpty ? index : Int(truncatingIfNeeded: occurred[index])
  }

  /// The place of the event that was heard as number `index`.
  @inlinable @inline(__always)
  func placeReceived(_ index: Int) -> Int {
    received.isEmpty ? index : Int(truncatingIfNeeded: received[index])
  }
}
