public import OmniLedger

/// A movement between two accounts, as the ledger did it.
public struct ProjectedLeg: Sendable, Hashable {
  /// The number of the account that was debited.
  public var debit: UInt32
  /// The number of the account that was credited.
  public var credit: UInt32
  /// How many minor units; not below zero.
  public var amount: Int128

  /// Creates a movement.
  public init(debit: UInt32, credit: UInt32, amount: Int128) {
    self.debit = debit
    self.credit = credit
    self.amount = amount
  }
}

/// A transaction of the ledger, as a projection gets it.
///
/// A transaction in two phases is two of these. The first is put as `pending`, with what it
/// reserves as its legs; the second as `committed`, with what it moved as its legs (none for a void)
/// and the first's name in ``resolves``, by which the first becomes `posted` or `voided`.
public struct ProjectedTransaction: Sendable {
  /// Where it stands in its life.
  public enum State: String, Sendable, CaseIterable {
    /// Its legs have moved.
    case committed
    /// Its legs are reserved.
    case pending
    /// It was pending, and another transaction moved its legs, whole or in part.
    case posted
    /// It was pending, and another transaction took it back.
    case voided
    /// It was pending, and its time was over.
    case expired
  }

  /// Its place in the ledger's order, from 1, below 2⁶³.
  public var ordinal: UInt64
  /// The number of the frame that brought it.
  public var frame: UInt64
  /// What was ordered.
  public var transaction: Transaction
  /// Where it stands.
  public var state: State
  /// What was really moved or reserved, which balancing and partial posts make less than ordered.
  public var legs: [ProjectedLeg]
  /// The pending transaction whose life it ended.
  public var resolves: TransactionID?

  /// Creates a transaction that has moved its legs.
  public init(ordinal: UInt64, frame: UInt64, transaction: Transaction, legs: [ProjectedLeg]) {
    self.ordinal = ordinal
    self.frame = frame
    self.transaction = transaction
    self.legs = legs
    state = .committed
  }
}
