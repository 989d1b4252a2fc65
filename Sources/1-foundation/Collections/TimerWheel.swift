/// Deadlines of a fixed number of places, such as entries of a cache: each is set, moved or taken
/// away in the same short time, however many there are.
///
/// Five wheels of 64 buckets each: the first turns by one bucket a tick, each of the others by one
/// when the wheel below it has gone round. A deadline waits in the wheel whose bucket is as wide as
/// it is far away, and moves down as it comes near. Deadlines of more than 2³⁰ ticks are held at
/// 2³⁰ and looked at again then.
///
/// Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987.
///
/// - Complexity: O(1) to set and to take away; `advance` O(buckets passed + deadlines moved), and
///   each deadline moves at most four times.
public struct TimerWheel: Sendable {
  private static let levelCount = 5
  private static let bucketBits = 6
  private static let bucketCount = 1 << bucketBits

  /// First place of each bucket, or -1.
  private var heads: [Int32]
  private var previous: [Int32]
  private var next: [Int32]
  /// The bucket of a place, or -1.
  private var buckets: [Int16]
  private var deadlines: [Int64]
  /// How many deadlines wait in each wheel.
  private var levelCounts = [Int](repeating: 0, count: levelCount)
  /// Every deadline up to here was given out.
  public private(set) var tick: Int64
  /// How many deadlines there are.
  public private(set) var count = 0

  /// Creates a wheel for the places 0 to `placeCount` - 1 that begins at `tick`.
  public init(placeCount: Int, tick: Int64 = 0) {
    precondition(placeCount >= 0 && placeCount <= Int(Int32.max), "places that fit in 31 bits")
    precondition(tick >= 0, "ticks are counted from zero")
    heads = [Int32](repeating: -1, count: Self.levelCount * Self.bucketCount)
    previous = [Int32](repeating: -1, count: placeCount)
    next = [Int32](repeating: -1, count: placeCount)
    buckets = [Int16](repeating: -1, count: placeCount)
    deadlines = [Int64](repeating: 0, count: placeCount)
    self.tick = tick
  }

  /// Sets the deadline of a place, instead of the one it may have.
  ///
  /// A deadline that has passed is given out with the next tick.
  public mutating func set(_ place: Int32, deadline: Int64) {
    cancel(place)
    deadlines[Int(place)] = max(deadline, tick + 1)
    link(place)
    count += 1
  }

  /// Takes the deadline of a place away, if it has one.
  public mutating func cancel(_ place: Int32) {
    guard buckets[Int(place)] >= 0 else { return }
    unlink(place)
    count -= 1
  }

  /// The deadline of a place, if it has one.
  public func deadline(of place: Int32) -> Int64? {
    buckets[Int(place)] < 0 ? nil : deadlines[Int(place)]
  }

  /// Moves the wheel to `target` and gives the places whose deadlines have come, tick by tick.
  ///
  /// - Returns: The places, each without a deadline now; by tick, and in any order within one.
  public mutating func advance(to target: Int64) -> [Int32] {
    var due: [Int32] = []
    while tick < target {
      guard count > 0 else {
        tick = target
        break
      }
      tick = min(target, nextTurn())
      cascade()
      let bucket = Int(tick & Int64(Self.bucketCount - 1))
      while heads[bucket] >= 0 {
        let place = heads[bucket]
        cancel(place)
        due.append(place)
      }
    }
    return due
  }

  /// The next tick at which the first wheel has something, or a wheel with something turns.
  private func nextTurn() -> Int64 {
    let mask = Int64(Self.bucketCount - 1)
    if levelCounts[0] == 0 {
      let level = levelCounts.firstIndex { $0 > 0 } ?? Self.levelCount - 1
      let shift = Int64(Self.bucketBits * level)
      return (tick >> shift + 1) << shift
    }
    var candidate = tick + 1
    while candidate & mask != 0, heads[Int(candidate & mask)] < 0 { candidate += 1 }
    return candidate
  }

  /// Moves down what waits in the buckets of the upper wheels that begin at this tick.
  private mutating func cascade() {
    for level in 1..<Self.levelCount {
      let shift = Int64(Self.bucketBits * level)
      guard tick & (1 << shift - 1) == 0 else { return }
      let index = Int(tick >> shift & Int64(Self.bucketCount - 1))
      let bucket = level * Self.bucketCount + index
      var place = heads[bucket]
      heads[bucket] = -1
      while place >= 0 {
        let following = next[Int(place)]
        buckets[Int(place)] = -1
        levelCounts[level] -= 1
        link(place)
        place = following
      }
    }
  }

  private mutating func link(_ place: Int32) {
    let far = Int64(1) << Int64(Self.bucketBits * Self.levelCount) - 1
    let deadline = min(deadlines[Int(place)], tick + far)
    let distance = deadline - tick
    var level = 0
    while distance >= 1 << Int64(Self.bucketBits * (level + 1)), level < Self.levelCount - 1 {
      level += 1
    }
    let index = Int(deadline >> Int64(Self.bucketBits * level) & Int64(Self.bucketCount - 1))
    let bucket = level * Self.bucketCount + index
    buckets[Int(place)] = Int16(bucket)
    levelCounts[level] += 1
    previous[Int(place)] = -1
    next[Int(place)] = heads[bucket]
    if heads[bucket] >= 0 { previous[Int(heads[bucket])] = place }
    heads[bucket] = place
  }

  private mutating func unlink(_ place: Int32) {
    let before = previous[Int(place)]
    let after = next[Int(place)]
    if before >= 0 {
      next[Int(before)] = after
    } else {
      heads[Int(buckets[Int(place)])] = after
    }
    if after >= 0 { previous[Int(after)] = before }
    levelCounts[Int(buckets[Int(place)]) / Self.bucketCount] -= 1
    buckets[Int(place)] = -1
  }
}
