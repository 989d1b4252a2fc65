import OmniMoney

/// What an account holds now, in minor units.
@frozen
public struct AccountState: Sendable, Equatable, BitwiseCopyable {
  /// The sum of all posted debits.
  public internal(set) var debits: Int128 = 0
  /// The sum of all posted credits.
  public internal(set) var credits: Int128 = 0
  /// What open pending transactions would debit.
  public internal(set) var pendingDebits: Int128 = 0
  /// What open pending transactions would credit.
  public internal(set) var pendingCredits: Int128 = 0

  @inlinable
  init() {}

  /// Describes an account by its four sums, for whoever checks what was said of one.
  public init(debits: Int128, credits: Int128, pendingDebits: Int128, pendingCredits: Int128) {
    self.debits = debits
    self.credits = credits
    self.pendingDebits = pendingDebits
    self.pendingCredits = pendingCredits
  }

  /// The largest sum that an account may gather on a side, and the largest limit; so that no sum of
  /// a few of them leaves 128 bits.
  @inlinable
  public static var sumMax: Int128 { 1 << 125 }

  /// Debits less credits.
  @inlinable
  public var net: Int128 { debits - credits }

  /// The balance on the side `normal`, without what is pending.
  @inlinable
  public func balance(_ normal: NormalSide) -> Int128 { normal == .debit ? net : -net }

  /// The balance on the side `normal`, less what is reserved of it.
  @inlinable
  public func unreserved(_ normal: NormalSide) -> Int128 {
    balance(normal) - (normal == .debit ? pendingCredits : pendingDebits)
  }
}

/// What judging a transaction needs of an account beside its sums, apart from them, so that it
/// stays in the cache.
@frozen @usableFromInline
struct AccountFacts: Sendable, BitwiseCopyable {
  /// The packed code of the asset that it is kept in.
  @usableFromInline let asset: UInt64
  /// How many decimals the asset has.
  @usableFromInline let digits: UInt8
  /// On which side the balance is positive.
  @usableFromInline let normal: NormalSide
  /// Whether there is a limit.
  @usableFromInline let isLimited: Bool
  /// Whether the account's own transactions must be signed.
  @usableFromInline let needsSignature: Bool
  /// Whether every further transaction is refused.
  @usableFromInline var isClosed = false

  init(_ terms: AccountTerms) {
    asset = terms.currency.packedCode
    digits = terms.currency.minorDigits
    normal = terms.normal
    isLimited = terms.limit != nil
    needsSignature = terms.publicKey != nil
  }
}

/// A note about an account that holds for one batch only.
@frozen @usableFromInline
struct BatchMark: Sendable, BitwiseCopyable {
  /// Which batch.
  @usableFromInline var epoch: UInt32 = 0
  /// Which transaction of it.
  @usableFromInline var index: UInt32 = 0

  @inlinable
  init() {}
}
