import OmniMoney
import OmniQueryCache
import OmniSQL
import OmniTime

/// Asks a store for what a cache does not have, and writes each answer with its position.
///
/// A value is kept as the position's text, a line feed, and a minus for nothing or an equals sign and
/// the value's text. Every statement reads the position with the rows, so both are of one snapshot.
struct ProjectionReader: Sendable {
  let source: any SQLSource
  let prefix: String
  let timeLimit: Interval

  init(_ source: any SQLSource, schema: String, timeLimit: Interval) {
    self.source = source
    self.timeLimit = timeLimit
    prefix = source.dialect == .postgreSQL ? "\"\(schema)\"." : ""
  }

  // MARK: Position

  private static let positionColumns =
    "p.schema_version, p.identity, p.frame, p.ordinal, p.digest"
  private static let positionCount = 5

  /// How far the projection has come.
  func position() async throws(ProjectionQueryFailure) -> ProjectionPosition {
    let rows = try await rows("SELECT \(Self.positionColumns) FROM \(prefix)position p", [])
    return try Self.position(rows.first)
  }

  private static func position(
    _ row: [String?]?
  ) throws(ProjectionQueryFailure) -> ProjectionPosition {
    guard let row else { throw .noProjection("the table position is empty") }
    guard let version = row[0].flatMap({ Int64($0) }) else {
      throw .noProjection("the table position has no version")
    }
    guard version == ProjectionSchema.version else {
      throw .schemaOther(found: version, known: ProjectionSchema.version)
    }
    guard row[1] != nil else { throw .notFilled }
    guard let frame = row[2].flatMap({ Int64($0) }), let ordinal = row[3].flatMap({ Int64($0) }),
      let position = ProjectionText.position(row[1], frame, ordinal, row[4])
    else { throw .damaged("the position") }
    return position
  }

  private func rows(
    _ text: String, _ parameters: [String?]
  ) async throws(ProjectionQueryFailure) -> [[String?]] {
    do throws(SQLFailure) {
      return try await source.rows(SQLQuery(text, parameters, timeLimit: timeLimit))
    } catch {
      throw ProjectionQueryFailure(error)
    }
  }

  /// The rows of a statement that reads the position first, and the position.
  private func positioned(
    _ text: String, _ parameters: [String?]
  ) async throws(ProjectionQueryFailure) -> (ProjectionPosition, [[String?]]) {
    let rows = try await rows("SELECT \(Self.positionColumns), \(text)", parameters)
    return (
      try Self.position(rows.first), rows.map { Array($0.dropFirst(Self.positionCount)) }
    )
  }

  // MARK: Cells

  /// A value as it is kept.
  static func cell(_ position: ProjectionPosition, _ text: String?) -> [UInt8] {
    let head =
      "\(ProjectionText.hexadecimal(position.identity)) \(position.frame) \(position.ordinal) "
      + "\(position.digest)\n"
    return Array((head + (text.map { "=" + $0 } ?? "-")).utf8)
  }

  /// The position and the text of a value that was kept; nil if it is none.
  static func open(_ cell: [UInt8]) -> (position: ProjectionPosition, text: String?)? {
    guard let end = cell.firstIndex(of: 0x0A), end + 1 < cell.count else { return nil }
    let head = String(decoding: cell[..<end], as: UTF8.self).split(separator: " ").map(String.init)
    guard head.count == 4, let frame = Int64(head[1]), let ordinal = Int64(head[2]),
      let position = ProjectionText.position(head[0], frame, ordinal, head[3])
    else { return nil }
    let rest = cell[(end + 1)...]
    let text = rest.first == 0x3D ? String(decoding: rest.dropFirst(), as: UTF8.self) : nil
    return (position, text)
  }

  // MARK: Statements

