/// What a transaction is, beside a plain movement.
@frozen
public struct TransactionFlags: OptionSet, Sendable, Hashable, BitwiseCopyable {
  /// The bits.
  public let rawValue: UInt16

  /// Creates a set of flags from its bits.
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Reserves the amounts, to be posted or voided later: the first of two phases.
  public static let pending = Self(rawValue: 1 << 0)
  /// Posts the pending transaction among its parents, whole or in part.
  public static let post = Self(rawValue: 1 << 1)
  /// Takes the pending transaction among its parents back.
  public static let void = Self(rawValue: 1 << 2)
  /// Stands or falls with the transaction that follows it in arrival.
  public static let linked = Self(rawValue: 1 << 3)
  /// The amounts are upper bounds: as much is moved as the limits of the accounts allow.
  public static let balancing = Self(rawValue: 1 << 4)
  /// Closes the debited accounts for every later transaction.
  public static let closingDebit = Self(rawValue: 1 << 5)
  /// Closes the credited accounts for every later transaction.
  public static let closingCredit = Self(rawValue: 1 << 6)
  /// Comes from another system's history: it does not move the ledger's time on.
  public static let imported = Self(rawValue: 1 << 7)

  /// All flags that have a meaning.
  public static let known = Self(rawValue: (1 << 8) - 1)

  /// The flags by the names that they have in payloads, lowest bit first.
  public static let names: [(name: String, flag: Self)] = [
    ("pending", .pending), ("post", .post), ("void", .void), ("linked", .linked),
    ("balancing", .balancing), ("closing_debit", .closingDebit),
    ("closing_credit", .closingCredit), ("imported", .imported),
  ]

  /// Whether it ends the life of a pending transaction.
  @inlinable
  public var isResolution: Bool { rawValue & (Self.post.rawValue | Self.void.rawValue) != 0 }
}

extension TransactionFlags: CustomStringConvertible {
  /// The names, parted by commas.
  public var description: String {
    Self.names.filter { contains($0.flag) }.map(\.name).joined(separator: ",")
  }
}
