/// The tables and views in the words of one of the databases.
///
/// `docs/reference/projection-schema.md` explains each column. A change of a table or view raises
/// ``version``; then older tables are dropped and filled anew.
struct ProjectionSchema {
  /// The version that this program makes.
  static let version: Int64 = 1
  /// The tables.
  static let tables = ["accounts", "transactions", "legs", "parents", "balances", "position"]
  /// The views.
  static let views = ["statement", "trial_balance", "account_balances"]

  /// A database that is spoken to.
  enum Dialect {
    /// SQLite, whose whole numbers have 64 bits.
    case sqlite
    /// PostgreSQL, whose NUMERIC has as many digits as are wanted.
    case postgreSQL
  }

  /// What is to be done with a database before it can be filled.
  enum Preparation {
    /// It is as it should be.
    case keep
    /// It is empty.
    case create
    /// It is a projection of an older version, or lacks a table.
    case rebuild
  }

  let dialect: Dialect

  /// What is to be done where the tables and views called `names` are.
  static func preparation(
    names: [String], version found: Int64?
  ) throws(ProjectionFailure) -> Preparation {
    if names.isEmpty { return .create }
    guard let found else { throw .foreignTables(names.sorted()[0]) }
    if found > version { throw .schemaNewer(found: found, known: version) }
    let isWhole = (tables + views).allSatisfy(names.contains)
    return found == version && isWhole ? .keep : .rebuild
  }

  // MARK: Tables

  /// The statements that make the indexes for queries.
  ///
  /// Identifiers and accounts come in no order, so a row changes pages all over these indexes; they
  /// are made when the bulk is in.
  static let indexes = [
    "CREATE INDEX IF NOT EXISTS transactions_id ON transactions (id)",
    "CREATE INDEX IF NOT EXISTS accounts_name ON accounts (name)",
    "CREATE INDEX IF NOT EXISTS legs_debit ON legs (debit, ordinal)",
    "CREATE INDEX IF NOT EXISTS legs_credit ON legs (credit, ordinal)",
  ]

  /// The statements that make everything but the indexes for queries.
  var creation: [String] {
    tableStatements + [
      // Resolutions look for these only, and they are few.
      "CREATE INDEX transactions_pending ON transactions (id) WHERE state = 'pending'",
      "INSERT INTO position (only_row, schema_version, frame, ordinal) "
        + "VALUES (1, \(Self.version), 0, 0)",
      statementView, trialBalanceView, accountBalancesView,
    ]
  }

  private var tableStatements: [String] {
    let (int, amount) =
      dialect == .sqlite ? ("INTEGER", "ANY") : ("BIGINT", "NUMERIC(39,0)")
    // ANY is the only type of SQLite that keeps the digits of a number of more than 64 bits.
    let (end, keyed) = dialect == .sqlite ? (" STRICT", " STRICT, WITHOUT ROWID") : ("", "")
    return [
      """
      CREATE TABLE accounts (number \(int) PRIMARY KEY, key \(int) NOT NULL, name TEXT NOT NULL,
        asset TEXT NOT NULL, digits \(int) NOT NULL, normal TEXT NOT NULL,
        balance_limit \(amount), public_key TEXT)\(end)
      """,
      """
      CREATE TABLE transactions (ordinal \(int) PRIMARY KEY, frame \(int) NOT NULL,
        id TEXT NOT NULL, sender \(int) NOT NULL, nonce \(int) NOT NULL, state TEXT NOT NULL,
        flags TEXT NOT NULL, time_ns \(int) NOT NULL, timeout_ms \(int) NOT NULL,
        signed \(int) NOT NULL, resolves TEXT)\(end)
      """,
      """
      CREATE TABLE legs (ordinal \(int) NOT NULL, place \(int) NOT NULL, debit \(int) NOT NULL,
        credit \(int) NOT NULL, amount \(amount) NOT NULL, PRIMARY KEY (ordinal, place))\(keyed)
      """,
      """
      CREATE TABLE parents (ordinal \(int) NOT NULL, place \(int) NOT NULL, parent TEXT NOT NULL,
        PRIMARY KEY (ordinal, place))\(keyed)
      """,
      """
      CREATE TABLE balances (account \(int) PRIMARY KEY, debits \(amount) NOT NULL,
        credits \(amount) NOT NULL, pending_debits \(amount) NOT NULL,
        pending_credits \(amount) NOT NULL, net \(amount) NOT NULL)\(end)
      """,
      """
      CREATE TABLE position (only_row \(int) PRIMARY KEY CHECK (only_row = 1),
        schema_version \(int) NOT NULL, identity TEXT, frame \(int) NOT NULL,
        ordinal \(int) NOT NULL, digest TEXT)\(end)
      """,
    ]
  }

  // MARK: Views

