import OmniEncoding
import OmniNumerics
import OmniSnapshotter
import Testing

@Suite("ByteDelta")
struct ByteDeltaTests {
  typealias Failure = ByteDelta.Failure

  // MARK: Examples

  @Test func `a change in place costs little more than what has changed`() throws {
    var random = SplitMix64(seed: 1)
    let source = randomBytes(10_000, &random)
    var target = source
    target[17] ^= 1
    target.replaceSubrange(5_000..<5_008, with: randomBytes(8, &random))

    let delta = ByteDelta.make(from: source, to: target)

    #expect(delta.count < 50)
    #expect(try ByteDelta.apply(delta, to: source, resultBytesMax: 10_000) == target)
  }

  @Test func `what has moved is found again`() throws {
    var random = SplitMix64(seed: 2)
    let (first, second) = (randomBytes(4_000, &random), randomBytes(4_000, &random))
    let inserted = randomBytes(100, &random)

    let turned = ByteDelta.make(from: first + second, to: second + first)
    let shifted = ByteDelta.make(from: first + second, to: first + inserted + second)

    #expect(turned.count < 60)
    #expect(shifted.count < 160)
    #expect(
      try ByteDelta.apply(turned, to: first + second, resultBytesMax: 8_000) == second + first)
    #expect(
      try ByteDelta.apply(shifted, to: first + second, resultBytesMax: 8_100)
        == first + inserted + second)
  }

  /// Runs of 19 bytes are too short to be looked up safely: their distance has to be remembered.
  @Test func `many changes in what has moved cost a few bytes each`() throws {
    var random = SplitMix64(seed: 4)
    let source = randomBytes(10_000, &random)
    var target = randomBytes(5, &random) + source
    for place in stride(from: 5, to: target.count, by: 20) { target[place] ^= 0xFF }

    let delta = ByteDelta.make(from: source, to: target)

    #expect(delta.count < 500 * 6)
    #expect(try ByteDelta.apply(delta, to: source, resultBytesMax: 10_005) == target)
  }

  @Test func `the same bytes make one copy, and unlike ones hardly more than themselves`() throws {
    var random = SplitMix64(seed: 3)
    let (one, other) = (randomBytes(1_000, &random), randomBytes(1_000, &random))
    #expect(ByteDelta.make(from: one, to: one).count == 15)
    #expect(ByteDelta.make(from: one, to: other).count <= 1_000 + 14)
    #expect(ByteDelta.make(from: [], to: []).count == 10)
  }

  @Test func `the bytes are these`() throws {
    let source = Array("abcdefghijklmnop".utf8)
    let target = Array("XYabcdefghijklmnop".utf8)
    let expected: [UInt8] =
      [16] + checksum(source) + [18] + checksum(target) + [2 * 2, 0x58, 0x59, 2 * 16 + 1, 0]
    #expect(ByteDelta.make(from: source, to: target) == expected)
  }

  // MARK: Malformed deltas

  @Test func `each malformed delta is refused for its reason`() {
    let source = Array("abcdefgh".utf8)
    let result = Array("abcd".utf8)
    let head = [8] + checksum(source) + [4] + checksum(result)
    let table: [(delta: [UInt8], failure: Failure)] = [
      ([], .truncated(at: 0)),
      (Array(head.dropLast()), .truncated(at: 9)),
      (head, .wrongResult),
      (head + [0], .malformed(at: 10)),
      (head + [1, 0], .malformed(at: 10)),
      (head + [9], .truncated(at: 11)),
      (head + [8, 0x61], .truncated(at: 12)),
      (head + [9, 5], .outOfBounds(at: 10)),
      (head + [9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1], .outOfBounds(at: 10)),
      (head + [11, 0], .outOfBounds(at: 10)),
      (head + [9, 0, 2, 0x61], .outOfBounds(at: 12)),
      (head + [0x89, 0x00, 0], .malformed(at: 10)),
      (head + [UInt8](repeating: 0xFF, count: 10), .malformed(at: 10)),
      (head + [9, 1], .wrongResult),
      (head + [7, 0], .wrongResult),
      ([7] + head.dropFirst() + [9, 0], .wrongSource),
      ([8] + checksum(result) + head.dropFirst(5) + [9, 0], .wrongSource),
      (Array(head[..<5]) + [9] + head[6...] + [9, 0], .tooLong(bytes: 9, limitBytes: 8)),
    ]
    for (delta, failure) in table {
      #expect(throws: failure, "\(delta)") {
        _ = try ByteDelta.apply(delta, to: source, resultBytesMax: 8)
      }
    }
    #expect(throws: Never.self) {
      try ByteDelta.apply(head + [9, 0], to: source, resultBytesMax: 8)
    }
  }

  @Test func `a delta is refused by bytes other than those it was made from`() {
    for seed in UInt64(0)..<300 {
      var random = SplitMix64(seed: seed)
      let (source, target) = pair(&random)
      if source.isEmpty { continue }
      let delta = ByteDelta.make(from: source, to: target)
      var other = source
      other[Int(random.below(UInt64(source.count)))] ^= 1 << UInt8(random.below(8))
      #expect(throws: Failure.wrongSource, "seed \(seed)") {
        _ = try ByteDelta.apply(delta, to: other, resultBytesMax: 1 << 20)
      }
    }
  }

  // MARK: Properties

  @Test func `what is made and applied is what was to come out`() throws {
    for seed in UInt64(0)..<1_500 {
      var random = SplitMix64(seed: seed)
      let (source, target) = pair(&random)
      let delta = ByteDelta.make(from: source, to: target)
      let result = try ByteDelta.apply(delta, to: source, resultBytesMax: target.count)
      #expect(result == target, "seed \(seed)")
      #expect(delta.count <= target.count + 24, "seed \(seed)")
    }
  }

  /// A changed delta gives what was meant or is refused; it never gives anything else.
  @Test func `a changed delta never gives other bytes`() {
    var refusals = 0
    for seed in UInt64(0)..<4_000 {
      var random = SplitMix64(seed: seed)
      let (source, target) = pair(&random)
      var delta = ByteDelta.make(from: source, to: target)
      for _ in 0...random.below(3) {
        let place = Int(random.below(UInt64(delta.count)))
        switch random.below(3) {
        case 0: delta[place] = UInt8(random.below(256))
        case 1: delta.remove(at: place)
        default: delta.insert(UInt8(random.below(256)), at: place)
        }
        if delta.isEmpty { break }
      }
      do throws(Failure) {
        let result = try ByteDelta.apply(delta, to: source, resultBytesMax: 1 << 20)
        #expect(result == target, "seed \(seed)")
      } catch {
        refusals += 1
      }
    }
    #expect(refusals > 3_000)
  }

  /// Two arrays that have something in common, in one of the ways in which states change.
  private func pair(_ random: inout SplitMix64) -> ([UInt8], [UInt8]) {
    let alphabet = [UInt64(2), 16, 256][Int(random.below(3))]
    let count = Int(random.below(600))
    let source = (0..<count).map { _ in UInt8(random.below(alphabet)) }
    var target = source
    for _ in 0..<random.below(6) {
      let start = Int(random.below(UInt64(target.count + 1)))
      let end = start + Int(random.below(UInt64(min(60, target.count - start) + 1)))
      switch random.below(4) {
      case 0: target.removeSubrange(start..<end)
      case 1:
        target.insert(contentsOf: randomBytes(Int(random.below(40)), &random), at: start)
      case 2:
        target.insert(contentsOf: target[start..<end], at: Int(random.below(UInt64(start + 1))))
      default:
        for place in start..<end { target[place] = UInt8(random.below(alphabet)) }
      }
    }
    return (source, target)
  }

  private func checksum(_ bytes: [UInt8]) -> [UInt8] {
    Array(littleEndian(UInt64(CRC32C.checksum(bytes))).prefix(4))
  }
}
