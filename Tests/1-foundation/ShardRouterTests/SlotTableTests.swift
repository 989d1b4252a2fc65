import OmniNumerics
import OmniShardRouter
import Testing

@Suite("SlotTable")
struct SlotTableTests {
  // MARK: Examples

  @Test func `owners are those of a second program`() throws {
    let table = try SlotTable(Membership(nodes(weights: [1, 2, 3, 4, 5])), seed: 7)
    let first = goldenKeys.prefix(12).map(table.owner)
    #expect(first == [3, 0, 4, 4, 4, 4, 4, 4, 2, 2, 2, 3])
    #expect(digest(table) == 0xD1A6_F3A3_8B3F_0C08)
  }

  @Test func `a plan names every slot that moves, and nothing moves before it is applied`() throws {
    let table = try SlotTable(Membership(nodes(4)), slotCount: 64)
    let before = table
    let plan = try table.plan(to: table.membership.adding(ShardNode("node-4")))

    #expect(table == before)
    #expect(plan.moves.count == 12)
    #expect(plan.moveCountMin == 12)
    #expect(plan.movedFraction == 0.1875)
    #expect(plan.moves.allSatisfy { $0.to == "node-4" && $0.from != "node-4" })
    #expect(plan.moves.map(\.slot) == plan.moves.map(\.slot).sorted())

    let after = try table.apply(plan)
    #expect(after.membership.epoch == 1)
    let changed = (0..<64).filter {
      after.membership.nodes[Int(after.owners[$0])].name
        != table.membership.nodes[Int(table.owners[$0])].name
    }
    #expect(changed == plan.moves.map(\.slot))
  }

  @Test func `a plan for another epoch is refused`() throws {
    let table = try SlotTable(Membership(nodes(4)))
    let plan = try table.plan(to: table.membership.removing("node-2"))
    let next = try table.apply(plan)
    #expect(throws: ShardFailure.otherEpoch(plan: 0, table: 1)) { try next.apply(plan) }
  }

  @Test func `a plan for another table of the same epoch is refused`() throws {
    let table = try SlotTable(Membership(nodes(4)))
    let other = try SlotTable(Membership(nodes(5)))
    let plan = try table.plan(to: table.membership.removing("node-2"))
    let expected = ShardFailure.otherTable(plan: table.fingerprint, table: other.fingerprint)
    #expect(throws: expected) { try other.apply(plan) }
  }

