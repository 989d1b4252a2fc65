import OmniCollections
import OmniTestKit
import Testing

@Suite("Ring, Slab, WordMap and OwnedBuffer")
struct CollectionsTests {
  // MARK: OwnedBuffer

  private final class Token {}

  /// An element that cannot be copied, and lets go of its token when it ends.
  private struct Unique: ~Copyable {
    let token: Token
    var number: Int
  }

  @Test("elements that cannot be copied are changed in place and end with the buffer")
  func unique() {
    weak var token: Token?
    do {
      let kept = Token()
      token = kept
      var buffer = OwnedBuffer(count: 3) { Unique(token: kept, number: $0) }
      buffer[2].number += 5
      let numbers = buffer.indices.map { buffer[$0].number }
      #expect(numbers == [0, 1, 7])
    }
    #expect(token == nil)
  }

  @Test("large memory begins at a line of the processor's cache", arguments: [512, 1_000, 100_000])
  func lines(count: Int) {
    let buffers = (0..<4).map { _ in
      var buffer = OwnedBuffer(repeating: UInt64(7), count: count)
      return unsafe withUnsafePointer(to: &buffer[0]) { UInt(bitPattern: $0) % 64 }
    }
    #expect(buffers == [0, 0, 0, 0])
  }

  @Test func `a buffer holds what was put into it`() {
    var buffer = OwnedBuffer(count: 4) { $0 * $0 }
    buffer[2] = 7
    #expect((0..<4).map { buffer[$0] } == [0, 1, 7, 9])
    #expect(buffer.indices == 0..<4)
  }

  @Test func `a buffer lets go of its elements when it ends`() {
    final class Token {}
    weak var seen: Token?
    do {
      let token = Token()
      seen = token
      let buffer = OwnedBuffer(repeating: token, count: 3)
      #expect(buffer.count == 3)
    }
    #expect(seen == nil)
  }

  @Test func `an index outside a buffer stops the program`() async {
    await #expect(processExitsWith: .failure) {
      let buffer = OwnedBuffer(repeating: 0, count: 3)
      _ = buffer[3]
    }
    await #expect(processExitsWith: .failure) {
      let buffer = OwnedBuffer(repeating: 0, count: 3)
      _ = buffer[-1]
    }
  }

  // MARK: Ring

  @Test func `a ring does what an array with a limit does`() {
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      let capacity = Int.random(in: 1...6, using: &random)
      var ring = Ring<Int>(capacity: capacity)
      var model: [Int] = []
      for step in 0..<120 {
        switch Int.random(in: 0..<9, using: &random) {
        case 0..<5:
          #expect(ring.append(step) == (model.count < capacity), "seed \(seed)")
          if model.count < capacity { model.append(step) }
        case 5..<8:
          #expect(ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()), "seed \(seed)")
        default:
          if step % 40 == 0 {
            ring.removeAll()
            model = []
          }
        }
        let offset = Int.random(in: -1...capacity, using: &random)
        #expect(ring.peek(offset) == (model.indices.contains(offset) ? model[offset] : nil))
        #expect(ring.count == model.count && ring.capacity == capacity, "seed \(seed)")
        #expect(ring.isEmpty == model.isEmpty && ring.isFull == (model.count == capacity))
      }
    }
  }

  // MARK: Slab

  @Test func `a slab finds what it holds, and nothing by a stale handle`() {
    for seed in UInt64(0)..<60 {
      var random = SeededRandom(seed: seed)
      let capacity = Int.random(in: 1...5, using: &random)
      var slab = Slab<Int>(capacity: capacity)
      var model: [Slab<Int>.Handle: Int] = [:]
      var stale: [Slab<Int>.Handle] = []
      for step in 0..<100 {
        if Bool.random(using: &random) {
          let handle = slab.insert(step)
          #expect((handle == nil) == (model.count == capacity), "seed \(seed)")
          if let handle {
            #expect(model[handle] == nil, "seed \(seed): a handle stands for two elements")
            model[handle] = step
          }
        } else if let handle = model.keys.sorted(by: { $0.index < $1.index }).first {
          if step % 3 == 0 {
            slab[handle] = -step
            model[handle] = -step
          } else {
            #expect(slab.remove(handle) == model.removeValue(forKey: handle), "seed \(seed)")
            stale.append(handle)
          }
        }
        for (handle, element) in model { #expect(slab[handle] == element, "seed \(seed)") }
        #expect(stale.allSatisfy { !slab.holds($0) && slab[$0] == nil }, "seed \(seed)")
        #expect(slab.count == model.count, "seed \(seed)")
      }
      if let handle = stale.first { #expect(slab.remove(handle) == nil) }
      #expect(slab[.init(index: 99, generation: 0)] == nil)
    }
  }

  @Test func `assigning to a stale handle stops the program`() async {
    await #expect(processExitsWith: .failure) {
      var slab = Slab<Int>(capacity: 1)
      slab[.init(index: 0, generation: 7)] = 1
    }
  }

  // MARK: WordMap

  @Test func `a word map does what a dictionary does`() {
    for seed in UInt64(0)..<40 {
      var random = SeededRandom(seed: seed)
      var map = WordMap(capacity: Int.random(in: 0...20, using: &random))
      var model: [UInt64: UInt64] = [:]
      // Few keys, so that they meet; some of them far apart, and both ends of the range.
      let keys =
        (0..<24).map { UInt64($0) << UInt64.random(in: 0...40, using: &random) } + [0, .max]
      for step in UInt64(0)..<250 {
        let key = keys.randomElement(using: &random) ?? 0
        if Int.random(in: 0..<5, using: &random) < 3 {
          #expect(map.set(key, to: step) == model.updateValue(step, forKey: key), "seed \(seed)")
        } else {
          #expect(map.remove(key) == model.removeValue(forKey: key), "seed \(seed)")
        }
        #expect(map.count == model.count, "seed \(seed)")
        if step % 10 == 0 {
          for key in keys { #expect(map[key] == model[key], "seed \(seed), key \(key)") }
        }
      }
    }
  }

  @Test func `a word map grows past its first size and keeps everything`() {
    var map = WordMap()
    for key in UInt64(0)..<2_000 { map.set(key &* 0x1_0000_0001, to: key) }
    #expect(map.count == 2_000)
    #expect((UInt64(0)..<2_000).allSatisfy { map[$0 &* 0x1_0000_0001] == $0 })
  }
}
