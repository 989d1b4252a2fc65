/// What a change of nodes would do to a slot table, before anything is done.
///
/// It is for looking at: how many slots move, which, and whether fewer would do. It fits one table
/// of one epoch; ``SlotTable/apply(_:)`` refuses it for any other.
public struct ChangePlan: Sendable, Equatable {
  /// One slot's move.
  public struct Move: Sendable, Hashable {
    /// The slot.
    public let slot: Int
    /// The name of the node that gives the slot up; perhaps one that leaves.
    public let from: String
    /// The name of the node that takes it.
    public let to: String
  }

  /// The epoch of the table that the plan is for.
  public let epoch: UInt64
  /// What tells the table from others of its epoch.
  public let fingerprint: UInt64
  /// The nodes after the change, with the epoch after it.
  public let target: Membership
  /// The moves, by slot.
  public let moves: [Move]
  /// How few moves could lead to a balanced table of the target: a lower bound, which the plan
  /// meets.
  public let moveCountMin: Int
  /// How many slots there are.
  public let slotCount: Int

  /// The fraction of all keys that change their node.
  public var movedFraction: Double { Double(moves.count) / Double(slotCount) }
}
