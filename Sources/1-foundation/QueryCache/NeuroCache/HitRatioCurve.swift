/// The hit ratio that a cache of another capacity would have, estimated while the requests come by.
///
/// An estimate of the classic least-recently-used policy, which is the usual yardstick for whether
/// more memory would help: from a sample of keys by hash, the number of different keys since a key
/// was last seen is its distance, and a cache of at least that many entries would have had it. The
/// sample has a fixed number of keys: when it is full, the rate is lowered and keys fall out. By how
/// many the sampled requests, weighed by the rate, are more or fewer than all requests is put to the
/// shortest distance: it is mostly the most popular keys that are in the sample by chance or not.
///
/// Source: Waldspurger, Park, Garthwaite and Ahmad, "Efficient MRC Construction with SHARDS", USENIX
/// FAST 2015, the variants with a fixed size and with that adjustment.
///
/// - Complexity: O(log n) a sampled request, n the keys in the sample; nothing for the rest.
public struct HitRatioCurve: Sendable {
  /// The most keys in the sample.
  public static let sampleCountMax = 512

  private static let timeCount = sampleCountMax * 4

  /// When each key of the sample was last seen.
  private var times = SampleTimes()
  /// By order of sampling: which keys fall out first.
  private var orders: [(order: UInt64, hash: UInt64)] = []
  /// A bit at each time at which a key was last seen.
  private var bits: [UInt64]
  /// How many bits of each word are set.
  private var bitCounts: [Int32]
  private var clock = 0
  private var limit = UInt64.max
  /// Hits by distance, in steps of an eighth of a power of two, each weighed by the rate.
  private var hits = [Double](repeating: 0, count: 64 * 8)
  private var total = 0.0
  private var requests = 0

  /// Creates a curve that has seen nothing.
  public init() {
    bits = [UInt64](repeating: 0, count: Self.timeCount / 64)
    bitCounts = [Int32](repeating: 0, count: Self.timeCount / 64)
  }

  /// Counts a request for the key with the hash `hash`.
  public mutating func request(_ hash: UInt64) { request(hash, order: hash.rehashed) }

  /// Counts a request.
  ///
  /// - Parameter order: The hash, mixed once more: by it keys are in the sample or not.
  @inline(__always)
  mutating func request(_ hash: UInt64, order: UInt64) {
    requests += 1
    if order <= limit { requestOfSample(hash, order: order) }
  }

  @inline(never)
  private mutating func requestOfSample(_ hash: UInt64, order: UInt64) {
    let weight = 0x1p64 / (Double(limit) + 1)
    total += weight
    if clock + 1 == Self.timeCount { compact() }
    clock += 1
    if let last = times.set(hash, order: order, to: clock) {
      let distance = Double(count(after: last) + 1) * weight
      hits[Self.step(of: distance)] += weight
      clear(last)
    } else {
      insert(order: order, hash: hash)
    }
    mark(clock)
    if times.count > Self.sampleCountMax { shrink() }
  }

  /// The estimated hit ratio of a least-recently-used cache with `capacity` entries, from 0 to 1.
  public func hitRatio(capacity: Int) -> Double {
    guard requests > 0, capacity > 0 else { return 0 }
    let last = Self.step(of: Double(capacity))
    let found = hits[...last].reduce(0, +) + Double(requests) - total
    return min(1, max(0, found / Double(requests)))
  }

  private static func step(of distance: Double) -> Int {
    let whole = UInt64(max(1, distance))
    let power = 63 - whole.leadingZeroBitCount
    let eighth = power >= 3 ? Int(whole >> (power - 3) & 7) : Int(whole << (3 - power) & 7)
    return power * 8 + eighth
  }

  private mutating func insert(order: UInt64, hash: UInt64) {
    // A heap with the greatest order on top.
    orders.append((order, hash))
    var child = orders.count - 1
    while child > 0, orders[(child - 1) / 2].order < orders[child].order {
      orders.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Lowers the rate so that the key with the greatest order falls out.
  private mutating func shrink() {
    guard let top = orders.first else { return }
    limit = top.order - 1
    if let time = times.remove(top.hash, order: top.order) { clear(time) }
    let last = orders.removeLast()
    guard !orders.isEmpty else { return }
    orders[0] = last
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < orders.count else { return }
      if child + 1 < orders.count, orders[child + 1].order > orders[child].order { child += 1 }
      guard orders[child].order > orders[parent].order else { return }
      orders.swapAt(child, parent)
      parent = child
    }
  }

  /// Gives the keys of the sample new times without gaps.
  private mutating func compact() {
    for word in bits.indices {
      bits[word] = 0
      bitCounts[word] = 0
    }
    clock = times.close()
    for time in 1..<(clock + 1) { mark(time) }
  }

  private mutating func mark(_ time: Int) {
    bits[time / 64] |= 1 << UInt64(time % 64)
    bitCounts[time / 64] += 1
  }

  private mutating func clear(_ time: Int) {
    bits[time / 64] &= ~(1 << UInt64(time % 64))
    bitCounts[time / 64] -= 1
  }

  /// How many keys of the sample were last seen after `time`.
  private func count(after time: Int) -> Int {
    // Two shifts, as the last bit of a word has none after it.
    var count = Int32(((bits[time / 64] >> UInt64(time % 64)) >> 1).nonzeroBitCount)
    for word in (time / 64 + 1)..<(clock / 64 + 1) { count += bitCounts[word] }
    return Int(count)
  }
}
