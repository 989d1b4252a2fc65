public import OmniClocks
import OmniCollections
public import OmniTime
public import Synchronization

/// A request that found its entry, and of which the policy has not been told.
@usableFromInline
struct UntoldHit: Sendable {
  /// The most of them in a stripe.
  @usableFromInline static let countMax = 64

  let hash: UInt64
  let place: Int32

  @usableFromInline
  init(hash: UInt64, place: Int32) {
    self.hash = hash
    self.place = place
  }
}

/// A part of a cache with a lock of its own.
@usableFromInline
final class CacheStripe<Key: CacheKey, Value: Sendable>: Sendable {
  /// The tick of the deadlines' wheel: 2²⁰ nanoseconds, about a millisecond.
  static var tickBits: Int64 { 20 }

  /// A place: empty, or a key with its value.
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline var key: Key?
    @usableFromInline var value: Value?

    /// Whether it has this key; asked in place, so that the key is not copied.
    @inlinable
    func has(_ wanted: Key) -> Bool {
      switch key {
      case .some(let key): key == wanted
      case .none: false
      }
    }
  }

  @usableFromInline
  struct State: Sendable {
    @usableFromInline var policy: WindowTinyLFU
    @usableFromInline var adaptation: Adaptation
    @usableFromInline var entries: [Entry]
    /// When each leaves, in nanoseconds of the clock; the greatest number if never.
    @usableFromInline var deadlines: [Int64]
    /// How many entries have a deadline: nobody reads the clock if none has.
    @usableFromInline var deadlineCount = 0
    var wheel: TimerWheel
    /// Hits that the policy has not been told of yet; it is before anything else changes, so that
    /// it decides as if it had been told at once.
    ///
    /// To tell it of many at a time lets the machine fetch what it needs for one while it works on
    /// another.
    @usableFromInline var untold: [UntoldHit] = []
    @usableFromInline var hits: UInt64 = 0
    @usableFromInline var misses: UInt64 = 0
    var insertions: UInt64 = 0
    var evictions: UInt64 = 0
    var expirations: UInt64 = 0
    var removals: UInt64 = 0

    /// Tells the policy of the hits that it does not know of.
    @usableFromInline
    mutating func tellHits() {
      for index in untold.indices {
        let hit = untold[index]
        count(hit.hash, at: hit.place)
      }
      untold.removeAll(keepingCapacity: true)
    }

    /// Sets when the entry at a place leaves; the greatest number is never.
    mutating func setDeadline(_ deadline: Int64, of place: Int32) {
      deadlines[Int(place)] = deadline
      if deadline == .max {
        wheel.cancel(place)
      } else {
        // The tick after it, so that it is never given out as due before it is.
        wheel.set(place, deadline: deadline >> CacheStripe.tickBits + 1)
      }
      deadlineCount = wheel.count
    }

    /// Tells the policy of a request.
    @usableFromInline
    mutating func count(_ hash: UInt64, at place: Int32) {
      if let share = adaptation.request(hash) { policy.setWindow(share: share) }
      policy.count(hash, at: place)
    }
  }

  @usableFromInline let time: TimeSource
  @usableFromInline let state: Mutex<State>

  init(capacity: Int, time: TimeSource) {
    self.time = time
    state = Mutex(
      State(
        policy: WindowTinyLFU(capacity: capacity, windowShare: WindowEstimator.firstShare),
        adaptation: Adaptation(capacity: capacity),
        entries: [Entry](repeating: Entry(), count: capacity),
        deadlines: [Int64](repeating: .max, count: capacity),
        wheel: TimerWheel(placeCount: capacity, tick: time.now().nanoseconds >> Self.tickBits)))
  }

  @inlinable
  func value(for key: Key, hash: UInt64) -> Value? {
    state.withLock { state in
      let place = state.policy.place(of: hash)
      guard place >= 0, state.entries[Int(place)].has(key) else {
        state.tellHits()
        state.count(hash, at: place)
        state.misses &+= 1
        return nil
      }
      state.untold.append(UntoldHit(hash: hash, place: place))
      if state.untold.count == UntoldHit.countMax { state.tellHits() }
      if state.deadlineCount > 0, state.deadlines[Int(place)] != .max,
        state.deadlines[Int(place)] <= time.now().nanoseconds
      {
        expire(place, in: &state)
        state.misses &+= 1
        return nil
      }
      state.hits &+= 1
      return state.entries[Int(place)].value
    }
  }

  @inlinable
  func peek(_ key: Key, hash: UInt64) -> (value: Value, deadline: MonotonicInstant?)? {
    state.withLock { state in
      guard let place = find(key, hash: hash, in: state),
        let value = state.entries[Int(place)].value
      else { return nil }
      let deadline = state.deadlines[Int(place)]
      if deadline == .max { return (value, nil) }
      guard deadline > time.now().nanoseconds else { return nil }
      return (value, MonotonicInstant(nanoseconds: deadline))
    }
  }

  @usableFromInline
  func insert(_ value: Value, for key: Key, hash: UInt64, lasting: Interval?) {
    let now = time.now()
    let deadline = lasting.map { (now + $0).nanoseconds } ?? .max
    state.withLock { state in
      state.tellHits()
      removeExpired(at: now, in: &state)
      state.insertions &+= 1
      var place = state.policy.place(of: hash)
      if place < 0 {
        let (found, left) = state.policy.insert(hash)
        place = found
        if let left {
          state.evictions &+= 1
          state.setDeadline(.max, of: left)
          state.entries[Int(left)] = Entry()
        }
      }
      // Of two keys with one hash, the later takes the place of the earlier.
      state.entries[Int(place)] = Entry(key: key, value: value)
      state.setDeadline(deadline, of: place)
    }
  }

  @usableFromInline
  func remove(_ key: Key, hash: UInt64) -> Value? {
    state.withLock { state in
      guard let place = find(key, hash: hash, in: state) else { return nil }
      let value = state.entries[Int(place)].value
      take(place, in: &state)
      state.removals &+= 1
      return value
    }
  }

  func removeAll(where isFound: (Key, Value) -> Bool) -> Int {
    state.withLock { state in
      var found = 0
      for index in state.entries.indices {
        let entry = state.entries[index]
        guard let key = entry.key, let value = entry.value, isFound(key, value) else { continue }
        take(Int32(index), in: &state)
        found += 1
      }
      state.removals &+= UInt64(found)
      return found
    }
  }

  func removeExpired() -> Int {
    let now = time.now()
    return state.withLock { removeExpired(at: now, in: &$0) }
  }

  var count: Int { state.withLock { $0.policy.count } }
  var windowShare: Double {
    state.withLock { state in
      state.tellHits()
      return state.adaptation.share
    }
  }

  var counts: NeuroCache<Key, Value>.Counts {
    state.withLock { state in
      var counts = NeuroCache<Key, Value>.Counts()
      counts.hits = state.hits
      counts.misses = state.misses
      counts.insertions = state.insertions
      counts.evictions = state.evictions
      counts.expirations = state.expirations
      counts.removals = state.removals
      return counts
    }
  }

  func estimatedHitRatio(capacity: Int) -> Double {
    state.withLock { state in
      state.tellHits()
      return state.adaptation.estimatedHitRatio(capacity: capacity)
    }
  }

  @usableFromInline
  func find(_ key: Key, hash: UInt64, in state: State) -> Int32? {
    let place = state.policy.place(of: hash)
    guard place >= 0, state.entries[Int(place)].has(key) else { return nil }
    return place
  }

  @usableFromInline
  func expire(_ place: Int32, in state: inout State) {
    take(place, in: &state)
    state.expirations &+= 1
  }

  private func take(_ place: Int32, in state: inout State) {
    state.tellHits()
    state.policy.remove(at: place)
    state.setDeadline(.max, of: place)
    state.entries[Int(place)] = Entry()
  }

  @discardableResult
  private func removeExpired(at now: MonotonicInstant, in state: inout State) -> Int {
    guard state.wheel.count > 0 else { return 0 }
    let due = state.wheel.advance(to: now.nanoseconds >> Self.tickBits)
    state.deadlineCount = state.wheel.count
    for place in due { expire(place, in: &state) }
    return due.count
  }
}
