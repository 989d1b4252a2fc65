public import OmniCollections

/// A request that found its entry, and of which the policy has not been told.
@usableFromInline
struct UntoldHit: Sendable {
  @usableFromInline let hash: UInt64
  @usableFromInline let place: Int32

  @inlinable
  init(hash: UInt64, place: Int32) {
    self.hash = hash
    self.place = place
  }
}

/// The policy of a stripe with what it learns from its requests, which are told it many at a time.
///
/// Whoever finds an entry leaves a note, and does no more: what the policy does with one is short, but
/// has little to do with the search, and many at a time keep the processor busier than one after each.
/// The notes are read when there are 64, and before anything else changes or is asked for, so that the
/// policy decides as if it had been told at once.
@usableFromInline
package struct AdaptivePolicy: ~Copyable, Sendable {
  /// The most hits that the policy has not been told of.
  @usableFromInline static var untoldCountMax: Int { 64 }

  @usableFromInline var policy: WindowTinyLFU
  @usableFromInline var untold: OwnedBuffer<UntoldHit>
  @usableFromInline var untoldCount = 0
  private var adaptation: Adaptation

  package init(capacity: Int) {
    policy = WindowTinyLFU(capacity: capacity, windowShare: WindowEstimator.firstShare)
    untold = OwnedBuffer(repeating: UntoldHit(hash: 0, place: 0), count: Self.untoldCountMax)
    adaptation = Adaptation(capacity: capacity)
  }

  /// How many entries there are.
  package var count: Int { policy.count }

  /// Where an entry may be, as `EntryIndex.likelyPlace(of:)` says.
  @inlinable @inline(__always)
  package func likelyPlace(of hash: UInt64) -> Int32 { policy.likelyPlace(of: hash) }

  /// Where an entry is, without counting a request; -1 if it is not there.
  package func place(of hash: UInt64) -> Int32 { policy.place(of: hash) }

  /// Notes a request whose entry is at a place.
  @inlinable @inline(__always)
  package mutating func noteHit(_ hash: UInt64, at place: Int32) {
    untold[untoldCount] = UntoldHit(hash: hash, place: place)
    untoldCount &+= 1
    if untoldCount == Self.untoldCountMax { tellHits() }
  }

  /// Counts a request that found no value; the hash may be there even so, with another key.
  package mutating func countMiss(_ hash: UInt64) {
    tellHits()
    count(hash, at: policy.place(of: hash))
  }

  /// Makes room for an entry that is not there; see `WindowTinyLFU.insert(_:)`.
  package mutating func insert(_ hash: UInt64) -> (place: Int32, left: Int32?) {
    tellHits()
    return policy.insert(hash)
  }

  /// Removes the entry at a place.
  package mutating func remove(at place: Int32) {
    tellHits()
    policy.remove(at: place)
  }

  /// The window's present share of the capacity.
  package mutating func windowShare() -> Double {
    tellHits()
    return adaptation.share
  }

  /// See `HitRatioCurve.hitRatio(capacity:)`.
  package mutating func estimatedHitRatio(capacity: Int) -> Double {
    tellHits()
    return adaptation.estimatedHitRatio(capacity: capacity)
  }

  /// Tells the policy of the hits that it does not know of.
  @usableFromInline @inline(never)
  mutating func tellHits() {
    for index in 0..<untoldCount {
      let hit = untold[index]
      count(hit.hash, at: hit.place)
    }
    untoldCount = 0
  }

  @inline(__always)
  private mutating func count(_ hash: UInt64, at place: Int32) {
    if let share = adaptation.request(hash) { policy.setWindow(share: share) }
    policy.count(hash, at: place)
  }
}