  @Test func `slot counts that are no powers of two, and too many nodes, are refused`() throws {
    let two = try Membership(nodes(2))
    for count in [-64, 0, 1, 32, 63, 65, 100, 131_072] {
      let expected = ShardFailure.outOfRange(
        .slots, value: UInt64(max(0, count)), lower: 64, upper: 65_536)
      #expect(throws: expected) { try SlotTable(two, slotCount: count) }
    }
    let many = try Membership(nodes(65))
    #expect(throws: ShardFailure.outOfRange(.nodes, value: 65, lower: 1, upper: 64)) {
      try SlotTable(many, slotCount: 64)
    }
    let table = try SlotTable(Membership(nodes(64)), slotCount: 64)
    #expect(table.slotCountByNode == [Int](repeating: 1, count: 64))
    #expect(throws: ShardFailure.outOfRange(.nodes, value: 65, lower: 1, upper: 64)) {
      try table.plan(to: many)
    }
    #expect(try SlotTable(two, slotCount: 65_536).slotCountByNode == [32_768, 32_768])
  }

  @Test func `the largest remainders are rounded up`() throws {
    // 64 slots by 1, 2 and 4 sevenths: 9.14, 18.29 and 36.57.
    let table = try SlotTable(Membership(nodes(weights: [1, 2, 4])), slotCount: 64)
    #expect(table.slotCountByNode == [9, 18, 37])
  }

  @Test func `a change to the same nodes moves nothing`() throws {
    let table = try SlotTable(Membership(nodes(weights: [3, 1, 4])))
    let plan = try table.plan(to: table.membership)
    #expect(plan.moves.isEmpty && plan.moveCountMin == 0)
    #expect(try table.apply(plan).owners == table.owners)
  }

  @Test func `all nodes can be replaced at once`() throws {
    let table = try SlotTable(Membership(nodes(3)))
    let others = try Membership([ShardNode("x"), ShardNode("y")])
    let plan = try table.plan(to: others)
    #expect(plan.moves.count == 16_384)
    #expect(try table.apply(plan).slotCountByNode == [8_192, 8_192])
  }

  @Test func `keys of one slot have one owner, and slots are even ranges of hashes`() throws {
    let table = try SlotTable(Membership(nodes(3)), slotCount: 64)
    #expect(table.slot(of: ShardKey(bits: 0)) == 0)
    #expect(table.slot(of: ShardKey(bits: 1 << 58 - 1)) == 0)
    #expect(table.slot(of: ShardKey(bits: 1 << 58)) == 1)
    #expect(table.slot(of: ShardKey(bits: .max)) == 63)
  }

  // MARK: Properties

  /// Every node has its share rounded down or up, and a hundred slots or more keep that within a
  /// twentieth.
  private func checkBalance(_ table: SlotTable, _ seed: UInt64) {
    let total = Double(table.membership.totalWeight)
    for (node, count) in zip(table.membership.nodes, table.slotCountByNode) {
      let share = Double(table.slotCount) * Double(node.weight) / total
      #expect(abs(Double(count) - share) < 1, "seed \(seed): \(node.name) has \(count) of \(share)")
      if share >= 20 { #expect(Double(count) <= share * 1.05, "seed \(seed): \(node.name)") }
    }
  }

  @Test func `changes move the least that balance allows, and nodes that left hold nothing`() throws
  {
    for seed in UInt64(0)..<40 {
      var random = SplitMix64(seed: seed)
      let weights = (0..<random.below(20) + 1).map { _ in UInt32(random.below(8)) + 1 }
      var table = try SlotTable(Membership(nodes(weights: weights)), slotCount: 1_024, seed: seed)
      checkBalance(table, seed)
      for _ in 0..<8 {
        let wanted = try step(from: table.membership, using: &random)
        let plan = try table.plan(to: wanted)
        let next = try table.apply(plan)
        checkBalance(next, seed)

        #expect(plan.moves.count == plan.moveCountMin, "seed \(seed)")
        let least = growth(from: table.membership, to: wanted) * 1_024
        #expect(Double(plan.moves.count) <= least + Double(wanted.count), "seed \(seed)")
        let moved = (0..<1_024).count {
          table.membership.nodes[Int(table.owners[$0])].name
            != next.membership.nodes[Int(next.owners[$0])].name
        }
        #expect(moved == plan.moves.count, "seed \(seed)")
        #expect(next.membership.epoch == table.membership.epoch + 1)
        #expect(next.membership.nodes == wanted.nodes)
        table = next
      }
    }
  }

  /// The least number of moves by trying every way to round shares, for a few nodes.
  @Test func `the lower bound is what trying every balanced table finds`() throws {
    for seed in UInt64(0)..<60 {
      var random = SplitMix64(seed: seed)
      let weights = (0..<random.below(5) + 2).map { _ in UInt32(random.below(7)) + 1 }
      let table = try SlotTable(Membership(nodes(weights: weights)), slotCount: 64, seed: seed)
      let wanted = try step(from: table.membership, using: &random)
      let plan = try table.plan(to: wanted)
      #expect(plan.moveCountMin == fewestMoves(from: table, to: wanted), "seed \(seed)")
    }
  }

  private func fewestMoves(from table: SlotTable, to wanted: Membership) -> Int {
    let held = wanted.nodes.map { node in
      table.membership.index(of: node.name).map { table.slotCountByNode[$0] } ?? 0
    }
    let total = Int(wanted.totalWeight)
    let floors = wanted.nodes.map { table.slotCount * Int($0.weight) / total }
    let canRise = wanted.nodes.map { table.slotCount * Int($0.weight) % total != 0 }
    var best = Int.max
    for rise in 0..<1 << wanted.count {
      let up = wanted.nodes.indices.map { rise >> $0 & 1 }
      guard zip(up, canRise).allSatisfy({ $0 == 0 || $1 }) else { continue }
      let targets = zip(floors, up).map { $0 + $1 }
      guard targets.reduce(0, +) == table.slotCount else { continue }
      best = min(best, zip(targets, held).reduce(0) { $0 + max(0, $1.0 - $1.1) })
    }
    return best
  }

  @Test func `the fullest node of the usual table is within a twentieth of the mean`() throws {
    for count in [1, 2, 3, 10, 77, 100, 333] {
      let table = try SlotTable(Membership(nodes(count)))
      let spread = Distribution(counts: table.slotCountByNode, membership: table.membership)
      #expect(spread.skew <= 1.05, "\(count) nodes")
    }
  }

  @Test func `hosts that apply the same plans agree, in whatever order they list the nodes`() throws
  {
    for seed in UInt64(0)..<10 {
      var random = SplitMix64(seed: seed)
      let given = try nodes(weights: [3, 1, 4, 1, 5])
      var here = try SlotTable(Membership(given), slotCount: 256, seed: seed)
      var there = try SlotTable(Membership(given.reversed()), slotCount: 256, seed: seed)
      for _ in 0..<6 {
        let wanted = try step(from: here.membership, using: &random)
        here = try here.changed(to: wanted)
        there = try there.changed(to: Membership(wanted.nodes.reversed(), epoch: 77))
        #expect(here == there, "seed \(seed)")
        #expect(here.fingerprint == there.fingerprint, "seed \(seed)")
      }
    }
  }

  @Test func `keys are spread as the weights say`() throws {
    for seed in UInt64(0)..<20 {
      let table = try SlotTable(Membership(nodes(weights: [1, 2, 3, 4, 5, 6])), seed: seed)
      let spread = Distribution(of: keys(20_000, seed: seed), over: table)
      #expect(spread.isPlausible(), "seed \(seed): \(spread.chiSquared)")
      #expect(spread.skew < 1.15, "seed \(seed)")
    }
  }

  @Test func `copies of a slot stay where they are when another node leaves`() throws {
    let table = try SlotTable(Membership(nodes(9)), slotCount: 512)
    let next = try table.changed(to: table.membership.removing("node-4"))
    func names(_ table: SlotTable, _ slot: Int) -> [String] {
      table.replicas(ofSlot: slot, count: 3).map { table.membership.nodes[$0].name }
    }
    #expect(table.replicas(ofSlot: 0, count: 99).sorted() == Array(0..<9))
    for slot in 0..<512 {
      let before = names(table, slot)
      let after = names(next, slot)
      #expect(Set(after).count == 3 && !after.contains("node-4"))
      if before.contains("node-4") {
        let kept = before.filter { $0 != "node-4" }
        #expect(Set(kept).subtracting(after).count <= 1, "slot \(slot)")
      } else {
        #expect(before == after, "slot \(slot)")
      }
    }
  }
}
