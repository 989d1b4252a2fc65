public import OmniMoney
public import OmniTime

/// What projected books say of an account at one position.
public struct AccountAnswer: Sendable, Hashable {
  /// The account's name.
  public let account: String
  /// The position of the projection to which all values belong.
  public let position: ProjectionPosition
  /// What was asked for.
  public let values: [ProjectionField: ProjectionValue]

  /// A value, or nil if it was not asked for.
  public subscript(field: ProjectionField) -> ProjectionValue? { values[field] }
}

/// A part of an account's statement, in ledger order.
public struct StatementPage: Sendable, Hashable {
  /// Where a page ends, so that the next one begins behind it.
  public struct Cursor: Sendable, Hashable {
    /// The transaction's place in the ledger's order.
    public let ordinal: Int64
    /// The leg's place in the transaction.
    public let place: Int64

    /// Creates a place in a statement.
    public init(ordinal: Int64, place: Int64) {
      self.ordinal = ordinal
      self.place = place
    }
  }

  /// One side of one movement.
  public struct Line: Sendable, Hashable {
    /// Where it stands.
    public let cursor: Cursor
    /// When it takes place.
    public let time: Timestamp
    /// The transaction's name, 32 hexadecimal digits.
    public let transactionID: String
    /// The number of the other account.
    public let counterpart: Int64
    /// What was debited, or nil.
    public let debit: Amount?
    /// What was credited, or nil.
    public let credit: Amount?
    /// The balance after it; nil where SQLite cannot count so far.
    public let balance: Amount?
  }

  /// The account's name.
  public let account: String
  /// The position of the projection to which all lines belong.
  public let position: ProjectionPosition
  /// The movements.
  public let lines: [Line]

  /// Where the next page begins, or nil for an empty page.
  public var next: Cursor? { lines.last?.cursor }
}

/// The sums over all accounts at one position.
public struct TrialBalanceAnswer: Sendable, Hashable {
  /// The sums in one asset; nil where SQLite cannot count so far.
  public struct Line: Sendable, Hashable {
    /// What is counted.
    public let currency: Currency
    /// The sum of all debits.
    public let debits: Amount?
    /// The sum of all credits.
    public let credits: Amount?
    /// Debits less credits; zero in sound books.
    public let difference: Amount?
  }

  /// The position of the projection to which all sums belong.
  public let position: ProjectionPosition
  /// One line an asset, by its code.
  public let lines: [Line]
}
