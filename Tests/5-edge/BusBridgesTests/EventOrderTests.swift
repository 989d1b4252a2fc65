import OmniBus
import OmniBusBridges
import OmniTestKit
import Testing

@Suite("EventOrder")
struct EventOrderTests {
  @Test(arguments: UInt64(1)...40)
  func `any order and any doubles come out in order, each once`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let count = 300
    var arriving = (1...UInt64(count)).flatMap { Array(repeating: $0, count: 1 + Int($0 % 3)) }
    // Each goes at most 20 places from where it was.
    for index in arriving.indices {
      arriving.swapAt(index, min(arriving.count - 1, index + Int(random.below(20))))
    }
    var order = EventOrder(heldMax: 200)
    try order.begin(after: 0)
    var seen: [UInt64] = []
    var doubles = 0
    for sequence in arriving {
      if try !order.take(Rig.event(sequence), { seen.append($0.sequence) }) { doubles += 1 }
    }
    #expect(seen == Array(1...UInt64(count)), "seed \(seed)")
    #expect(doubles == arriving.count - count, "seed \(seed)")
    #expect(order.missing == nil)
    #expect(order.room == 200)
  }

  @Test func `what is missing is named, and may be given up`() throws {
    var order = EventOrder(heldMax: 16)
    var seen: [UInt64] = []
    func take(_ sequences: [UInt64]) throws -> [Bool] {
      try sequences.map { try order.take(Rig.event($0)) { seen.append($0.sequence) } }
    }
    func giveUp(before oldest: UInt64) throws -> ClosedRange<UInt64>? {
      try order.giveUp(before: oldest) { seen.append($0.sequence) }
    }
    #expect(order.missing == nil)
    #expect(try take([10, 14, 15, 20]) == [true, true, true, true])
    #expect(order.missing == 11...13)
    #expect(try giveUp(before: 13) == 11...12)
    #expect(order.missing == 13...13)
    #expect(seen == [10])
    #expect(try giveUp(before: 100) == 13...13)
    #expect(seen == [10, 14, 15])
    #expect(order.missing == 16...19)
    #expect(try giveUp(before: 16) == nil)
    order.note(exists: 30)
    #expect(try take([16, 17, 18, 19]) == [true, true, true, true])
    #expect(seen == [10, 14, 15, 16, 17, 18, 19, 20])
    #expect(order.missing == 21...30)
    #expect(try take([14, 20]) == [false, false])
  }

  @Test func `more than may wait is refused, and changes nothing`() throws {
    var order = EventOrder(heldMax: 2)
    try order.begin(after: 0)
    var seen: [UInt64] = []
    for sequence: UInt64 in [3, 5] {
      _ = try order.take(Rig.event(sequence)) { seen.append($0.sequence) }
    }
    #expect(order.room == 0)
    #expect(throws: SequenceTracker.Failure.self) {
      try order.take(Rig.event(7)) { seen.append($0.sequence) }
    }
    for sequence: UInt64 in [1, 2, 4, 7, 6] {
      _ = try order.take(Rig.event(sequence)) { seen.append($0.sequence) }
    }
    #expect(seen == Array(1...7))
  }
}
