public import OmniLedger
public import OmniLedgerStore
import OmniMoney
public import OmniTime

/// Writes a ledger as plain-text accounts of beancount, which `bean-check` passes.
///
/// Accounts become `Assets:…` or `Liabilities:…` by the side on which they are positive, unless their name
/// begins with one of the five roots; characters that beancount does not allow become a hyphen and the
/// byte's digits. What was moved is written, at the day of the transaction in UTC; what is only
/// reserved is not. At the end each balance is asserted. Source: the beancount language syntax.
public struct BeancountWriter: Sendable {
  /// The days of the first and the last entry, as `2026-01-31`.
  private var days: (first: String, last: Timestamp)
  private var names: [String] = []
  private var taken: Set<String> = []

  private static let roots = ["Assets", "Liabilities", "Equity", "Income", "Expenses"]

  /// Begins a text whose entries lie between two instants.
  public init(from first: Timestamp, to last: Timestamp) {
    days = (Self.day(first), last)
  }

  /// The day of an instant, in UTC.
  private static func day(_ instant: Timestamp) -> String { String("\(instant)".prefix(10)) }

  /// The first lines.
  public func head(title: String) -> [String] { ["option \"title\" \(Self.quoted(title))", ""] }

  /// The line that opens the account that comes next.
  public mutating func open(_ terms: AccountTerms) -> [String] {
    let name = name(terms)
    names.append(name)
    return [
      "\(days.first) open \(name) \(Self.code(terms.currency))",
      "  name: \(Self.quoted(terms.name))",
    ]
  }

  /// A name that beancount allows and no other account has.
  private mutating func name(_ terms: AccountTerms) -> String {
    var parts = terms.name.split(separator: ":", omittingEmptySubsequences: false).map(
      Self.component)
    let root = Self.roots.first { $0.lowercased() == parts[0].lowercased() }
    if let root, parts.count > 1 {
      parts[0] = root
    } else {
      parts.insert(terms.normal == .debit ? "Assets" : "Liabilities", at: 0)
    }
    var name = parts.joined(separator: ":")
    // Two names may become one, such as cash and Cash: the key sets the later one apart.
    if !taken.insert(name).inserted {
      name += "-" + String(terms.key.value, radix: 16, uppercase: true)
      taken.insert(name)
    }
    return name
  }

  private static func component(_ text: Substring) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D: result.unicodeScalars.append(.init(byte))
      default: result += "-" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    guard let first = result.unicodeScalars.first else { return "X" }
    if ("a"..."z").contains(first) { return result.prefix(1).uppercased() + result.dropFirst() }
    return first == "-" ? "X" + result : result
  }

  /// The lines of an entry; none when it moved nothing.
  public func lines(_ entry: LedgerEntry, _ terms: [AccountTerms]) -> [String] {
    let transaction = entry.transaction
    let flags = transaction.flags
    if flags.contains(.pending) || flags.contains(.void) || entry.postings.isEmpty { return [] }
    let instant = Timestamp(nanoseconds: transaction.timestamp)
    var lines = [
      "", "\(Self.day(instant)) * \"\(transaction.id)\"", "  entry: \(entry.ordinal)",
      "  time: \"\(instant)\"",
    ]
    for posting in entry.postings {
      let currency = terms[Int(posting.debit)].currency
      let amount = Amount(minorUnits: posting.amount, currency: currency).decimalText
      let code = Self.code(currency)
      lines.append("  \(names[Int(posting.debit)])  \(amount) \(code)")
      lines.append("  \(names[Int(posting.credit)])  -\(amount) \(code)")
    }
    return lines
  }

  /// The lines that assert every balance, at the day after the last entry.
  public func tail(_ terms: [AccountTerms], _ state: (Int) -> AccountState) -> [String] {
    let next = Self.day(Timestamp(nanoseconds: days.last.nanoseconds + 86_400_000_000_000))
    return [""]
      + terms.enumerated().map { number, terms in
        let net = Amount(minorUnits: state(number).net, currency: terms.currency).decimalText
        return "\(next) balance \(names[number])  \(net) ~ 0 \(Self.code(terms.currency))"
      }
  }

  /// An asset's code as beancount has commodities.
  ///
  /// A capital letter first, a letter or digit last, and no colon; what is put in for that has an
  /// apostrophe, which no code of ours has.
  static func code(_ currency: Currency) -> String {
    var code = currency.code.split(separator: ":", omittingEmptySubsequences: false).joined(
      separator: "'")
    func isLetter(_ character: Character?) -> Bool { character.map { $0.isLetter } ?? false }
    if !isLetter(code.first) || code.utf8.count < 2 { code = "X'" + code }
    if !isLetter(code.last), !(code.last?.isNumber ?? false) { code += "'X" }
    return code
  }

  private static func quoted(_ text: String) -> String {
    "\""
      + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }
}
