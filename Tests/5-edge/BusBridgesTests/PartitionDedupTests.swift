import OmniBusBridges
import OmniTestKit
import Testing

@Suite("PartitionDedup")
struct PartitionDedupTests {
  @Test(arguments: UInt64(1)...10)
  func `each number is new once, also when much is sent again`(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var dedup = PartitionDedup(rangeMax: 64)
    var sequences: [UInt64] = []
    var next: UInt64 = 1
    for _ in 0..<5_000 {
      next += 1 + random.below(4)
      sequences.append(next)
    }
    var new = 0
    var index = 0
    while index < sequences.count {
      if dedup.take(sequences[index]) { new += 1 }
      index += 1
      // As a producer does that lost an answer: the last few come again, all of them in order.
      if random.below(50) == 0 {
        for again in sequences[max(0, index - 20)..<index] {
          if dedup.take(again) { new += 1 }
        }
      }
    }
    #expect(new == sequences.count, "seed \(seed)")
    let first = dedup.take(sequences[0])
    let none = dedup.take(0)
    #expect(!first && !none)
  }

  @Test func `one that comes late is new`() {
    var dedup = PartitionDedup()
    let isNew = [5, 9, 12, 7, 7, 9].map { dedup.take($0) }
    #expect(isNew == [true, true, true, true, false, false])
  }
}
