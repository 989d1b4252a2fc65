import OmniCrypto
public import OmniLedger
import OmniMoney
public import OmniPostgreSQL

/// The books in a schema of a PostgreSQL database.
///
/// The schema belongs to the projection: a rebuild drops it with all that others put there. Calls
/// wait for the server, so they belong on a thread of the caller's own.
///
/// - Complexity: rows are sent by COPY, three for each call that puts transactions; so put many.
public struct PostgreSQLProjection: ProjectionTarget, ~Copyable {
  private let connection: PostgreSQLConnection
  private let schema: String
  private var progress = ProjectionProgress()

  /// Opens the projection in `schema`, and makes its tables if there are none or older ones.
  public init(
    _ connection: consuming PostgreSQLConnection, schema: String = "omni"
  ) throws(ProjectionFailure) {
    guard ProjectionText.isSchema(schema) else { throw .nameInvalid(schema) }
    do {
      try connection.execute("SET client_min_messages = warning")
      try connection.execute("SET search_path = \"\(schema)\"")
      switch try Self.preparation(of: connection, schema) {
      case .keep: break
      case .create, .rebuild: try Self.rebuild(connection, schema)
      }
      for table in ["accounts", "balances"] {
        try connection.execute(
          "CREATE TEMP TABLE staged_\(table) (LIKE \(table)) ON COMMIT DELETE ROWS")
      }
    } catch let failure as PostgreSQLFailure {
      throw .postgreSQL(failure)
    } catch let failure as ProjectionFailure {
      throw failure
    } catch {
      preconditionFailure("no other error: \(error)")
    }
    self.connection = connection
    self.schema = schema
  }

  // MARK: Tables

  private static func preparation(
    of connection: borrowing PostgreSQLConnection, _ schema: String
  ) throws -> ProjectionSchema.Preparation {
    let names = try connection.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = $1", [schema])
    let isOurs = try !connection.query(
      "SELECT 1 FROM information_schema.columns WHERE table_schema = $1 "
        + "AND table_name = 'position' AND column_name = 'schema_version'", [schema]
    ).isEmpty
    let version = isOurs ? try connection.query("SELECT schema_version FROM position") : []
    return try ProjectionSchema.preparation(
      names: names.compactMap { $0[0] },
      version: version.first?[0].flatMap { Int64($0) } ?? (isOurs ? 0 : nil))
  }

  private static func rebuild(
    _ connection: borrowing PostgreSQLConnection, _ schema: String
  ) throws(PostgreSQLFailure) {
    let drop = "DROP SCHEMA IF EXISTS \"\(schema)\" CASCADE; CREATE SCHEMA \"\(schema)\""
    try connection.begin()
    do throws(PostgreSQLFailure) {
      try connection.execute(drop)
      for statement in ProjectionSchema(dialect: .postgreSQL).creation {
        try connection.execute(statement)
      }
      try connection.commit()
    } catch {
      try? connection.rollback()
      throw error
    }
  }

  // MARK: The role

  /// How far it has come.
  public func position() throws(ProjectionFailure) -> ProjectionPosition? {
    let rows = try query("SELECT identity, frame, ordinal, digest FROM position")
    guard let row = rows.first else { return nil }
    return ProjectionText.position(
      row[0], row[1].flatMap { Int64($0) } ?? 0, row[2].flatMap { Int64($0) } ?? 0, row[3])
  }

  /// Begins a transaction of the server.
  public mutating func begin() throws(ProjectionFailure) {
    do throws(PostgreSQLFailure) { try connection.begin() } catch { throw .postgreSQL(error) }
    do throws(ProjectionFailure) {
      // Two programs that fill one projection wait for each other here.
      _ = try query("SELECT 1 FROM position FOR UPDATE")
      progress.begin(at: try position())
    } catch {
      try? connection.rollback()
      throw error
    }
  }

