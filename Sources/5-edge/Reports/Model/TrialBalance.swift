extension RunReport {
  /// The ledger's trial balance.
  public struct TrialBalance: Sendable, Equatable {
    /// One account, or the total of one currency; all texts are exact.
    public struct Row: Sendable, Equatable {
      /// The account's name.
      public var account: String
      /// The sum of its debits.
      public var debit: String?
      /// The sum of its credits.
      public var credit: String?
      /// What remains.
      public var balance: String?
      /// The currency.
      public var currency: String

      /// Creates a row.
      public init(
        _ account: String, debit: String?, credit: String?, balance: String?, currency: String
      ) {
        self.account = account
        self.debit = debit
        self.credit = credit
        self.balance = balance
        self.currency = currency
      }
    }

    /// The accounts.
    public var rows: [Row]
    /// The totals, one for each currency.
    public var totals: [Row]

    /// Creates a trial balance.
    public init(rows: [Row] = [], totals: [Row] = []) {
      self.rows = rows
      self.totals = totals
    }
  }
}
