import OmniCollections

/// How often keys were asked for of late, from 0 to 15, in half a byte a counter.
///
/// A count-min sketch with conservative reading: a key has four counters, all within one line of
/// memory, and the least of them is its frequency. It can be too high, when others share all four
/// counters, and never too low. After ten times as many additions as there are entries, every
/// counter is halved, so that what was asked for long ago is forgotten.
///
/// Source: Einziger, Friedman and Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM
/// Transactions on Storage 13 (2017).
@usableFromInline
package struct FrequencySketch: ~Copyable, Sendable {
  /// Sixteen counters a word, eight words a block, which is a line of memory.
  private typealias Block = InlineArray<8, UInt64>

  private var blocks: OwnedBuffer<Block>
  private let blockMask: Int
  private let additionsPerAge: Int
  private var additions = 0
  /// How often the counters were halved.
  package private(set) var ageCount = 0

  /// Creates a sketch for a cache of `capacity` entries; 16 to 32 counters an entry.
  package init(capacity: Int) {
    precondition(capacity > 0, "a cache of at least one entry")
    var blockCount = 1
    while blockCount * 8 < capacity { blockCount *= 2 }
    blocks = OwnedBuffer(repeating: Block(repeating: 0), count: blockCount)
    blockMask = blockCount - 1
    additionsPerAge = 10 * capacity
  }

  /// The frequency of the key with the hash `hash`, from 0 to 15.
  package func frequency(of hash: UInt64) -> Int {
    let block = blocks[block(of: hash)]
    var least = 15
    // Other bits than those that choose the block.
    var bits = hash >> 32
    for row in 0..<4 {
      let word = block[row * 2 + Int(bits & 1)]
      least = min(least, Int(word >> ((bits >> 1 & 15) * 4) & 15))
      bits >>= 8
    }
    return least
  }

  /// Counts one request for the key with the hash `hash`.
  @inline(__always)
  package mutating func increment(_ hash: UInt64) {
    let block = block(of: hash)
    // Other bits than those that choose the block.
    var bits = hash >> 32
    // One if a counter was raised; no branch, as whether one is full cannot be foreseen.
    var isCounted: UInt64 = 0
    for row in 0..<4 {
      let index = row &* 2 &+ Int(truncatingIfNeeded: bits & 1)
      let shift = (bits >> 1 & 15) &* 4
      let word = blocks[block][index]
      // Only if it is below 15, so nothing is carried into the next counter.
      let one: UInt64 = word &>> shift & 15 < 15 ? 1 : 0
      blocks[block][index] = word &+ one &<< shift
      isCounted |= one
      bits >>= 8
    }
    additions += Int(isCounted)
    if additions == additionsPerAge { age() }
  }

  private func block(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & blockMask }

  @inline(never)
  private mutating func age() {
    for block in blocks.indices {
      for index in 0..<8 {
        blocks[block][index] = blocks[block][index] >> 1 & 0x7777_7777_7777_7777
      }
    }
    additions /= 2
    ageCount += 1
  }
}

extension UInt64 {
  /// The bits, mixed once more.
  package var rehashed: UInt64 { KeyHash.hash(of: self, seed: 0) }
}
