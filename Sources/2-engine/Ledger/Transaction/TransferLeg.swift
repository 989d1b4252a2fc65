/// One movement of a transaction: `amount` into `debit` and out of `credit`.
@frozen
public struct TransferLeg: Sendable, Hashable, BitwiseCopyable {
  /// The account that is debited.
  public var debit: AccountKey
  /// The account that is credited.
  public var credit: AccountKey
  /// How many minor units; above zero.
  public var amount: Int128
  /// The packed code of the asset, as `Currency` packs it.
  public var asset: UInt64
  /// How many decimals the asset has.
  public var digits: UInt8

  /// Creates a movement.
  @inlinable
  public init(debit: AccountKey, credit: AccountKey, amount: Int128, asset: UInt64, digits: UInt8) {
    self.debit = debit
    self.credit = credit
    self.amount = amount
    self.asset = asset
    self.digits = digits
  }

  /// Takes the first leg out of a header.
  @inlinable
  public init(_ header: TransactionHeader) {
    self.init(
      debit: header.debit, credit: header.credit, amount: header.amount, asset: header.asset,
      digits: header.digits)
  }
}
