public import OmniMoney
public import OmniTime

/// What can be asked of an account in projected books; the names are those of the tables' columns.
public enum ProjectionField: String, Sendable, Hashable, CaseIterable {
  /// Its place in the chart of accounts.
  case number
  /// The code of what it is kept in.
  case asset
  /// The side on which its balance is positive: `debit` or `credit`.
  case normal
  /// How far below zero the balance may go; nothing if it may go any distance.
  case limit = "balance_limit"
  /// The sum of all debits.
  case debits
  /// The sum of all credits.
  case credits
  /// What pending transactions have reserved as debits.
  case pendingDebits = "pending_debits"
  /// What pending transactions have reserved as credits.
  case pendingCredits = "pending_credits"
  /// Debits less credits.
  case net
  /// The balance on its normal side.
  case balance
  /// The ordinal of the last transaction that moved or reserved something of it, or nothing.
  case lastOrdinal = "last_ordinal"
  /// When that transaction takes place, or nothing.
  case lastTime = "last_time"

  /// The expression that gives it as text, over the tables `a` (accounts) and `b` (balances).
  ///
  /// - Parameter prefix: What stands before the names of tables.
  func expression(_ prefix: String) -> String {
    let units = " || ' ' || CAST(a.digits AS TEXT) || ' ' || a.asset"
    func amount(_ column: String) -> String { "CAST(COALESCE(\(column), 0) AS TEXT)\(units)" }
    let last =
      "(SELECT MAX(o) FROM (SELECT MAX(ordinal) AS o FROM \(prefix)legs WHERE debit = a.number "
      + "UNION ALL SELECT MAX(ordinal) FROM \(prefix)legs WHERE credit = a.number) sides)"
    return switch self {
    case .number: "CAST(a.number AS TEXT)"
    case .asset: "a.asset"
    case .normal: "a.normal"
    case .limit: "CAST(a.balance_limit AS TEXT)\(units)"
    case .debits, .credits, .pendingDebits, .pendingCredits, .net: amount("b.\(rawValue)")
    case .balance: amount("b.net") + " || ' ' || a.normal"
    case .lastOrdinal: "CAST(\(last) AS TEXT)"
    case .lastTime:
      "(SELECT CAST(t.time_ns AS TEXT) FROM \(prefix)transactions t WHERE t.ordinal = \(last))"
    }
  }

  /// The value that the expression's text stands for; nil if it is none.
  func value(_ text: String?) -> ProjectionValue? {
    guard let text else { return .nothing }
    switch self {
    case .asset, .normal: return .text(text)
    case .number, .lastOrdinal: return Int64(text).map { .count($0) }
    case .lastTime: return Int64(text).map { .instant(Timestamp(nanoseconds: $0)) }
    default:
      let parts = text.split(separator: " ")
      guard parts.count == (self == .balance ? 4 : 3), let units = Int128(parts[0]),
        units != .min, let digits = UInt8(parts[1]),
        let currency = Currency(code: String(parts[2]), minorDigits: digits)
      else { return nil }
      let isCredit = self == .balance && parts[3] == "credit"
      return .amount(Amount(minorUnits: isCredit ? -units : units, currency: currency))
    }
  }
}

/// What a field of an account is.
public enum ProjectionValue: Sendable, Hashable {
  /// The books say nothing there, such as no limit.
  case nothing
  /// A word.
  case text(String)
  /// A number that counts.
  case count(Int64)
  /// Money, exactly.
  case amount(Amount)
  /// A time.
  case instant(Timestamp)
}
