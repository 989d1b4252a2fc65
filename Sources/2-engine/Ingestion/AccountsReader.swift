import OmniCrypto
public import OmniEncoding
public import OmniLedger
public import OmniMoney

/// Reads a chart of accounts from a table: `account,asset,normal,limit`, and `key` if there are keys.
public enum AccountsReader {
  /// Why a chart of accounts is none; nothing of it was taken.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// On which line, from 1.
    public let line: Int
    /// In which column, or empty.
    public let column: String
    /// What was, and what was wanted.
    public let reason: String

    /// The stable code.
    public var code: String { "ING-023" }

    /// One line: where, what was and what was wanted.
    public var description: String {
      "\(code): line \(line)\(column.isEmpty ? "" : ", column \(column)"): \(reason)"
    }
  }

  /// Reads all accounts of `source`.
  ///
  /// `limit` is how far below zero a balance may go: `unlimited`, or a decimal from 0. `key` is an
  /// Ed25519 public key of 64 hexadecimal digits, or empty.
  public static func read(
    _ source: consuming some ByteSource & ~Copyable, currencies: CurrencyTable
  ) throws(Failure) -> [AccountTerms] {
    var source = source
    var csv = CSVReader()
    var columns: [String: Int] = [:]
    var accounts: [AccountTerms] = []
    var lines: [String: Int] = [:]
    while try next(&csv, &source) {
      if csv.isBlank { continue }
      if columns.isEmpty {
        columns = try header(csv)
        continue
      }
      guard csv.fieldCount == columns.count else {
        throw Failure(
          line: csv.line, column: "",
          reason: "\(csv.fieldCount) fields, wanted \(columns.count) as in the header")
      }
      let account = try account(csv, columns, currencies)
      if let first = lines.updateValue(csv.line, forKey: account.name) {
        throw Failure(
          line: csv.line, column: "account",
          reason: "\(account.name) stands on line \(first) already")
      }
      accounts.append(account)
    }
    if columns.isEmpty {
      throw Failure(
        line: 1, column: "", reason: "nothing, wanted the header account,asset,normal,limit")
    }
    return accounts
  }

  private static func next(
    _ csv: inout CSVReader, _ source: inout some ByteSource & ~Copyable
  ) throws(Failure) -> Bool {
    do throws(CSVError) {
      return try csv.next(from: &source)
    } catch {
      throw Failure(line: error.line, column: "", reason: error.description)
    }
  }

  private static func header(_ csv: CSVReader) throws(Failure) -> [String: Int] {
    let known = ["account", "asset", "normal", "limit", "key"]
    let names = CSVHeader(csv).names
    for name in names where !known.contains(name) || names.filter({ $0 == name }).count > 1 {
      throw Failure(
        line: csv.line, column: name,
        reason: "a column that is none of \(known.joined(separator: ","))")
    }
    for name in known.dropLast() where !names.contains(name) {
      throw Failure(line: csv.line, column: name, reason: "the column is missing")
    }
    return Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
  }

  private static func account(
    _ csv: CSVReader, _ columns: [String: Int], _ currencies: CurrencyTable
  ) throws(Failure) -> AccountTerms {
    func text(_ name: String) -> String { columns[name].map { csv.text($0).trimmed } ?? "" }
    func failure(_ column: String, _ reason: String) -> Failure {
      Failure(line: csv.line, column: column, reason: reason)
    }
    guard let currency = currencies.currency(text("asset")) else {
      throw failure("asset", "\(text("asset")) is no known asset; define it with its decimals")
    }
    let sides: [String: NormalSide] = ["debit": .debit, "credit": .credit]
    guard let normal = sides[text("normal")] else {
      throw failure("normal", "\(text("normal")), wanted debit or credit")
    }
    var limit: Int128?
    if text("limit") != "unlimited" {
      guard let decimal = try? FixedDecimal(text("limit")),
        let units = decimal.wideCoefficient(atScale: Int(currency.minorDigits)), units >= 0
      else {
        throw failure(
          "limit",
          "\(text("limit")), wanted unlimited or a decimal from 0 with at most "
            + "\(currency.minorDigits) decimals")
      }
      limit = units
    }
    var key: Ed25519.PublicKey?
    if !text("key").isEmpty {
      guard let found = Ed25519.PublicKey(hexadecimal: text("key")) else {
        throw failure("key", "no public key of 64 hexadecimal digits")
      }
      key = found
    }
    guard
      let terms = AccountTerms(
        name: text("account"), currency: currency, normal: normal, limit: limit, publicKey: key)
    else {
      throw failure("account", "no name of 1 to 128 bytes without control characters")
    }
    return terms
  }
}
