public import OmniSQL
import OmniTime

/// What every source of rows does alike; the store holds the table that ``creation`` makes.
public enum SQLSourceCases {
  /// The statements that make the table, in words that all stores understand.
  public static let creation = [
    "CREATE TABLE notes (number BIGINT PRIMARY KEY, text TEXT NOT NULL, more TEXT)",
    "INSERT INTO notes VALUES (1, 'paid', NULL), (2, 'Café, 猫', ''), (3, 'due', 'later')",
  ]

  /// A query and what comes of it.
  public struct Case: Sendable {
    /// What is shown.
    public let name: String
    /// The query.
    public let query: SQLQuery
    /// The rows; nil if it fails.
    public let rows: [[String?]]?
    /// The code of its failure; nil if it does not.
    public let code: String?

    init(_ name: String, _ query: SQLQuery, rows: [[String?]]? = nil, code: String? = nil) {
      self.name = name
      self.query = query
      self.rows = rows
      self.code = code
    }
  }

  /// A statement that runs for as long as it may.
  public static let endless =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"

  /// The table of cases.
  public static let all: [Case] = [
    Case(
      "rows are text, and NULL is nothing", SQLQuery("SELECT * FROM notes ORDER BY number"),
      rows: [["1", "paid", nil], ["2", "Café, 猫", ""], ["3", "due", "later"]]),
    Case("no rows are no failure", SQLQuery("SELECT 1 FROM notes WHERE number = 9"), rows: []),
    Case(
      "parameters are values",
      SQLQuery("SELECT number FROM notes WHERE text = $1", ["'; DROP TABLE notes; --"]), rows: []),
    Case(
      "parameters are numbered, whatever their order and number",
      SQLQuery(
        "SELECT number FROM notes WHERE text = $2 OR number = CAST($1 AS BIGINT) OR text = $2",
        ["3", "paid"]), rows: [["1"], ["3"]]),
    Case(
      "nothing is a parameter too",
      SQLQuery("SELECT number FROM notes WHERE more = $1", [nil]), rows: []),
    Case(
      "too many parameters are refused",
      SQLQuery("SELECT 1 WHERE 1 = CAST($1 AS BIGINT)", ["1", "2"]),
      code: "SQS-013"),
    Case(
      "too few parameters are refused", SQLQuery("SELECT number FROM notes WHERE text = $1"),
      code: "SQS-013"),
    Case("bad grammar is refused", SQLQuery("SELEKT 1"), code: "SQS-013"),
    Case(
      "a table that is not there is refused", SQLQuery("SELECT * FROM nowhere"), code: "SQS-013"),
    Case(
      "a read that writes is refused", SQLQuery("INSERT INTO notes VALUES (9, 'x', NULL)"),
      code: "SQS-013"),
    Case("a statement of no use is no failure", SQLQuery("SELECT 1 WHERE 1 = 0"), rows: []),
    Case(
      "a statement is stopped at its limit",
      SQLQuery(endless, timeLimit: .milliseconds(60)), code: "SQS-011"),
    Case(
      "a limit out of its range is refused", SQLQuery("SELECT 1", timeLimit: .zero),
      code: "SQS-007"),
    Case(
      "the next one finds nothing of all that", SQLQuery("SELECT COUNT(*) FROM notes"),
      rows: [["3"]]),
  ]

  /// What `source` does that a source does not do; empty if all is right.
  public static func faults(of source: some SQLSource) async -> [String] {
    var faults: [String] = []
    for item in all {
      do throws(SQLFailure) {
        let rows = try await source.rows(item.query)
        if rows != item.rows { faults.append("\(item.name): \(rows)") }
      } catch {
        if error.code != item.code { faults.append("\(item.name): \(error)") }
      }
    }
    return faults
  }
}
