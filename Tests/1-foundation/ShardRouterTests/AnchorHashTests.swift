import OmniNumerics
import OmniShardRouter
import Testing

@Suite("AnchorHash")
struct AnchorHashTests {
  // MARK: The model

  /// Algorithm 2 of the paper, with the set of working buckets kept for each removed one.
  private struct Model {
    var working: [Int]
    var sets: [Int: [Int]] = [:]
    var removed: [Int] = []
    let capacity: Int

    init(capacity: Int) {
      self.capacity = capacity
      working = Array(0..<capacity)
    }

    mutating func remove(_ bucket: Int) {
      let last = working.removeLast()
      if let place = working.firstIndex(of: bucket) { working[place] = last }
      sets[bucket] = working
      removed.append(bucket)
    }

    mutating func restore() {
      let last = removed.removeLast()
      sets[last] = nil
      let left = removed
      self = Model(capacity: capacity)
      for bucket in left { remove(bucket) }
    }

    func bucket(of key: ShardKey) -> Int {
      func place(_ bits: UInt64, _ count: Int) -> Int {
        Int(bits.multipliedFullWidth(by: UInt64(count)).high)
      }
      var bucket = place(key.bits, capacity)
      while let set = sets[bucket] {
        bucket = set[place(XXH64.hash(key.bits, seed: UInt64(bucket)), set.count)]
      }
      return bucket
    }
  }

  @Test func `buckets are those of the direct model after any removals and returns`() throws {
    for seed in UInt64(0)..<25 {
      var random = SplitMix64(seed: seed)
      let capacity = Int(random.below(20)) + 2
      var model = Model(capacity: capacity)
      var anchor = try AnchorHash(capacity: capacity, workingCount: capacity)
      for _ in 0..<30 {
        if anchor.workingCount > 1, random.below(5) < 3 || anchor.removed.isEmpty {
          let bucket = model.working[Int(random.below(UInt64(model.working.count)))]
          model.remove(bucket)
          anchor.remove(bucket)
        } else {
          model.restore()
          _ = anchor.restore()
        }
        #expect(anchor.workingCount == model.working.count)
        for key in keys(40, seed: seed) {
          let bucket = anchor.bucket(of: key)
          #expect(bucket == model.bucket(of: key), "seed \(seed)")
          #expect(anchor.works(bucket))
        }
      }
    }
  }

  // MARK: Properties

  @Test func `removing a bucket moves its keys only, and restoring undoes it exactly`() throws {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      var anchor = try AnchorHash(capacity: 32, workingCount: 12)
      var stack: [AnchorHash] = []
      while anchor.workingCount > 1 {
        let working = (0..<32).filter(anchor.works)
        let bucket = working[Int(random.below(UInt64(working.count)))]
        var next = anchor
        next.remove(bucket)
        for key in keys(200, seed: seed) {
          let old = anchor.bucket(of: key)
          let new = next.bucket(of: key)
          #expect(old == bucket ? new != bucket : new == old, "seed \(seed)")
        }
        stack.append(anchor)
        anchor = next
      }
      while let before = stack.popLast() {
        _ = anchor.restore()
        #expect(anchor == before, "seed \(seed)")
      }
    }
  }

  @Test func `keys are spread evenly after many removals`() throws {
    for seed in UInt64(0)..<20 {
      var random = SplitMix64(seed: seed)
      var anchor = try AnchorHash(capacity: 64, workingCount: 40)
      while anchor.workingCount > 10 {
        let bucket = Int(random.below(64))
        if anchor.works(bucket) { anchor.remove(bucket) }
      }
      var counts = [Int](repeating: 0, count: 64)
      for key in keys(5_000, seed: seed) { counts[anchor.bucket(of: key)] += 1 }
      let spread = Distribution(
        counts: counts.indices.filter(anchor.works).map { counts[$0] },
        membership: try Membership(nodes(10)))
      #expect(spread.isPlausible(), "seed \(seed): \(spread.chiSquared)")
    }
  }

  @Test func `there is nothing to restore when all buckets work`() throws {
    var anchor = try AnchorHash(capacity: 3, workingCount: 2)
    #expect(anchor.restore() == 2)
    #expect(anchor.restore() == nil)
    #expect(anchor.workingCount == 3)
  }

  @Test func `capacities and counts out of range are refused`() {
    #expect(throws: ShardFailure.outOfRange(.anchorCapacity, value: 0, lower: 1, upper: 65_535)) {
      try AnchorHash(capacity: 0, workingCount: 0)
    }
    #expect(throws: ShardFailure.outOfRange(.nodes, value: 4, lower: 1, upper: 3)) {
      try AnchorHash(capacity: 3, workingCount: 4)
    }
  }
}
