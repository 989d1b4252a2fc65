/// Which entries a cache of a fixed number keeps: a window of the new, and a main part that an entry
/// enters only if it was asked for more often than the one it drives out.
///
/// A new entry enters the window, which is ordered by last use. When the window is above its share,
/// its last entry is held against the last of the main part by their frequencies of late, and the
/// rarer of the two leaves the cache. The main part is ordered in two: entries on probation, and
/// those that were asked for again there, which are protected up to four fifths of it.
///
/// It knows hashes and places only. What is at a place is its owner's business.
///
/// Source: Einziger, Friedman and Manes (see `FrequencySketch`); Einziger, Eytan, Friedman and
/// Manes, "Adaptive Software Cache Management", Middleware 2018.
///
/// - Complexity: O(1) for each operation; some 40 bytes an entry.
@usableFromInline
package struct WindowTinyLFU: ~Copyable, Sendable {
  private var sketch: FrequencySketch
  @usableFromInline var queues: WindowQueues

  package init(capacity: Int, windowShare: Double) {
    queues = WindowQueues(capacity: capacity, windowShare: windowShare)
    sketch = FrequencySketch(capacity: capacity)
  }

  /// How many entries there are.
  package var count: Int { queues.count }

  /// Gives the window a share of the capacity, from 0 to 1; it always has room for one entry.
  package mutating func setWindow(share: Double) { queues.setWindow(share: share) }

  /// Counts a request whose entry is at `place`, as `place(of:)` says, or nowhere if that is -1.
  @inline(__always)
  package mutating func count(_ hash: UInt64, at place: Int32) {
    sketch.increment(hash)
    if place >= 0 { queues.touch(place) }
  }

  /// Counts a request, and says where its entry is; -1 if it is not there.
  package mutating func request(_ hash: UInt64) -> Int32 {
    let place = queues.place(of: hash)
    count(hash, at: place)
    return place
  }

  /// Where an entry is, without counting a request; -1 if it is not there.
  package func place(of hash: UInt64) -> Int32 { queues.place(of: hash) }

  /// Where an entry may be, as `EntryIndex.likelyPlace(of:)` says.
  @inlinable @inline(__always)
  package func likelyPlace(of hash: UInt64) -> Int32 { queues.index.likelyPlace(of: hash) }

  /// Makes room for an entry that is not there, and gives its place and who had to leave.
  ///
  /// - Returns: The place, and the hash that left it or another place, if one had to.
  package mutating func insert(_ hash: UInt64) -> (place: Int32, left: Int32?) {
    queues.insert(hash, by: sketch)
  }

  /// Removes the entry at a place.
  package mutating func remove(at place: Int32) { queues.remove(at: place) }

  /// The hash of the entry at a place.
  package func hash(at place: Int32) -> UInt64 { queues.hash(at: place) }
}
