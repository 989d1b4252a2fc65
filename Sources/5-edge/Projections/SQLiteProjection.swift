import OmniCrypto
public import OmniLedger
import OmniMoney
public import OmniSQLite

/// The books in a file of SQLite.
///
/// A number that does not fit into SQLite's 64 bits is stored as the text of its digits.
///
/// - Complexity: a transaction is a row for itself and one for each leg and parent, put by statements
///   that are compiled once; finding a pending one is O(log transactions).
public struct SQLiteProjection: ProjectionTarget, ~Copyable {
  private let database: SQLiteDatabase
  private var progress = ProjectionProgress()
  private var account: SQLiteStatement
  private var transaction: SQLiteStatement
  private var leg: SQLiteStatement
  private var parent: SQLiteStatement
  private var balance: SQLiteStatement
  private var resolution: SQLiteStatement

  /// Opens the projection at `location`, and makes its tables if there are none or older ones.
  public init(
    _ location: SQLiteDatabase.Location,
    _ configuration: SQLiteDatabase.Configuration = SQLiteDatabase.Configuration()
  ) throws(ProjectionFailure) {
    let database = try Self.opened(location, configuration)
    let account = try Self.prepared(
      database, "INSERT OR IGNORE INTO accounts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
    let transaction = try Self.prepared(
      database, "INSERT INTO transactions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
    let leg = try Self.prepared(database, "INSERT INTO legs VALUES (?1, ?2, ?3, ?4, ?5)")
    let parent = try Self.prepared(database, "INSERT INTO parents VALUES (?1, ?2, ?3)")
    let balance = try Self.prepared(
      database, "INSERT OR REPLACE INTO balances VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
    let resolution = try Self.prepared(
      database, "UPDATE transactions SET state = ?1 WHERE id = ?2 AND state = 'pending'")
    self.database = database
    self.account = account
    self.transaction = transaction
    self.leg = leg
    self.parent = parent
    self.balance = balance
    self.resolution = resolution
  }

  private static func opened(
    _ location: SQLiteDatabase.Location, _ configuration: SQLiteDatabase.Configuration
  ) throws(ProjectionFailure) -> SQLiteDatabase {
    let database: SQLiteDatabase
    do throws(SQLiteFailure) {
      database = try SQLiteDatabase(location, configuration)
    } catch {
      throw .sqlite(error)
    }
    switch try preparation(of: database) {
    case .keep: break
    case .create, .rebuild: try rebuild(database)
    }
    return database
  }

  private static func prepared(
    _ database: borrowing SQLiteDatabase, _ sql: String
  ) throws(ProjectionFailure) -> SQLiteStatement {
    do throws(SQLiteFailure) {
      return try database.prepare(sql)
    } catch {
      throw .sqlite(error)
    }
  }

  // MARK: Tables

  private static func preparation(
    of database: borrowing SQLiteDatabase
  ) throws(ProjectionFailure) -> ProjectionSchema.Preparation {
    do {
      let rows = try database.query(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
      )
      let names = rows.compactMap { $0[0].text }
      let isOurs = try !database.query(
        "SELECT 1 FROM pragma_table_info('position') WHERE name = 'schema_version'"
      ).isEmpty
      let version = isOurs ? try database.query("SELECT schema_version FROM position") : []
      return try ProjectionSchema.preparation(
        names: names, version: version.first?[0].integer ?? (isOurs ? 0 : nil))
    } catch let failure as SQLiteFailure {
      throw .sqlite(failure)
    } catch let failure as ProjectionFailure {
      throw failure
    } catch {
      preconditionFailure("no other error: \(error)")
    }
  }

  private static func rebuild(_ database: borrowing SQLiteDatabase) throws(ProjectionFailure) {
    do throws(SQLiteFailure) {
      try database.begin()
      for view in ProjectionSchema.views { try database.execute("DROP VIEW IF EXISTS \(view)") }
      for table in ProjectionSchema.tables { try database.execute("DROP TABLE IF EXISTS \(table)") }
      for statement in ProjectionSchema(dialect: .sqlite).creation {
        try database.execute(statement)
      }
      try database.commit()
    } catch {
      try? database.rollback()
      throw .sqlite(error)
    }
  }

  // MARK: The role

  /// How far it has come.
  public func position() throws(ProjectionFailure) -> ProjectionPosition? {
    do throws(SQLiteFailure) {
      let rows = try database.query("SELECT identity, frame, ordinal, digest FROM position")
      guard let row = rows.first else { return nil }
      return ProjectionText.position(
        row[0].text, row[1].integer ?? 0, row[2].integer ?? 0, row[3].text)
    } catch {
      throw .sqlite(error)
    }
  }

  /// Begins a transaction of SQLite.
  public mutating func begin() throws(ProjectionFailure) {
    do throws(SQLiteFailure) { try database.begin() } catch { throw .sqlite(error) }
    do throws(ProjectionFailure) {
      progress.begin(at: try position())
    } catch {
      try? database.rollback()
      throw error
    }
  }

  /// Puts accounts.
  public mutating func put(_ accounts: [ProjectedAccount]) throws(ProjectionFailure) {
    do throws(SQLiteFailure) {
      for item in accounts { try put(item) }
    } catch {
      throw .sqlite(error)
    }
  }

  /// Puts transactions.
  public mutating func put(_ transactions: [ProjectedTransaction]) throws(ProjectionFailure) {
    for item in try progress.news(transactions) {
      do throws(SQLiteFailure) { try put(item) } catch { throw .sqlite(error) }
      guard let pending = item.resolves else { continue }
      let state: ProjectedTransaction.State =
        item.transaction.flags.contains(.void) ? .voided : .posted
      guard try resolve(pending, state) else { throw .pendingMissing }
    }
  }

  /// Marks pending transactions as expired.
  public mutating func expire(_ pending: [TransactionID]) throws(ProjectionFailure) {
    for id in pending { _ = try resolve(id, .expired) }
  }

  /// Puts balances.
  public mutating func put(_ balances: [ProjectedBalance]) throws(ProjectionFailure) {
    do throws(SQLiteFailure) {
      for item in balances { try put(item) }
    } catch {
      throw .sqlite(error)
    }
  }

  /// Commits the transaction of SQLite, with the position in it.
  @discardableResult
  public mutating func commit(_ position: ProjectionPosition) throws(ProjectionFailure) -> Bool {
    do throws(ProjectionFailure) {
      guard try progress.advances(to: position) else {
        try rollback()
        return false
      }
      do throws(SQLiteFailure) {
        _ = try database.query(
          "UPDATE position SET identity = ?1, frame = ?2, ordinal = ?3, digest = ?4",
          [
            .text(ProjectionText.hexadecimal(position.identity)),
            .integer(ProjectionText.integer(position.frame)),
            .integer(ProjectionText.integer(position.ordinal)), .text("\(position.digest)"),
          ])
        try database.commit()
      } catch {
        throw ProjectionFailure.sqlite(error)
      }
    } catch {
      try? rollback()
      throw error
    }
    progress.end()
    return true
  }

  /// Rolls the transaction of SQLite back.
  public mutating func rollback() throws(ProjectionFailure) {
    progress.end()
    do throws(SQLiteFailure) { try database.rollback() } catch { throw .sqlite(error) }
  }

  /// Makes the indexes.
  public mutating func makeIndexes() throws(ProjectionFailure) {
    precondition(!progress.isOpen, "indexes are made between transactions")
    do throws(SQLiteFailure) {
      try database.transaction { () throws(SQLiteFailure) in
        for index in ProjectionSchema.indexes { try database.execute(index) }
      }
    } catch {
      throw .sqlite(error)
    }
  }

  /// Drops the tables and makes them anew.
  public mutating func reset() throws(ProjectionFailure) {
    try rollback()
    try Self.rebuild(database)
  }

  /// All rows that `sql` returns.
  public func query(
    _ sql: String, _ parameters: [SQLiteValue] = []
  ) throws(ProjectionFailure) -> [[SQLiteValue]] {
    do throws(SQLiteFailure) {
      return try database.query(sql, parameters)
    } catch {
      throw .sqlite(error)
    }
  }

  // MARK: Rows

  private mutating func put(_ item: ProjectedAccount) throws(SQLiteFailure) {
    let terms = item.terms
    try account.bind(1, Int64(item.number))
    try account.bind(2, Int64(bitPattern: terms.key.value))
    try account.bind(3, terms.name)
    try account.bind(4, terms.currency.code)
    try account.bind(5, Int64(terms.currency.minorDigits))
    try account.bind(6, terms.normal == .debit ? "debit" : "credit")
    try account.bind(7, terms.limit.map(SQLiteValue.init(amount:)) ?? .null)
    try account.bind(8, terms.publicKey.map { .text($0.hexadecimal) } ?? .null)
    try account.run()
  }

  private mutating func put(_ item: ProjectedTransaction) throws(SQLiteFailure) {
    let ordinal = ProjectionText.integer(item.ordinal)
    let ordered = item.transaction
    try transaction.bind(1, ordinal)
    try transaction.bind(2, ProjectionText.integer(item.frame))
    try transaction.bind(3, ProjectionText.hexadecimal(ordered.id.value))
    try transaction.bind(4, Int64(bitPattern: ordered.sender.value))
    try transaction.bind(5, Int64(bitPattern: ordered.nonce))
    try transaction.bind(6, item.state.rawValue)
    try transaction.bind(7, ordered.flags.isEmpty ? "" : "\(ordered.flags)")
    try transaction.bind(8, ordered.timestamp)
    try transaction.bind(9, Int64(ordered.timeoutMilliseconds))
    try transaction.bind(10, ordered.signature == nil ? 0 : 1)
    if let pending = item.resolves {
      try transaction.bind(11, ProjectionText.hexadecimal(pending.value))
    } else {
      try transaction.bindNull(11)
    }
    try transaction.run()
    for (place, moved) in item.legs.enumerated() {
      try leg.bind(1, ordinal)
      try leg.bind(2, Int64(place))
      try leg.bind(3, Int64(moved.debit))
      try leg.bind(4, Int64(moved.credit))
      try leg.bind(5, SQLiteValue(amount: moved.amount))
      try leg.run()
    }
    for (place, id) in ordered.parents.enumerated() {
      try parent.bind(1, ordinal)
      try parent.bind(2, Int64(place))
      try parent.bind(3, ProjectionText.hexadecimal(id.value))
      try parent.run()
    }
  }

  private mutating func put(_ item: ProjectedBalance) throws(SQLiteFailure) {
    try balance.bind(1, Int64(item.account))
    try balance.bind(2, SQLiteValue(amount: item.debits))
    try balance.bind(3, SQLiteValue(amount: item.credits))
    try balance.bind(4, SQLiteValue(amount: item.pendingDebits))
    try balance.bind(5, SQLiteValue(amount: item.pendingCredits))
    try balance.bind(6, SQLiteValue(amount: item.debits - item.credits))
    try balance.run()
  }

  /// Ends the life of a pending transaction; false if it is not there or is not pending.
  private mutating func resolve(
    _ id: TransactionID, _ state: ProjectedTransaction.State
  ) throws(ProjectionFailure) -> Bool {
    do throws(SQLiteFailure) {
      try resolution.bind(1, state.rawValue)
      try resolution.bind(2, ProjectionText.hexadecimal(id.value))
      try resolution.run()
      return database.changeCount > 0
    } catch {
      throw .sqlite(error)
    }
  }
}

extension SQLiteValue {
  /// Minor units: a whole number if it fits, else its digits.
  fileprivate init(amount: Int128) {
    self = Int64(exactly: amount).map { .integer($0) } ?? .text("\(amount)")
  }

  fileprivate var text: String? {
    if case .text(let value) = self { return value }
    return nil
  }

  fileprivate var integer: Int64? {
    if case .integer(let value) = self { return value }
    return nil
  }
}
