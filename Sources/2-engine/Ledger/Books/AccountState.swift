import OmniMoney

/// What an account holds now.
@frozen
public struct AccountState: Sendable, BitwiseCopyable {
  /// The sum of all posted debits, in minor units.
  public internal(set) var debits: Int128 = 0
  /// The sum of all posted credits, in minor units.
  public internal(set) var credits: Int128 = 0
  /// What open pending transactions would debit.
  public internal(set) var pendingDebits: Int128 = 0
  /// What open pending transactions would credit.
  public internal(set) var pendingCredits: Int128 = 0
  /// How far below zero the balance may go; `Int128.max` for any distance.
  @usableFromInline let limit: Int128
  /// The place of the account's last own transaction in its series; 0 before the first.
  public internal(set) var nonce: UInt64 = 0
  /// The packed code of the asset that it is kept in.
  public let asset: UInt64
  /// The last transaction of this sender in the batch that is being judged, and which batch.
  @usableFromInline var mark = BatchMark()
  /// A transaction that touches the account in the batch that is being judged, and which batch.
  @usableFromInline var owner = BatchMark()
  /// How many decimals the asset has.
  public let digits: UInt8
  /// On which side the balance is positive.
  public let normal: NormalSide
  /// Whether every further transaction is refused.
  public internal(set) var isClosed = false
  /// Whether the account's own transactions must be signed.
  @usableFromInline let needsSignature: Bool

  /// Opens an account with nothing in it.
  init(_ terms: AccountTerms) {
    limit = terms.limit ?? Self.unlimited
    asset = terms.currency.packedCode
    digits = terms.currency.minorDigits
    normal = terms.normal
    needsSignature = terms.publicKey != nil
  }

  /// The largest sum that an account may gather on a side, and the largest limit; so that no sum of
  /// a few of them leaves 128 bits.
  @inlinable
  public static var sumMax: Int128 { 1 << 125 }
  @inlinable
  static var unlimited: Int128 { .max }

  /// Debits less credits.
  @inlinable
  public var net: Int128 { debits - credits }

  /// The balance on the normal side, without what is pending.
  @inlinable
  public var balance: Int128 { normal == .debit ? net : -net }

  /// How much could still be taken out; `Int128.max` when there is no limit.
  @inlinable
  public var available: Int128 {
    if limit == Self.unlimited { return .max }
    let reserved = normal == .debit ? pendingCredits : pendingDebits
    return balance - reserved + limit
  }

  /// Whether the balance, less what is reserved, is within the limit.
  @inlinable
  var isWithinLimit: Bool { available >= 0 }
}

/// A note in an account's state that holds for one batch only.
@frozen @usableFromInline
struct BatchMark: Sendable, BitwiseCopyable {
  /// Which batch.
  @usableFromInline var epoch: UInt32 = 0
  /// Which transaction of it.
  @usableFromInline var index: UInt32 = 0

  @inlinable
  init() {}
}
