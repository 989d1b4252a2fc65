public import OmniLedger
import OmniMoney

/// Writes the chart of accounts with what each holds as CSV.
public enum AccountLines {
  /// The first line.
  public static let header =
    "account,asset,normal,limit,balance,debits,credits,pending_debits,pending_credits"

  /// The line of an account.
  public static func line(_ terms: AccountTerms, _ state: AccountState) -> String {
    func text(_ units: Int128) -> String {
      Amount(minorUnits: units, currency: terms.currency).decimalText
    }
    return [
      JournalWriter.field(terms.name), terms.currency.code,
      terms.normal == .debit ? "debit" : "credit", terms.limit.map(text) ?? "unlimited",
      text(state.balance(terms.normal)), text(state.debits), text(state.credits),
      text(state.pendingDebits), text(state.pendingCredits),
    ].joined(separator: ",")
  }
}