  private var statementView: String {
    let running = sum("signed", over: "(PARTITION BY account ORDER BY ordinal, place)")
    return """
      CREATE VIEW statement AS
      WITH sides AS (
        SELECT debit AS account, credit AS counterpart, ordinal, place, amount AS debit,
          NULL AS credit FROM legs
        UNION ALL
        SELECT credit, debit, ordinal, place, NULL, amount FROM legs),
      moves AS (
        SELECT s.*, a.name, a.asset, a.digits, t.id, t.time_ns,
          CASE WHEN (a.normal = 'debit') = (s.debit IS NOT NULL) THEN \(number("s.debit"))
            ELSE \(number("s.debit", sign: "-")) END AS signed
        FROM sides s JOIN accounts a ON a.number = s.account
          JOIN transactions t ON t.ordinal = s.ordinal
        WHERE t.state = 'committed'),
      running AS (SELECT m.*, \(running) AS balance_minor FROM moves m)
      SELECT account, name, asset, \(time("time_ns")) AS time, time_ns, ordinal, place,
        id AS transaction_id, counterpart, \(decimal("debit")) AS debit,
        \(decimal("credit")) AS credit, balance_minor, \(decimal("balance_minor")) AS balance
      FROM running
      """
  }

  private var trialBalanceView: String {
    """
    CREATE VIEW trial_balance AS
    SELECT asset, digits, \(decimal("debits")) AS debits, \(decimal("credits")) AS credits,
      \(decimal("difference")) AS difference
    FROM (
      SELECT a.asset, a.digits, \(sum("b.debits")) AS debits, \(sum("b.credits")) AS credits,
        \(sum("b.net")) AS difference
      FROM balances b JOIN accounts a ON a.number = b.account GROUP BY a.asset, a.digits) sums
    """
  }

  private var accountBalancesView: String {
    """
    CREATE VIEW account_balances AS
    SELECT a.number, a.name, a.asset, a.normal, \(decimal("b.debits")) AS debits,
      \(decimal("b.credits")) AS credits,
      \(decimal("b.net", isNegated: "a.normal = 'credit'")) AS balance,
      \(decimal("b.pending_debits")) AS pending_debits,
      \(decimal("b.pending_credits")) AS pending_credits
    FROM accounts a JOIN balances b ON b.account = a.number
    """
  }

  // MARK: Words

  /// The amount of a side with `sign` before it; nothing where SQLite could not count with it.
  private func number(_ column: String, sign: String = "") -> String {
    let amount = "COALESCE(\(column), s.credit)"
    guard dialect == .sqlite else { return "\(sign)\(amount)" }
    return "CASE WHEN typeof(\(amount)) = 'integer' THEN \(sign)\(amount) END"
  }

  /// The exact sum of `column`, or NULL where it does not fit.
  ///
  /// SQLite's own sum fails where 64 bits are too few. So the halves of 32 bits are summed, which
  /// 2³¹ rows cannot overflow, and put together if the result fits. A cell that is no whole number
  /// of SQLite is counted, and makes the sum NULL.
  private func sum(_ column: String, over window: String? = nil) -> String {
    let over = window.map { " OVER \($0)" } ?? ""
    guard dialect == .sqlite else { return "SUM(\(column))\(over)" }
    let strange = "SUM(typeof(\(column)) <> 'integer')\(over)"
    let low = "SUM(\(column) & 4294967295)\(over)"
    let high = "(SUM(\(column) >> 32)\(over) + (\(low) >> 32))"
    return "CASE WHEN \(strange) = 0 AND \(high) BETWEEN -2147483648 AND 2147483647 "
      + "THEN (\(high) << 32) | (\(low) & 4294967295) END"
  }

  /// Minor units as a decimal, by the digits of the account; the text is cut, never computed.
  private func decimal(_ column: String, isNegated: String? = nil) -> String {
    let text = "CAST(\(column) AS TEXT)"
    let size = "ltrim(\(text), '-')"
    let digits = "CAST(digits AS INTEGER)"
    let padded =
      "CASE WHEN length(\(size)) > \(digits) THEN \(size) ELSE "
      + "substr('0000000000000000000', 1, \(digits) + 1 - length(\(size))) || \(size) END"
    let isBelow = "(substr(\(text), 1, 1) = '-')"
    let sign = isNegated.map { "\(isBelow) <> (\($0))" } ?? isBelow
    return "CASE WHEN \(sign) AND \(size) <> '0' THEN '-' ELSE '' END || "
      + "CASE WHEN digits = 0 THEN \(size) ELSE "
      + "substr(\(padded), 1, length(\(padded)) - \(digits)) || '.' || "
      + "substr(\(padded), length(\(padded)) - \(digits) + 1) END"
  }

  /// Nanoseconds since 1970 as ISO 8601 in UTC.
  private func time(_ column: String) -> String {
    let rest = "((\(column) % 1000000000 + 1000000000) % 1000000000)"
    let seconds = "((\(column) - \(rest)) / 1000000000)"
    return switch dialect {
    case .sqlite:
      "strftime('%Y-%m-%dT%H:%M:%S', \(seconds), 'unixepoch') || printf('.%09dZ', \(rest))"
    case .postgreSQL:
      "to_char(to_timestamp(\(seconds)) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS') || '.' "
        + "|| lpad(CAST(\(rest) AS TEXT), 9, '0') || 'Z'"
    }
  }
}