  /// Fields of an account, in one statement; none if there is no such account.
  func account(
    _ name: String, _ fields: [ProjectionField]
  ) async throws(ProjectionQueryFailure) -> [ProjectionField: [UInt8]] {
    let columns = fields.map { ", \($0.expression(prefix))" }.joined()
    let (position, rows) = try await positioned(
      "a.number\(columns) FROM \(prefix)position p LEFT JOIN \(prefix)accounts a ON a.name = $1 "
        + "LEFT JOIN \(prefix)balances b ON b.account = a.number", [name])
    guard rows[0][0] != nil else { return [:] }
    return Dictionary(
      zip(fields, rows[0].dropFirst().map { Self.cell(position, $0) })
    ) { first, _ in first }
  }

  /// A page of a statement as text: the asset and its digits, and a line for each movement.
  func page(_ page: ProjectionPage) async throws(ProjectionQueryFailure) -> [UInt8]? {
    let behind = "CAST($3 AS BIGINT)"
    let (position, rows) = try await positioned(
      """
      a.asset, a.digits, s.ordinal, s.place, s.time_ns, s.transaction_id, s.counterpart,
        s.debit, s.credit, s.balance_minor
      FROM \(prefix)position p
      LEFT JOIN \(prefix)accounts a ON a.number = CAST($1 AS BIGINT) AND a.name = $2
      LEFT JOIN (
        SELECT ordinal, place, time_ns, transaction_id, counterpart, debit, credit, balance_minor
        FROM \(prefix)statement WHERE account = CAST($1 AS BIGINT)
          AND (ordinal > \(behind) OR (ordinal = \(behind) AND place > CAST($4 AS BIGINT)))
        ORDER BY ordinal, place LIMIT \(page.limit)) s ON 1 = 1
      ORDER BY s.ordinal, s.place
      """, ["\(page.number)", page.account, "\(page.after.ordinal)", "\(page.after.place)"])
    guard let asset = rows[0][0], let digits = rows[0][1] else { return nil }
    let lines = rows.filter { $0[2] != nil }.map { row in
      row.dropFirst(2).map { $0 ?? "" }.joined(separator: ",")
    }
    return Self.cell(position, (["\(asset),\(digits)"] + lines).joined(separator: "\n"))
  }

  /// The trial balance as text: a line for each asset.
  func trialBalance() async throws(ProjectionQueryFailure) -> [UInt8] {
    let (position, rows) = try await positioned(
      "t.asset, t.digits, t.debits, t.credits, t.difference FROM \(prefix)position p "
        + "LEFT JOIN \(prefix)trial_balance t ON 1 = 1 ORDER BY t.asset", [])
    let lines = rows.filter { $0[0] != nil }.map { row in
      row.map { $0 ?? "" }.joined(separator: ",")
    }
    return Self.cell(position, lines.joined(separator: "\n"))
  }

  // MARK: Texts

  /// Money that a view shows as a decimal of the currency's digits; nil for nothing.
  ///
  /// - Throws: if it is no such decimal.
  static func amount(
    decimal text: Substring, _ currency: Currency
  ) throws(ProjectionQueryFailure) -> Amount? {
    if text.isEmpty { return nil }
    let point = text.firstIndex(of: ".")
    let digits = point.map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
    guard digits == Int(currency.minorDigits), let units = Int128(text.filter { $0 != "." }) else {
      throw .damaged("the amount \(text)")
    }
    return Amount(minorUnits: units, currency: currency)
  }
}

/// Which part of a statement is asked for.
struct ProjectionPage: Sendable, Hashable {
  let account: String
  let number: Int64
  let after: StatementPage.Cursor
  let limit: Int

  /// The name under which it is kept.
  var entity: String { "page:\(limit):\(after.ordinal):\(after.place):\(number):\(account)" }

  init(_ account: String, number: Int64, after: StatementPage.Cursor, limit: Int) {
    self.account = account
    self.number = number
    self.after = after
    self.limit = limit
  }

  /// Reads the name under which it is kept.
  init?(entity: String) {
    let parts = entity.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, let limit = Int(parts[1]), let ordinal = Int64(parts[2]),
      let place = Int64(parts[3]), let number = Int64(parts[4])
    else { return nil }
    self.init(
      String(parts[5]), number: number, after: .init(ordinal: ordinal, place: place), limit: limit)
  }
}
