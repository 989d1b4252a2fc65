import OmniPlatform
import OmniQueryCache

/// Replays recorded requests through the cache in memory: what is not there is put in.
public struct CacheReplay {
  private let trace: CacheTrace
  private let capacity: Int

  /// Creates a replay through a cache of `capacity` entries.
  public init(_ trace: CacheTrace, capacity: Int) {
    self.trace = trace
    self.capacity = capacity
  }

  /// Runs it once; the same requests give the same ratio each time.
  public func figures() throws(BenchmarkFailure) -> [Figure] {
    let cache = NeuroCache<UInt64, UInt64>(
      configuration: .init(capacity: capacity, seed: 0))
    var hits = 0
    var isRight = true
    let measurement = Measurement.of {
      for key in trace.keys {
        if let value = cache.value(for: key) {
          hits += 1
          isRight = isRight && value == key
        } else {
          cache.insert(key, for: key)
        }
      }
    }
    guard isRight, cache.count <= capacity, cache.counts.hits == UInt64(hits) else {
      throw .wrongResult("a value of another key, too many entries, or a hit that was not counted")
    }
    let requests = trace.keys.count
    return [
      Figure("hit_ratio", Double(hits) / Double(requests), "share of requests that found a value"),
      Figure("requests", Double(requests), "requests in the trace"),
      Figure("keys", Double(Set(trace.keys).count), "different keys among them"),
      Figure("capacity", Double(capacity), "entries of the cache"),
      Figure("window_share", cache.windowShares[0], "share of the window at the end"),
      Figure(
        "lru_estimate", cache.estimatedHitRatio(capacity: capacity),
        "hit ratio of a least-recently-used cache, as estimated from a sample"),
      Figure(
        "request_ns", Double(measurement.nanoseconds) / Double(requests),
        "processor time a request, with the insertion after a miss"),
    ]
  }
}
