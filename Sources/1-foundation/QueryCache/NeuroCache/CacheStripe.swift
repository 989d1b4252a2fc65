public import OmniClocks
public import OmniCollections
public import OmniTime
public import Synchronization

/// A part of a cache with a lock of its own.
@usableFromInline
struct CacheStripe<Key: CacheKey, Value: Sendable>: ~Copyable, Sendable {
  /// The tick of the deadlines' wheel: 2²⁰ nanoseconds, about a millisecond.
  static var tickBits: Int64 { 20 }

  /// A key with its value, side by side, so that a request touches one line of memory of them.
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline let key: Key
    @usableFromInline let value: Value

    @usableFromInline
    init(key: Key, value: Value) {
      self.key = key
      self.value = value
    }
  }

  @usableFromInline
  struct State: ~Copyable, Sendable {
    @usableFromInline var policy: AdaptivePolicy
    @usableFromInline var entries: OwnedBuffer<Entry?>
    @usableFromInline var hits: UInt64 = 0
    @usableFromInline var misses: UInt64 = 0
    /// How many entries have a deadline: nobody reads the clock if none has.
    @usableFromInline var deadlineCount = 0
    /// When each leaves, in nanoseconds of the clock; the greatest number if never.
    @usableFromInline var deadlines: OwnedBuffer<Int64>
    var wheel: TimerWheel
    var insertions: UInt64 = 0
    var evictions: UInt64 = 0
    var expirations: UInt64 = 0
    var removals: UInt64 = 0

    init(capacity: Int, tick: Int64) {
      policy = AdaptivePolicy(capacity: capacity)
      entries = OwnedBuffer(repeating: nil, count: capacity)
      deadlines = OwnedBuffer(repeating: .max, count: capacity)
      wheel = TimerWheel(placeCount: capacity, tick: tick)
    }

    /// The place of a key, or nil.
    @inlinable @inline(__always)
    mutating func find(_ key: Key, hash: UInt64) -> Int32? {
      // Equal keys have equal hashes, so where the key is the hash need not be looked at.
      let place = policy.likelyPlace(of: hash)
      if place >= 0, has(key, at: place) { return place }
      return findCertainly(key, hash: hash)
    }

    /// The same, by the whole hash; mutating, so that it is called in place.
    @usableFromInline @inline(never)
    mutating func findCertainly(_ key: Key, hash: UInt64) -> Int32? {
      let place = policy.place(of: hash)
      return place >= 0 && has(key, at: place) ? place : nil
    }

    /// Whether this key is at a place; asked in place, so that the key there is not copied.
    @inlinable
    func has(_ wanted: Key, at place: Int32) -> Bool {
      switch entries[Int(place)] {
      case .some(let entry): entry.key == wanted
      case .none: false
      }
    }

    /// Counts a request that found nothing.
    @usableFromInline @inline(never)
    mutating func noteMiss(_ hash: UInt64) {
      policy.countMiss(hash)
      misses &+= 1
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

    /// Takes out the entry at a place, whose deadline has come.
    @usableFromInline @inline(never)
    mutating func expire(_ place: Int32) {
      take(place)
      expirations &+= 1
    }

    mutating func take(_ place: Int32) {
      policy.remove(at: place)
      setDeadline(.max, of: place)
      entries[Int(place)] = nil
    }

    @discardableResult
    mutating func removeExpired(at now: MonotonicInstant) -> Int {
      guard wheel.count > 0 else { return 0 }
      let due = wheel.advance(to: now.nanoseconds >> CacheStripe.tickBits)
      deadlineCount = wheel.count
      for place in due { expire(place) }
      return due.count
    }
  }

  @usableFromInline let state: Mutex<State>
  @usableFromInline let time: TimeSource

  init(capacity: Int, time: TimeSource) {
    self.time = time
    state = Mutex(State(capacity: capacity, tick: time.now().nanoseconds >> Self.tickBits))
  }

  @inlinable
  func value(for key: Key, hash: UInt64) -> Value? {
    state.withLock { state in
      guard let place = state.find(key, hash: hash) else {
        state.noteMiss(hash)
        return nil
      }
      state.policy.noteHit(hash, at: place)
      if state.deadlineCount > 0, state.deadlines[Int(place)] != .max,
        state.deadlines[Int(place)] <= time.now().nanoseconds
      {
        state.expire(place)
        state.misses &+= 1
        return nil
      }
      state.hits &+= 1
      return state.entries[Int(place)]?.value
    }
  }

  @inlinable
  func peek(_ key: Key, hash: UInt64) -> (value: Value, deadline: MonotonicInstant?)? {
    state.withLock { state in
      guard let place = state.find(key, hash: hash),
        let value = state.entries[Int(place)]?.value
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
      state.removeExpired(at: now)
      state.insertions &+= 1
      var place = state.policy.place(of: hash)
      if place < 0 {
        let (found, left) = state.policy.insert(hash)
        place = found
        if let left {
          state.evictions &+= 1
          state.setDeadline(.max, of: left)
          state.entries[Int(left)] = nil
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
      guard let place = state.find(key, hash: hash) else { return nil }
      let value = state.entries[Int(place)]?.value
      state.take(place)
      state.removals &+= 1
      return value
    }
  }

  func removeAll(where isFound: (Key, Value) -> Bool) -> Int {
    state.withLock { state in
      var found = 0
      for index in state.entries.indices {
        guard let entry = state.entries[index], isFound(entry.key, entry.value) else { continue }
        state.take(Int32(index))
        found += 1
      }
      state.removals &+= UInt64(found)
      return found
    }
  }

  func removeExpired() -> Int {
    let now = time.now()
    return state.withLock { $0.removeExpired(at: now) }
  }

  var count: Int { state.withLock { $0.policy.count } }
  var windowShare: Double { state.withLock { $0.policy.windowShare() } }

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
    state.withLock { $0.policy.estimatedHitRatio(capacity: capacity) }
  }
}