  /// Puts accounts.
  public mutating func put(_ accounts: [ProjectedAccount]) throws(ProjectionFailure) {
    try copy("staged_accounts", accounts) { item, writer in
      let terms = item.terms
      writer.put(Int64(item.number))
      writer.put(Int64(bitPattern: terms.key.value))
      writer.put(terms.name)
      writer.put(terms.currency.code)
      writer.put(Int64(terms.currency.minorDigits))
      writer.put(terms.normal == .debit ? "debit" : "credit")
      if let limit = terms.limit { writer.put(numeric: limit) } else { writer.putNull() }
      if let key = terms.publicKey { writer.put(key.hexadecimal) } else { writer.putNull() }
    }
    try execute(
      "INSERT INTO accounts SELECT * FROM staged_accounts ON CONFLICT DO NOTHING; "
        + "DELETE FROM staged_accounts")
  }

  /// Puts transactions.
  public mutating func put(_ transactions: [ProjectedTransaction]) throws(ProjectionFailure) {
    let news = try progress.news(transactions)
    if news.isEmpty { return }
    try copy("transactions", news) { item, writer in Self.put(item, into: &writer) }
    let legs = news.lazy.flatMap { item in
      item.legs.enumerated().map { (ordinal: item.ordinal, place: $0, leg: $1) }
    }
    try copy("legs", legs) { item, writer in
      writer.put(ProjectionText.integer(item.ordinal))
      writer.put(Int64(item.place))
      writer.put(Int64(item.leg.debit))
      writer.put(Int64(item.leg.credit))
      writer.put(numeric: item.leg.amount)
    }
    let parents = news.flatMap { item in
      item.transaction.parents.enumerated().map { (ordinal: item.ordinal, place: $0, id: $1) }
    }
    if !parents.isEmpty {
      try copy("parents", parents) { item, writer in
        writer.put(ProjectionText.integer(item.ordinal))
        writer.put(Int64(item.place))
        writer.put(ProjectionText.hexadecimal(item.id.value))
      }
    }
    try resolve(news)
  }

  /// Marks pending transactions as expired.
  public mutating func expire(_ pending: [TransactionID]) throws(ProjectionFailure) {
    _ = try resolve(pending, .expired)
  }

  /// Puts balances.
  public mutating func put(_ balances: [ProjectedBalance]) throws(ProjectionFailure) {
    // The last one of each account; the server refuses to change a row twice in one statement.
    let last = Dictionary(balances.map { ($0.account, $0) }) { _, next in next }
    try copy("staged_balances", last.values) { item, writer in
      writer.put(Int64(item.account))
      writer.put(numeric: item.debits)
      writer.put(numeric: item.credits)
      writer.put(numeric: item.pendingDebits)
      writer.put(numeric: item.pendingCredits)
      writer.put(numeric: item.debits - item.credits)
    }
    let columns = ["debits", "credits", "pending_debits", "pending_credits", "net"]
    try execute(
      "INSERT INTO balances SELECT * FROM staged_balances ON CONFLICT (account) DO UPDATE SET "
        + columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        + "; DELETE FROM staged_balances")
  }

  /// Commits the transaction of the server, with the position in it.
  @discardableResult
  public mutating func commit(_ position: ProjectionPosition) throws(ProjectionFailure) -> Bool {
    do throws(ProjectionFailure) {
      guard try progress.advances(to: position) else {
        try rollback()
        return false
      }
      _ = try query(
        "UPDATE position SET identity = $1, frame = $2, ordinal = $3, digest = $4",
        [
          ProjectionText.hexadecimal(position.identity),
          "\(ProjectionText.integer(position.frame))",
          "\(ProjectionText.integer(position.ordinal))", "\(position.digest)",
        ])
      do throws(PostgreSQLFailure) { try connection.commit() } catch { throw .postgreSQL(error) }
    } catch {
      try? rollback()
      throw error
    }
    progress.end()
    return true
  }

