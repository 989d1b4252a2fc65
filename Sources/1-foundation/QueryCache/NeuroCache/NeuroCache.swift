public import OmniClocks
public import OmniCollections
public import OmniTime
import Synchronization

/// A cache in memory that adapts itself to how it is used; the "neuro" in its name is a window that
/// follows the requests, and no network of neurons.
///
/// Which entries stay is decided by `WindowTinyLFU`, and how large its window is by
/// `WindowEstimator`. An entry may have a deadline, after which it is neither given out nor kept.
/// Any thread may use the cache at any time: it is divided into stripes by the key's hash, and each
/// has a lock that is held for one operation.
///
///     let cache = NeuroCache<String, Quote>(capacity: 10_000)
///     cache.insert(quote, for: "BTC", lasting: .seconds(5))
///     let cached = cache.value(for: "BTC")
///
/// - Invariant: never more than `capacity` entries.
/// - Complexity: O(1) for each operation.
public final class NeuroCache<Key: CacheKey, Value: Sendable>: Sendable {
  /// How the cache is made.
  public struct Configuration: Sendable, Hashable {
    /// The most entries.
    public var capacity: Int
    /// How many stripes there are; a power of two.
    public var stripeCount: Int
    /// What the hashes begin with.
    ///
    /// With one seed and one thread, two runs keep the same entries.
    public var seed: UInt64

    /// Settings of a cache of `capacity` entries, with one stripe to 16,384 entries and up to 16.
    ///
    /// - Parameter seed: What the hashes begin with, drawn by lot if nothing is given.
    public init(capacity: Int, seed: UInt64? = nil) {
      self.capacity = capacity
      var stripes = 1
      while stripes < 16, capacity / stripes > 16_384 { stripes *= 2 }
      stripeCount = stripes
      self.seed = seed ?? UInt64.random(in: 0 ... .max)
    }
  }

  /// What happened so far.
  public struct Counts: Sendable, Hashable {
    /// Requests that found a value.
    public internal(set) var hits: UInt64 = 0
    /// Requests that found none.
    public internal(set) var misses: UInt64 = 0
    /// Values put in, new ones and others in place of old ones.
    public internal(set) var insertions: UInt64 = 0
    /// Entries that had to leave for others.
    public internal(set) var evictions: UInt64 = 0
    /// Entries whose deadline came.
    public internal(set) var expirations: UInt64 = 0
    /// Entries that were taken out.
    public internal(set) var removals: UInt64 = 0

    /// The share of requests that found a value, or 0 before the first.
    public var hitRatio: Double {
      let requests = hits + misses
      return requests == 0 ? 0 : Double(hits) / Double(requests)
    }
  }

  /// How the cache was made.
  public let configuration: Configuration
  @usableFromInline let stripes: OwnedBuffer<CacheStripe<Key, Value>>
  @usableFromInline let stripeShift: UInt64
  @usableFromInline let seed: UInt64

  /// Creates an empty cache.
  ///
  /// - Precondition: The capacity is at least the number of stripes, which is a power of two.
  public init(configuration: Configuration, time: TimeSource = .machine) {
    let count = configuration.stripeCount
    precondition(
      count > 0 && count & (count - 1) == 0, "a number of stripes that is a power of two")
    precondition(configuration.capacity >= count, "each stripe has room for one entry")
    self.configuration = configuration
    seed = configuration.seed
    // The remainder is spread over the first stripes.
    let each = configuration.capacity / count
    let more = configuration.capacity % count
    stripes = OwnedBuffer(count: count) {
      CacheStripe<Key, Value>(capacity: each + ($0 < more ? 1 : 0), time: time)
    }
    stripeShift = UInt64(64 - count.trailingZeroBitCount)
  }

  /// Creates an empty cache of `capacity` entries.
  public convenience init(capacity: Int, time: TimeSource = .machine) {
    self.init(configuration: Configuration(capacity: capacity), time: time)
  }

  /// The value of a key, if it is there and its deadline has not come; counts as a request.
  @inlinable
  public func value(for key: Key) -> Value? {
    let hash = key.cacheHash(seed: seed)
    return stripes[stripe(of: hash)].value(for: key, hash: hash)
  }

  /// The value of a key and when it leaves, without counting a request.
  @inlinable
  public func peek(_ key: Key) -> (value: Value, deadline: MonotonicInstant?)? {
    let hash = key.cacheHash(seed: seed)
    return stripes[stripe(of: hash)].peek(key, hash: hash)
  }

  /// Puts a value in, in place of the one that may be there.
  ///
  /// - Parameter lasting: How long it stays at most, or for as long as it is asked for often enough.
  @inlinable
  public func insert(_ value: Value, for key: Key, lasting: Interval? = nil) {
    let hash = key.cacheHash(seed: seed)
    stripes[stripe(of: hash)].insert(value, for: key, hash: hash, lasting: lasting)
  }

  /// Takes a key out; gives the value that it had.
  @inlinable
  @discardableResult
  public func remove(_ key: Key) -> Value? {
    let hash = key.cacheHash(seed: seed)
    return stripes[stripe(of: hash)].remove(key, hash: hash)
  }

  /// Takes out all entries that a test finds.
  ///
  /// - Complexity: O(capacity).
  /// - Returns: How many there were.
  @discardableResult
  public func removeAll(where isFound: (Key, Value) -> Bool = { _, _ in true }) -> Int {
    stripes.indices.reduce(0) { $0 + stripes[$1].removeAll(where: isFound) }
  }

  /// Takes out the entries whose deadline has come; they are not given out in any case.
  ///
  /// Whoever keeps values with deadlines and asks seldom calls it from time to time, to have the
  /// memory back.
  @discardableResult
  public func removeExpired() -> Int {
    stripes.indices.reduce(0) { $0 + stripes[$1].removeExpired() }
  }

  /// How many entries there are, with those whose deadline came and that nobody asked for since.
  public var count: Int { stripes.indices.reduce(0) { $0 + stripes[$1].count } }

  /// What happened so far.
  public var counts: Counts {
    stripes.indices.reduce(into: Counts()) { sum, index in
      let part = stripes[index].counts
      sum.hits += part.hits
      sum.misses += part.misses
      sum.insertions += part.insertions
      sum.evictions += part.evictions
      sum.expirations += part.expirations
      sum.removals += part.removals
    }
  }

  /// The window's present share of each stripe, from 0 to 1.
  public var windowShares: [Double] { stripes.indices.map { stripes[$0].windowShare } }

  /// The estimated hit ratio of a least-recently-used cache with `capacity` entries, for the
  /// requests so far: whether more memory would help.
  public func estimatedHitRatio(capacity: Int) -> Double {
    let each = max(1, capacity / stripes.count)
    let sum = stripes.indices.reduce(0) { $0 + stripes[$1].estimatedHitRatio(capacity: each) }
    return sum / Double(stripes.count)
  }

  /// The topmost bits of a hash; none, which is zero, if there is one stripe.
  @inlinable
  func stripe(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> stripeShift) }
}
