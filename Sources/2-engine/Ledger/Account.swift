public import OmniMoney

/// An account's place in the chart of accounts; dense, so it indexes tables.
@frozen
public struct AccountID: Sendable, Hashable, Comparable {
  /// The place, from 0.
  public let index: UInt32

  /// Creates the identifier of the account at `index`.
  @inlinable
  public init(_ index: UInt32) { self.index = index }

  /// Whether `lhs` stands before `rhs`.
  @inlinable
  public static func < (lhs: Self, rhs: Self) -> Bool { lhs.index < rhs.index }
}

/// The five kinds of accounts of bookkeeping.
@frozen
public enum AccountKind: UInt8, Sendable, CaseIterable {
  /// What is owned: cash, positions. Debits add.
  case asset
  /// What is owed. Credits add.
  case liability
  /// What the owner put in. Credits add.
  case equity
  /// What was earned. Credits add.
  case income
  /// What was spent. Debits add.
  case expense

  /// Whether a debit makes the account's balance larger.
  @inlinable
  public var isDebitNormal: Bool { self == .asset || self == .expense }
}

/// An entry of the chart of accounts.
public struct Account: Sendable, Hashable {
  /// The name, parts parted by colons, such as `assets:cash:trend`.
  public let name: String
  /// Which kind it is.
  public let kind: AccountKind
  /// In what it is kept.
  public let currency: Currency

  /// Creates an entry.
  public init(name: String, kind: AccountKind, currency: Currency) {
    self.name = name
    self.kind = kind
    self.currency = currency
  }
}

/// One movement: `amount` minor units into `debit` and out of `credit`.
@frozen
public struct Leg: Sendable, Hashable {
  /// The account that is debited.
  public let debit: AccountID
  /// The account that is credited.
  public let credit: AccountID
  /// How many minor units; greater than zero.
  public let amount: Int128

  /// Creates a movement.
  @inlinable
  public init(debit: AccountID, credit: AccountID, amount: Int128) {
    self.debit = debit
    self.credit = credit
    self.amount = amount
  }
}