  /// Rolls the transaction of the server back.
  public mutating func rollback() throws(ProjectionFailure) {
    progress.end()
    do throws(PostgreSQLFailure) { try connection.rollback() } catch { throw .postgreSQL(error) }
  }

  /// Makes the indexes.
  public mutating func makeIndexes() throws(ProjectionFailure) {
    precondition(!progress.isOpen, "indexes are made between transactions")
    try execute(ProjectionSchema.indexes.joined(separator: "; "))
  }

  /// Drops the schema and makes it anew.
  public mutating func reset() throws(ProjectionFailure) {
    try rollback()
    do throws(PostgreSQLFailure) {
      try Self.rebuild(connection, schema)
    } catch {
      throw .postgreSQL(error)
    }
  }

  /// All rows that `sql` returns, as text.
  public func query(
    _ sql: String, _ parameters: [String?] = []
  ) throws(ProjectionFailure) -> [[String?]] {
    do throws(PostgreSQLFailure) {
      return try connection.query(sql, parameters)
    } catch {
      throw .postgreSQL(error)
    }
  }

  // MARK: Rows

  private static func put(
    _ item: ProjectedTransaction, into writer: inout PostgreSQLCopyWriter
  ) {
    let ordered = item.transaction
    writer.put(ProjectionText.integer(item.ordinal))
    writer.put(ProjectionText.integer(item.frame))
    writer.put(ProjectionText.hexadecimal(ordered.id.value))
    writer.put(Int64(bitPattern: ordered.sender.value))
    writer.put(Int64(bitPattern: ordered.nonce))
    writer.put(item.state.rawValue)
    writer.put(ordered.flags.isEmpty ? "" : "\(ordered.flags)")
    writer.put(ordered.timestamp)
    writer.put(Int64(ordered.timeoutMilliseconds))
    writer.put(ordered.signature == nil ? 0 : 1)
    if let pending = item.resolves {
      writer.put(ProjectionText.hexadecimal(pending.value))
    } else {
      writer.putNull()
    }
  }

  /// Sends a row for each of `items`.
  private func copy<Items: Sequence>(
    _ table: String, _ items: Items,
    _ put: (Items.Element, inout PostgreSQLCopyWriter) -> Void
  ) throws(ProjectionFailure) {
    precondition(progress.isOpen, "rows are put after begin")
    let sql = "COPY \(table) FROM STDIN (FORMAT binary)"
    do throws(PostgreSQLFailure) {
      try connection.copy(into: sql, format: .binary) { writer throws(PostgreSQLFailure) in
        for item in items {
          put(item, &writer)
          try writer.endRow()
        }
      }
    } catch {
      throw .postgreSQL(error)
    }
  }

  private func execute(_ sql: String) throws(ProjectionFailure) {
    do throws(PostgreSQLFailure) { try connection.execute(sql) } catch { throw .postgreSQL(error) }
  }

  /// Ends the life of the pending transactions that `items` resolve.
  private func resolve(_ items: ArraySlice<ProjectedTransaction>) throws(ProjectionFailure) {
    for state in [ProjectedTransaction.State.posted, .voided] {
      let pending = items.filter {
        $0.transaction.flags.contains(.void) == (state == .voided)
      }.compactMap(\.resolves)
      guard try resolve(pending, state) == pending.count else { throw .pendingMissing }
    }
  }

  private func resolve(
    _ pending: [TransactionID], _ state: ProjectedTransaction.State
  ) throws(ProjectionFailure) -> Int {
    if pending.isEmpty { return 0 }
    let list = pending.map { ProjectionText.hexadecimal($0.value) }.joined(separator: ",")
    let rows = try query(
      "UPDATE transactions SET state = $1 WHERE state = 'pending' AND id = ANY($2::TEXT[]) "
        + "RETURNING 1", [state.rawValue, "{\(list)}"])
    return rows.count
  }
}
