import OmniNumerics
import OmniShardRouter
import Testing

@Suite("MaglevTable")
struct MaglevTableTests {
  @Test func `owners are those of a second program`() throws {
    let table = try MaglevTable(Membership(nodes(weights: [1, 2, 3, 4, 5])), seed: 7)
    #expect(goldenKeys.prefix(12).map(table.owner) == [4, 0, 2, 4, 3, 4, 4, 1, 3, 3, 4, 4])
    #expect(digest(table) == 0x029F_B222_E2F4_7C17)
  }

  @Test func `places of equal nodes differ by one at most`() throws {
    for count in [1, 2, 7, 50] {
      let table = try MaglevTable(Membership(nodes(count)), placeCount: 5_003)
      let places = table.placeCountByNode
      #expect(places.reduce(0, +) == 5_003)
      #expect(places.allSatisfy { $0 == 5_003 / count || $0 == 5_003 / count + 1 })
    }
  }

  @Test func `places follow the weights to within two`() throws {
    let weights: [UInt32] = [1, 2, 3, 10, 100]
    let table = try MaglevTable(Membership(nodes(weights: weights)), placeCount: 5_003)
    for (weight, count) in zip(weights, table.placeCountByNode) {
      #expect(abs(Double(count) - 5_003 * Double(weight) / 116) <= 2, "weight \(weight)")
    }
  }

  @Test func `one node that outweighs thousands takes nearly all, and does not take long`() throws {
    let weights = [UInt32](repeating: 1, count: 4_000) + [.max]
    let table = try MaglevTable(Membership(nodes(weights: weights)), placeCount: 65_537)
    #expect(table.placeCountByNode.max() == 65_537)
  }

  /// The promise: no more than a twentieth of all keys beyond what has to move.
  @Test func `changes move little beyond the least`() throws {
    var worst = 0.0
    for seed in UInt64(0)..<12 {
      var random = SplitMix64(seed: seed)
      var table = try MaglevTable(
        Membership(nodes(weights: [2, 1, 3, 2, 2, 1, 3, 2, 1, 1])), placeCount: 5_003, seed: seed)
      let probes = keys(2_000, seed: seed)
      for _ in 0..<4 {
        let wanted = try step(from: table.membership, using: &random, weightMax: 3)
        let next = try table.changed(to: wanted)
        let moved = Double(movedCount(probes, from: table, to: next)) / 2_000
        let extra = moved - growth(from: table.membership, to: wanted)
        worst = max(worst, extra)
        #expect(extra < 0.05 + 0.02, "seed \(seed): \(moved), extra \(extra)")
        table = next
      }
    }
    #expect(worst > 0)
  }

  @Test func `keys are spread as the weights say`() throws {
    for seed in UInt64(0)..<20 {
      let table = try MaglevTable(
        Membership(nodes(weights: [1, 2, 3, 4, 5])), placeCount: 5_003, seed: seed)
      let spread = Distribution(of: keys(10_000, seed: seed), over: table)
      #expect(spread.isPlausible(), "seed \(seed): \(spread.chiSquared)")
    }
  }

  @Test func `sizes that are no primes, and too many nodes, are refused`() throws {
    let two = try Membership(nodes(2))
    for count in [-7, 0, 1, 2, 5, 8, 9, 25, 5_001, 1_000_004, 1_000_033] {
      let expected = ShardFailure.outOfRange(
        .maglevPlaces, value: UInt64(max(0, count)), lower: 7, upper: 1_000_003)
      #expect(throws: expected) { try MaglevTable(two, placeCount: count) }
    }
    #expect(throws: ShardFailure.outOfRange(.nodes, value: 8, lower: 1, upper: 7)) {
      try MaglevTable(Membership(nodes(8)), placeCount: 7)
    }
    #expect(try MaglevTable(Membership(nodes(7)), placeCount: 7).placeCountByNode.max() == 1)
  }
}
