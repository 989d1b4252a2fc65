import OmniCollections

/// Finds the window that suits the present requests: small caches of keys alone, each with another
/// window, see a sample of the same requests, and the one with the most hits of late shows the way.
///
/// To climb by the cache's own hit ratio, as is custom, is to guess from a series that also changes
/// by itself; several windows seen side by side do not have to guess. A shadow has at most 512
/// entries. Larger caches are sampled by the hash of the key, at the rate at which the shadow is
/// smaller than the cache, so that a shadow behaves as the cache with its window would. A period is
/// as many sampled requests as a shadow has entries; at its end a fifth of all hits is forgotten,
/// and the cache's window moves by at most a tenth of the capacity.
///
/// Source: Waldspurger, Saemundsson, Ahmad and Park, "Cache Modeling and Optimization using
/// Miniature Simulations", USENIX ATC 2017; Einziger, Eytan, Friedman and Manes (see
/// `WindowTinyLFU`).
package struct WindowEstimator: ~Copyable, Sendable {
  /// The shares that the shadows' windows have, smallest first.
  static let shares: [Double] = [0.01, 0.2, 0.5, 0.9]
  /// The share that a cache starts with.
  static let firstShare = 0.2
  /// The most entries of a shadow.
  static let entryCountMax = 512
  private static let stepMax = 0.1
  private static let remembered = 0.8

  private var shadows: OwnedBuffer<WindowQueues>
  /// All see the same requests, so they share the frequencies.
  private var sketch: FrequencySketch
  private var scores: [Double]
  private let sampleLimit: UInt64
  private let period: Int
  private var requests = 0
  private var best: Int
  /// The window's present share of the capacity.
  package private(set) var share = Self.firstShare

  package init(capacity: Int) {
    let entries = min(capacity, Self.entryCountMax)
    shadows = OwnedBuffer(count: Self.shares.count) {
      WindowQueues(capacity: entries, windowShare: Self.shares[$0])
    }
    sketch = FrequencySketch(capacity: entries)
    scores = [Double](repeating: 0, count: Self.shares.count)
    sampleLimit =
      entries == capacity
      ? .max : UInt64(Double(entries) / Double(capacity) * 0x1p64)
    period = max(64, entries)
    best = Self.shares.firstIndex(of: Self.firstShare) ?? 0
  }

  /// Counts a request; gives the window's new share when a period has ended.
  ///
  /// - Parameter draw: The hash, mixed once more: by it keys are in the sample or not.
  @inline(__always)
  package mutating func request(_ hash: UInt64, draw: UInt64) -> Double? {
    draw <= sampleLimit ? requestOfSample(hash) : nil
  }

  @inline(never)
  private mutating func requestOfSample(_ hash: UInt64) -> Double? {
    sketch.increment(hash)
    for index in shadows.indices {
      let place = shadows[index].place(of: hash)
      if place >= 0 {
        shadows[index].touch(place)
        scores[index] += 1
      } else {
        _ = shadows[index].insert(hash, by: sketch)
      }
    }
    requests += 1
    guard requests == period else { return nil }
    requests = 0
    return step()
  }

  private mutating func step() -> Double {
    // One hit more is no reason to change.
    for index in scores.indices where scores[index] > scores[best] + 1 { best = index }
    let distance = Self.shares[best] - share
    share += min(Self.stepMax, max(-Self.stepMax, distance))
    for index in scores.indices { scores[index] *= Self.remembered }
    return share
  }
}
