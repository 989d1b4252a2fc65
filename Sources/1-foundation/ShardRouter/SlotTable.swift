/// A table from slots to nodes: for keys that a node owns, such as accounts.
///
/// A key has a slot for ever, by the upper bits of its hash; the table says which node has the
/// slot. Every node holds its weighted share rounded down or up, so that the largest share is
/// within a hundredth of the mean while there are a hundred slots for each node. Changing nodes
/// takes two steps, a ``ChangePlan`` that says which slots move and ``apply(_:)``, and counts the
/// epoch on.
///
/// A node whose share is below one slot may hold none.
///
/// A table depends on its history: two hosts agree if they start from one membership and apply the
/// same plans, or if one sends the table to the other. What is compared is ``fingerprint``.
///
/// Numbers: 64 to 65,536 slots of 2 bytes, read for every request, changed a few times a day.
///
/// - Invariant: no node holds fewer than ⌊q⌋ or more than ⌈q⌉ slots, where q is its share.
///
/// Source: the hash slots of Redis Cluster, with shares by Hamilton's method of apportionment.
public struct SlotTable: ShardMap, Equatable {
  /// How many slots there are unless something else is asked for.
  public static let slotCountDefault = 16_384
  /// The least and the greatest number of slots.
  public static let slotCounts = 64...65_536

  /// The nodes; indices point into it.
  public let membership: Membership
  /// What the placement depends on besides the names.
  public let seed: UInt64
  /// For each slot the index of its node.
  public let owners: [UInt16]
  @usableFromInline let shift: UInt64
  let rendezvous: WeightedRendezvous

  /// Creates a balanced table.
  ///
  /// - Parameter slotCount: a power of two.
  /// - Throws: ``ShardFailure/outOfRange(_:value:lower:upper:)`` for the slots, or for more nodes
  ///   than slots.
  /// - Complexity: O(s log s) for s slots.
  public init(
    _ membership: Membership, slotCount: Int = slotCountDefault, seed: UInt64 = 0
  ) throws(ShardFailure) {
    try Self.check(slotCount: slotCount, membership)
    let empty = [Int?](repeating: nil, count: slotCount)
    let assignment = Self.assign(empty, to: membership, seed: seed)
    self.init(checked: membership, owners: assignment.owners, seed: seed)
  }

  /// Creates the table of `owners`, which somebody has checked.
  init(checked membership: Membership, owners: [UInt16], seed: UInt64) {
    self.membership = membership
    self.seed = seed
    self.owners = owners
    shift = UInt64(64 - owners.count.trailingZeroBitCount)
    rendezvous = WeightedRendezvous(membership, seed: seed)
  }

  static func check(slotCount: Int, _ membership: Membership) throws(ShardFailure) {
    let isPower = slotCount > 0 && slotCount & (slotCount - 1) == 0
    guard isPower, slotCounts.contains(slotCount) else {
      throw .outOfRange(
        .slots, value: UInt64(max(slotCount, 0)), lower: UInt64(slotCounts.lowerBound),
        upper: UInt64(slotCounts.upperBound))
    }
    try ShardFailure.check(.nodes, membership.count, in: 1...slotCount)
  }

  /// How many slots there are.
  public var slotCount: Int { owners.count }

  /// The slot of `key`, from 0.
  @inlinable
  public func slot(of key: ShardKey) -> Int { Int(truncatingIfNeeded: key.bits &>> shift) }

  /// The index of the node that holds the key's slot.
  ///
  /// - Complexity: O(1), without allocation.
  @inlinable
  public func owner(of key: ShardKey) -> Int { Int(owners[slot(of: key)]) }

  /// The node of the key's slot, then the others by rendezvous over the slot, each zone once before
  /// any twice; all keys of a slot have the same.
  public func replicas(of key: ShardKey, count: Int) -> [Int] {
    replicas(ofSlot: slot(of: key), count: count)
  }

  /// The nodes that hold copies of a slot, its owner first.
  ///
  /// - Precondition: the slot is one of the table.
  public func replicas(ofSlot slot: Int, count: Int) -> [Int] {
    rendezvous.replicas(
      of: ShardKey(UInt64(slot), seed: seed), behind: Int(owners[slot]), count: count)
  }

  /// How many slots each node holds, in the order of ``membership``.
  ///
  /// - Complexity: O(s).
  public var slotCountByNode: [Int] {
    var counts = [Int](repeating: 0, count: membership.count)
    for owner in owners { counts[Int(owner)] += 1 }
    return counts
  }

  /// A hash of the membership, the epoch and every slot: equal for tables that answer alike.
  ///
  /// - Complexity: O(s).
  public var fingerprint: UInt64 {
    owners.reduce(membership.fingerprint ^ seed) { XXH64.hash(UInt64($1), seed: $0) }
  }
}
