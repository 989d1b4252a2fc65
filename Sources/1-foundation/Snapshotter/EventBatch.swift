import OmniEncoding

/// Encoded events in a row: all bytes in one array, and where each event ends.
///
/// Two allocations serve any number of events, and a batch that is filled again keeps both.
@frozen
public struct EventBatch: Sendable, Equatable {
  /// The largest event, in bytes.
  public static let eventBytesMax = 1 << 24

  /// How much one reading may bring.
  public struct Limit: Sendable, Equatable {
    /// At most that many events.
    public let events: Int
    /// No further event once there are that many bytes.
    public let bytes: Int

    /// Creates a limit; one event at least is always read, whatever its size.
    public init(events: Int = 4096, bytes: Int = 1 << 20) {
      self.events = max(1, events)
      self.bytes = max(1, bytes)
    }
  }

  @usableFromInline var bytes: [UInt8] = []
  @usableFromInline var ends: [Int] = []

  /// Creates a batch without events.
  @inlinable
  public init() {}

  /// How many events there are.
  @inlinable
  public var count: Int { ends.count }

  /// Whether there are no events.
  @inlinable
  public var isEmpty: Bool { ends.isEmpty }

  /// How many bytes all events have together.
  @inlinable
  public var byteCount: Int { bytes.count }

  /// The bytes of the event at `place`, copied.
  ///
  /// - Precondition: `place` is from 0 up to, but not including, ``count``.
  /// - Complexity: O(bytes of the event); allocates.
  public subscript(place: Int) -> [UInt8] { Array(bytes[range(of: place)]) }

  /// Forgets all events and keeps the memory.
  @inlinable
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Adds an event.
  ///
  /// - Complexity: O(bytes of the event), amortised.
  @inlinable
  public mutating func append(_ event: [UInt8]) {
    bytes.append(contentsOf: event)
    ends.append(bytes.count)
  }

  /// Adds the event whose bytes `write` adds to the end of the array that it is given.
  ///
  /// - Precondition: `write` takes nothing away.
  @inlinable
  public mutating func append(writing write: (inout [UInt8]) -> Void) {
    let before = bytes.count
    write(&bytes)
    precondition(bytes.count >= before, "writing an event has taken bytes of earlier ones away")
    ends.append(bytes.count)
  }

  /// Adds events of `other` from `place` on, as many as `limit` lets in.
  ///
  /// - Precondition: `place` is at most `other.count`.
  /// - Complexity: O(events and bytes added).
  public mutating func append(from other: EventBatch, at place: Int, limit: Limit) {
    var end = place
    let start = place == 0 ? 0 : other.ends[place - 1]
    let last = place + min(other.count - place, limit.events)
    while end < last {
      if end > place && other.ends[end] - start > limit.bytes { break }
      end += 1
    }
    guard end > place else { return }
    let shift = bytes.count - start
    bytes.append(contentsOf: other.bytes[start..<other.ends[end - 1]])
    ends.reserveCapacity(ends.count + end - place)
    for index in place..<end { ends.append(other.ends[index] + shift) }
  }

  /// How many bytes the largest event has.
  var largestEventBytes: Int {
    var largest = 0
    var start = 0
    for end in ends {
      largest = max(largest, end - start)
      start = end
    }
    return largest
  }

  @usableFromInline
  func range(of place: Int) -> Range<Int> {
    (place == 0 ? 0 : ends[place - 1])..<ends[place]
  }
}

extension EventBatch {
  /// How many bytes the events in `places` have together.
  func bytes(in places: Range<Int>) -> Int {
    guard let last = places.last else { return 0 }
    return range(of: last).upperBound - range(of: places.lowerBound).lowerBound
  }

  /// The CRC-32C of the event at `place`.
  func checksum(at place: Int) -> UInt32 { CRC32C.checksum(self[place]) }
}
