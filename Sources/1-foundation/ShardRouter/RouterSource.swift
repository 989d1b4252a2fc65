import OmniEncoding

/// Reads the words of an encoded router, each within its bounds.
struct RouterSource {
  private var words: WordArrayReader
  /// How many words there were in all; no count of things can be above it.
  let wordCount: Int

  init(_ words: [UInt64]) {
    self.words = WordArrayReader(words)
    wordCount = words.count
  }

  var isAtEnd: Bool { words.isAtEnd }

  mutating func word() throws(ShardFailure) -> UInt64 {
    do { return try words.take() } catch { throw .senseless(error.description) }
  }

  mutating func flag() throws(ShardFailure) -> Bool {
    do { return try words.takeFlag() } catch { throw .senseless(error.description) }
  }

  mutating func count(limit: Int) throws(ShardFailure) -> Int {
    do { return try words.takeCount(limit: limit) } catch { throw .senseless(error.description) }
  }

  mutating func text(limit: Int) throws(ShardFailure) -> String {
    do { return try words.takeText(limit: limit) } catch { throw .senseless(error.description) }
  }

  mutating func membership() throws(ShardFailure) -> Membership {
    let epoch = try word()
    // A node takes five words at least, so a count that the bytes cannot hold reserves nothing.
    let count = try count(limit: min(Membership.nodeCountMax, wordCount / 5))
    var nodes: [ShardNode] = []
    nodes.reserveCapacity(count)
    for _ in 0..<count {
      let weight = UInt32(try self.count(limit: Int(UInt32.max)))
      let hasZone = try flag()
      let zone = try text(limit: 255)
      let name = try text(limit: 255)
      nodes.append(try ShardNode(name, weight: weight, zone: hasZone ? zone : nil))
    }
    return try Membership(nodes, epoch: epoch)
  }

  mutating func table(
    _ strategy: ShardStrategy, _ membership: Membership, seed: UInt64
  ) throws(ShardFailure) -> ShardRouter.Table {
    switch strategy {
    case .slots:
      return .slots(SlotTable(checked: membership, owners: try owners(of: membership), seed: seed))
    case .anchor: return .anchor(try anchor(membership, seed: seed))
    case .maglev:
      let count = try count(limit: MaglevTable.placeCounts.upperBound)
      return .maglev(try MaglevTable(membership, placeCount: count, seed: seed))
    case .ring:
      let count = try count(limit: HashRing.pointCountMax)
      return .ring(try HashRing(membership, virtualNodes: count, seed: seed))
    case .jump:
      return .jump(try JumpTable(membership, order: try order(of: membership), seed: seed))
    case .rendezvous: return .rendezvous(WeightedRendezvous(membership, seed: seed))
    }
  }

  private mutating func owners(of membership: Membership) throws(ShardFailure) -> [UInt16] {
    let count = try count(limit: SlotTable.slotCounts.upperBound)
    try SlotTable.check(slotCount: count, membership)
    var owners: [UInt16] = []
    owners.reserveCapacity(count)
    for _ in 0..<count / 4 {
      let word = try word()
      for shift in stride(from: UInt64(0), to: 64, by: 16) {
        owners.append(UInt16(truncatingIfNeeded: word >> shift))
      }
    }
    guard owners.allSatisfy({ $0 < membership.count }) else {
      throw .senseless("a slot's node is not one of the membership")
    }
    var held = [Int](repeating: 0, count: membership.count)
    for owner in owners { held[Int(owner)] += 1 }
    let shares = Apportionment(slots: count, among: membership.nodes, held: held)
    guard shares.moveCountMin(held: held, orphans: 0) == 0 else {
      throw .senseless("a node holds more or less than its share of the slots")
    }
    return owners
  }

  private mutating func anchor(
    _ membership: Membership, seed: UInt64
  ) throws(ShardFailure) -> AnchorTable {
    let capacity = try count(limit: AnchorHash.capacities.upperBound)
    let removedCount = try count(limit: min(capacity, wordCount))
    var removed: [UInt16] = []
    for _ in 0..<removedCount { removed.append(UInt16(try count(limit: capacity))) }
    guard let anchor = AnchorHash(capacity: capacity, removed: removed),
      anchor.workingCount == membership.count
    else { throw .senseless("the anchor's buckets are not as many as its nodes") }
    var order = try order(of: membership)[...]
    let nodes = (0..<capacity).map { anchor.works($0) ? order.removeFirst() : 0 }
    return try AnchorTable(membership, anchor: anchor, nodeByBucket: nodes, seed: seed)
  }

  /// The nodes of as many buckets as there are nodes, each once.
  private mutating func order(of membership: Membership) throws(ShardFailure) -> [UInt16] {
    var order: [UInt16] = []
    for _ in membership.nodes.indices {
      order.append(UInt16(try count(limit: membership.count - 1)))
    }
    guard Set(order).count == order.count else { throw .senseless("a node has two buckets") }
    return order
  }
}
