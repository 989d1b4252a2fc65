import Synchronization

/// Counts whole numbers in buckets with fixed bounds, for Prometheus.
///
/// The unit is the metric's, and its name says which: `omni_…_nanoseconds`, `omni_…_bytes`. Any
/// thread may record; a lock is held for the few instructions of it. On a path that a lock is too
/// slow for, record into a `LatencyHistogram` of one's own and `merge` it here from time to time.
public final class Histogram: Sendable {
  /// The upper bounds of the buckets, ascending; a last bucket without bound follows.
  public let bounds: [Int64]
  private let state: Mutex<Snapshot>

  /// What a histogram held at one moment.
  public struct Snapshot: Sendable, Equatable {
    /// How many values fell into each bucket, the one without bound last; not cumulated.
    public internal(set) var counts: [UInt64]
    /// The sum of all values.
    public internal(set) var sum: Int128
  }

  init(bounds: [Int64]) {
    self.bounds = bounds
    let counts = [UInt64](repeating: 0, count: bounds.count + 1)
    self.state = Mutex(Snapshot(counts: counts, sum: 0))
  }

  /// Records one value: it goes into the first bucket whose bound is not below it.
  ///
  /// - Complexity: logarithmic in the number of buckets.
  public func record(_ value: Int64) {
    let bucket = bucket(of: value)
    state.withLock { state in
      state.counts[bucket] += 1
      state.sum += Int128(value)
    }
  }

  /// Adds all times of a latency histogram.
  ///
  /// A time may be counted in the bucket above its own if it is within 1/64 of the bound between
  /// them; the sum is exact.
  public func merge(_ latencies: LatencyHistogram) {
    var below: UInt64 = 0
    var added: [UInt64] = []
    for bound in bounds {
      let atMost = latencies.count(certainlyAtMost: bound)
      added.append(atMost - below)
      below = atMost
    }
    added.append(latencies.count - below)
    state.withLock { state in
      for (index, count) in added.enumerated() { state.counts[index] += count }
      state.sum += latencies.total
    }
  }

  /// What the histogram holds now.
  public var snapshot: Snapshot { state.withLock { $0 } }

  private func bucket(of value: Int64) -> Int {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
