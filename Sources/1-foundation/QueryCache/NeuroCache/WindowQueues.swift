import OmniCollections

/// The entries of a `WindowTinyLFU` in the order of their use, and the rule of who leaves; the
/// frequencies that the rule asks for are told it by whoever keeps them.
///
/// - Complexity: O(1) for each operation; some 30 bytes an entry.
@usableFromInline
package struct WindowQueues: ~Copyable, Sendable {
  // Not private, nor are the links: other files end the buffers that hold them.
  enum Part: UInt8, Sendable { case window, probation, protected }

  /// A list of places, from the one used last to the one used longest ago.
  private struct Queue: Sendable {
    var first: Int32 = -1
    var last: Int32 = -1
    var count = 0
  }

  struct Links: Sendable {
    var previous: Int32 = -1
    var next: Int32 = -1
  }

  /// The most entries.
  let capacity: Int
  @usableFromInline var index: EntryIndex
  private var links: OwnedBuffer<Links>
  /// The part that each place is in, apart from its links so that those are eight bytes.
  private var parts: OwnedBuffer<Part>
  private var unused: [Int32]
  private var window = Queue()
  private var probation = Queue()
  private var protected = Queue()
  /// The most entries in the window.
  private(set) var windowCapacity = 1
  private var protectedCapacity = 0
  private var coin: UInt64 = 0x9E37_79B9_7F4A_7C15

  package init(capacity: Int, windowShare: Double) {
    precondition(capacity > 0 && capacity < Int(Int32.max), "a number of entries that places have")
    self.capacity = capacity
    index = EntryIndex(capacity: capacity)
    links = OwnedBuffer(repeating: Links(), count: capacity)
    parts = OwnedBuffer(repeating: .window, count: capacity)
    unused = (0..<Int32(capacity)).reversed()
    setWindow(share: windowShare)
  }

  /// How many entries there are.
  package var count: Int { capacity - unused.count }

  /// Gives the window a share of the capacity, from 0 to 1; it always has room for one entry.
  package mutating func setWindow(share: Double) {
    windowCapacity = min(capacity, max(1, Int(Double(capacity) * share + 0.5)))
    protectedCapacity = (capacity - windowCapacity) * 4 / 5
  }

  /// Where an entry is; -1 if it is not there.
  package func place(of hash: UInt64) -> Int32 { index.place(of: hash) }

  /// Makes room for an entry that is not there, and gives its place and who had to leave.
  ///
  /// - Returns: The place, and the hash that left it or another place, if one had to.
  package mutating func insert(
    _ hash: UInt64, by sketch: borrowing FrequencySketch
  ) -> (place: Int32, left: Int32?) {
    let left = unused.isEmpty ? makeRoom(by: sketch) : nil
    let place = unused.removeLast()
    index.insert(hash, at: place)
    push(place, to: .window)
    return (place, left)
  }

  /// Removes the entry at a place.
  package mutating func remove(at place: Int32) {
    detach(place)
    index.remove(index.hash(at: place))
    unused.append(place)
  }

  /// The hash of the entry at a place.
  package func hash(at place: Int32) -> UInt64 { index.hash(at: place) }

  /// Notes that the entry at a place was asked for.
  @inline(__always)
  package mutating func touch(_ place: Int32) {
    switch parts[Int(place)] {
    case .window:
      Self.moveUp(place, in: &window, &links)
    case .protected:
      Self.moveUp(place, in: &protected, &links)
    case .probation:
      detach(place)
      push(place, to: .protected)
      while protected.count > protectedCapacity {
        let demoted = protected.last
        detach(demoted)
        push(demoted, to: .probation)
      }
    }
  }

  /// Removes one entry of a full cache and gives its place.
  private mutating func makeRoom(by sketch: borrowing FrequencySketch) -> Int32 {
    // What the window has above its share goes on to the main part as long as that has room.
    let mainCapacity = capacity - windowCapacity
    while window.count > windowCapacity, probation.count + protected.count < mainCapacity {
      let moved = window.last
      detach(moved)
      push(moved, to: .probation)
    }
    let resident = probation.last >= 0 ? probation.last : protected.last
    // The newcomer will take one of the window's places.
    guard window.count >= windowCapacity, window.last >= 0 else { return evict(resident) }
    let candidate = window.last
    guard mainCapacity > 0 || resident >= 0 else { return evict(candidate) }
    if probation.count + protected.count < mainCapacity {
      detach(candidate)
      push(candidate, to: .probation)
      return evict(probation.last >= 0 ? probation.last : protected.last)
    }
    guard resident >= 0, isPreferred(candidate, to: resident, by: sketch) else {
      return evict(candidate)
    }
    detach(candidate)
    push(candidate, to: .probation)
    return evict(resident)
  }

  /// Whether a candidate was asked for more often than a resident of the main part.
  ///
  /// One warm candidate in 128 is let in even so, by lot: whoever knows the hashes could otherwise
  /// keep a resident in for ever by raising its neighbours' counters.
  private mutating func isPreferred(
    _ candidate: Int32, to resident: Int32, by sketch: borrowing FrequencySketch
  ) -> Bool {
    let frequency = sketch.frequency(of: index.hash(at: candidate))
    if frequency > sketch.frequency(of: index.hash(at: resident)) { return true }
    guard frequency > 5 else { return false }
    coin ^= coin << 13
    coin ^= coin >> 7
    coin ^= coin << 17
    return coin & 127 == 0
  }

  private mutating func evict(_ place: Int32) -> Int32 {
    remove(at: place)
    return place
  }

  private mutating func detach(_ place: Int32) {
    switch parts[Int(place)] {
    case .window: Self.detach(place, from: &window, in: &links)
    case .probation: Self.detach(place, from: &probation, in: &links)
    case .protected: Self.detach(place, from: &protected, in: &links)
    }
  }

  private mutating func push(_ place: Int32, to part: Part) {
    parts[Int(place)] = part
    switch part {
    case .window: Self.push(place, to: &window, in: &links)
    case .probation: Self.push(place, to: &probation, in: &links)
    case .protected: Self.push(place, to: &protected, in: &links)
    }
  }

  private static func detach(
    _ place: Int32, from queue: inout Queue, in links: inout OwnedBuffer<Links>
  ) {
    let own = links[Int(place)]
    if own.previous >= 0 {
      links[Int(own.previous)].next = own.next
    } else {
      queue.first = own.next
    }
    if own.next >= 0 {
      links[Int(own.next)].previous = own.previous
    } else {
      queue.last = own.previous
    }
    queue.count -= 1
  }

  /// Makes a place the first of the queue that it is in.
  private static func moveUp(
    _ place: Int32, in queue: inout Queue, _ links: inout OwnedBuffer<Links>
  ) {
    guard place != queue.first else { return }
    let own = links[Int(place)]
    // It is not the first, so there is one before it.
    links[Int(own.previous)].next = own.next
    if own.next >= 0 {
      links[Int(own.next)].previous = own.previous
    } else {
      queue.last = own.previous
    }
    links[Int(place)] = Links(previous: -1, next: queue.first)
    links[Int(queue.first)].previous = place
    queue.first = place
  }

  private static func push(
    _ place: Int32, to queue: inout Queue, in links: inout OwnedBuffer<Links>
  ) {
    links[Int(place)] = Links(previous: -1, next: queue.first)
    if queue.first >= 0 {
      links[Int(queue.first)].previous = place
    } else {
      queue.last = place
    }
    queue.first = place
    queue.count += 1
  }
}
