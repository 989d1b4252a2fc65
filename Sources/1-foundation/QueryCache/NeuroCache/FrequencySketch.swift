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
package struct FrequencySketch: Sendable {
  /// Sixteen counters a word, eight words a block.
  private var words: [UInt64]
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
    words = [UInt64](repeating: 0, count: blockCount * 8)
    blockMask = blockCount - 1
    additionsPerAge = 10 * capacity
  }

  /// The frequency of the key with the hash `hash`, from 0 to 15.
  package func frequency(of hash: UInt64) -> Int {
    let block = Int(truncatingIfNeeded: hash) & blockMask
    var least = 15
    // Other bits than those that choose the block.
    var bits = hash >> 32
    for row in 0..<4 {
      let word = words[block * 8 + row * 2 + Int(bits & 1)]
      least = min(least, Int(word >> ((bits >> 1 & 15) * 4) & 15))
      bits >>= 8
    }
    return least
  }

  /// Counts one request for the key with the hash `hash`.
  package mutating func increment(_ hash: UInt64) {
    let block = Int(truncatingIfNeeded: hash) & blockMask
    // Other bits than those that choose the block.
    var bits = hash >> 32
    var isCounted = false
    for row in 0..<4 {
      let index = block * 8 + row * 2 + Int(bits & 1)
      let shift = (bits >> 1 & 15) * 4
      if words[index] >> shift & 15 < 15 {
        // Below 15, so nothing is carried into the next counter.
        words[index] &+= 1 << shift
        isCounted = true
      }
      bits >>= 8
    }
    guard isCounted else { return }
    additions += 1
    if additions == additionsPerAge { age() }
  }

  private mutating func age() {
    for index in words.indices { words[index] = words[index] >> 1 & 0x7777_7777_7777_7777 }
    additions /= 2
    ageCount += 1
  }
}

extension UInt64 {
  /// The bits, mixed once more.
  package var rehashed: UInt64 { KeyHash.hash(of: self, seed: 0) }
}
