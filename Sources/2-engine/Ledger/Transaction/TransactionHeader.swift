/// The first 128 bytes of a transaction's canonical form.
///
/// All numbers stand least significant byte first; in memory the layout is the same, so a header is
/// written and hashed as it lies. `docs/reference/transaction-format.md` has the table.
///
/// - Invariant: its size is 128 bytes, without gaps.
@frozen
public struct TransactionHeader: Sendable, BitwiseCopyable {
  /// The client's name for the transaction.
  public var id: TransactionID
  /// Minor units of the first leg; above zero, or zero when there is no leg.
  public var amount: Int128 = 0
  /// The account that orders the transaction and counts its nonces.
  public var sender: AccountKey
  /// The account that the first leg debits.
  public var debit = AccountKey(0)
  /// The account that the first leg credits.
  public var credit = AccountKey(0)
  /// The packed code of the first leg's asset.
  public var asset: UInt64 = 0
  /// The place in the sender's series: 1, 2, 3 and so on; 0 for an imported one that has none.
  public var nonce: UInt64
  /// When it takes place, in nanoseconds since 1970, UTC.
  public var timestamp: Int64
  /// After how many milliseconds a pending transaction expires; 0 for never.
  public var timeoutMilliseconds: UInt32 = 0
  /// What it is, beside a plain movement.
  public var flags: TransactionFlags = []
  /// How many legs there are, the first included.
  public var legCount: UInt8 = 0
  /// How many decimals the first leg's asset has.
  public var digits: UInt8 = 0
  /// How many parents the tail names.
  public var parentCount: UInt16 = 0
  /// How many 64-bit words the tail has.
  public var tailWords: UInt16 = 0
  /// The version of the canonical form.
  public var version: UInt8 = Self.versionCurrent
  /// 1 when the tail ends with a signature, else 0.
  public var signatureCount: UInt8 = 0
  /// Not in use: zero.
  public var reserved: UInt16 = 0
  /// SHA-256 over the parents' identifiers in the order of the tail, as four words whose least
  /// significant bytes stand first; zeros without parents.
  public var parentsDigest = SIMD4<UInt64>()

  /// The version that this program writes and reads.
  @inlinable
  public static var versionCurrent: UInt8 { 1 }
  /// The size in bytes.
  @inlinable
  public static var byteCount: Int { 128 }
  /// How many legs a transaction may have.
  @inlinable
  public static var legsMax: Int { 16 }
  /// How many parents a transaction may name.
  @inlinable
  public static var parentsMax: Int { 64 }
  /// How many words of the tail a leg takes.
  @inlinable
  public static var legWords: Int { 6 }
  /// How many words of the tail a signature takes.
  @inlinable
  public static var signatureWords: Int { 8 }
  /// How many words a tail has at most.
  @inlinable
  public static var tailWordsMax: Int {
    (legsMax - 1) * legWords + 2 * parentsMax + signatureWords
  }

  /// Creates the header of a transaction without legs and parents.
  @inlinable
  public init(id: TransactionID, sender: AccountKey, nonce: UInt64, timestamp: Int64) {
    self.id = id
    self.sender = sender
    self.nonce = nonce
    self.timestamp = timestamp
  }

  /// Puts the first leg in its place; the count of legs is not touched.
  @inlinable
  public mutating func setFirstLeg(_ leg: TransferLeg) {
    debit = leg.debit
    credit = leg.credit
    amount = leg.amount
    asset = leg.asset
    digits = leg.digits
  }

  /// Whether it stands outside of its sender's series, as what another system has done before.
  @inlinable
  var isOutOfSeries: Bool { nonce == 0 && flags.contains(.imported) }

  /// How many words of the tail the further legs take.
  @inlinable
  public var furtherLegWords: Int { max(0, Int(legCount) - 1) * Self.legWords }

  /// How many words the tail should have by the counts of the header.
  @inlinable
  public var tailWordsWanted: Int {
    furtherLegWords + 2 * Int(parentCount) + Int(signatureCount) * Self.signatureWords
  }
}
