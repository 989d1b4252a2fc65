public import OmniLedger
public import OmniLedgerStore
import OmniMoney
import OmniTime

/// Writes the movements of a ledger as CSV, a line for each leg, and finds those that are looked for.
///
/// A pending transaction's legs stand there as reserved; they are moved where it is posted.
public struct JournalWriter: Sendable {
  /// What is looked for; nil for anything.
  public struct Filter: Sendable {
    /// The number of an account that a leg touches.
    public var account: Int?
    /// From when on, in nanoseconds since 1970.
    public var from: Int64?
    /// Before when.
    public var to: Int64?
    /// The transaction.
    public var id: TransactionID?

    /// Looks for anything.
    public init() {}

    func admits(_ transaction: Transaction) -> Bool {
      (id == nil || id == transaction.id) && (from ?? .min) <= transaction.timestamp
        && (to == nil || transaction.timestamp < to ?? .max)
    }

    func admits(_ posting: Posting) -> Bool {
      account == nil || account == Int(posting.debit) || account == Int(posting.credit)
    }
  }

  /// The first line.
  public static let header = "ordinal,id,time,state,sender,debit,credit,amount,asset,resolves"

  private let filter: Filter
  private let terms: [AccountTerms]
  private let names: [AccountKey: String]

  /// Creates a writer of what `filter` admits.
  ///
  /// - Parameter terms: The accounts by their numbers.
  public init(_ terms: [AccountTerms], _ filter: Filter = Filter()) {
    self.terms = terms
    self.filter = filter
    var names: [AccountKey: String] = [:]
    for one in terms { names[one.key] = Self.field(one.name) }
    self.names = names
  }

  /// The lines of an entry.
  ///
  /// - Complexity: O(legs), whatever the number of accounts.
  public func lines(_ entry: LedgerEntry) -> [String] {
    guard filter.admits(entry.transaction) else { return [] }
    let flags = entry.transaction.flags
    let state =
      flags.contains(.pending)
      ? "pending" : flags.contains(.post) ? "posted" : flags.contains(.void) ? "voided" : "booked"
    let sender = names[entry.transaction.sender] ?? ""
    return entry.postings.filter { filter.admits($0) }.map { posting in
      let debit = terms[Int(posting.debit)]
      let amount = Amount(minorUnits: posting.amount, currency: debit.currency)
      return [
        "\(entry.ordinal)", "\(entry.transaction.id)",
        "\(Timestamp(nanoseconds: entry.transaction.timestamp))", state, sender,
        Self.field(debit.name), Self.field(terms[Int(posting.credit)].name), amount.decimalText,
        debit.currency.code, entry.resolves.map { "\($0)" } ?? "",
      ].joined(separator: ",")
    }
  }

  /// A field of CSV: in quotes when it has a comma or a quote (RFC 4180).
  static func field(_ text: String) -> String {
    text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      ? "\""
        + text.split(separator: "\"", omittingEmptySubsequences: false).joined(
          separator: "\"\"") + "\""
      : text
  }
}
