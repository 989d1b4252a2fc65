import OmniLedger
import OmniPlatform
import OmniPostgreSQL
import OmniProjections
import OmniSQLite
import OmniTestKit

/// A target whose tables can be read as text.
protocol ReadableProjection: ProjectionTarget, ~Copyable {
  func rows(_ sql: String) throws -> [[String?]]
}

/// A target of either kind, so that one test holds for both.
class OpenProjection: ReadableProjection {
  func position() throws(ProjectionFailure) -> ProjectionPosition? { nil }
  func begin() throws(ProjectionFailure) {}
  func put(_ accounts: [ProjectedAccount]) throws(ProjectionFailure) {}
  func put(_ transactions: [ProjectedTransaction]) throws(ProjectionFailure) {}
  func expire(_ pending: [TransactionID]) throws(ProjectionFailure) {}
  func put(_ balances: [ProjectedBalance]) throws(ProjectionFailure) {}
  @discardableResult
  func commit(_ position: ProjectionPosition) throws(ProjectionFailure) -> Bool { false }
  func rollback() throws(ProjectionFailure) {}
  func makeIndexes() throws(ProjectionFailure) {}
  func reset() throws(ProjectionFailure) {}
  func rows(_ sql: String) throws -> [[String?]] { [] }
}

/// A target that is held by reference.
final class Held<Target: ReadableProjection & ~Copyable>: OpenProjection {
  private var target: Target
  init(_ target: consuming Target) { self.target = target }

  override func position() throws(ProjectionFailure) -> ProjectionPosition? {
    try target.position()
  }
  override func begin() throws(ProjectionFailure) { try target.begin() }
  override func put(_ accounts: [ProjectedAccount]) throws(ProjectionFailure) {
    try target.put(accounts)
  }
  override func put(_ transactions: [ProjectedTransaction]) throws(ProjectionFailure) {
    try target.put(transactions)
  }
  override func expire(_ pending: [TransactionID]) throws(ProjectionFailure) {
    try target.expire(pending)
  }
  override func put(_ balances: [ProjectedBalance]) throws(ProjectionFailure) {
    try target.put(balances)
  }
  override func commit(_ position: ProjectionPosition) throws(ProjectionFailure) -> Bool {
    try target.commit(position)
  }
  override func rollback() throws(ProjectionFailure) { try target.rollback() }
  override func makeIndexes() throws(ProjectionFailure) { try target.makeIndexes() }
  override func reset() throws(ProjectionFailure) { try target.reset() }
  override func rows(_ sql: String) throws -> [[String?]] { try target.rows(sql) }
}

extension SQLiteProjection: ReadableProjection {
  func rows(_ sql: String) throws -> [[String?]] {
    try query(sql).map { row in
      row.map { cell -> String? in
        switch cell {
        case .null: nil
        case .integer(let value): "\(value)"
        case .real(let value): "real \(value)"
        case .text(let value): value
        case .blob(let bytes): "\(bytes)"
        }
      }
    }
  }
}

extension PostgreSQLProjection: ReadableProjection {
  func rows(_ sql: String) throws -> [[String?]] { try query(sql) }
}

/// A place that can be opened again and again.
protocol ProjectionPlace {
  init() throws
  func open() throws -> OpenProjection
}

/// A file that goes with the value.
final class SQLitePlace: ProjectionPlace {
  let folder: String
  var file: String { folder + "/books.sqlite" }

  init() throws { folder = try FileSystem.makeTemporaryDirectory("omni-projection") }
  deinit { try? FileSystem.removeDirectory(folder) }
  func open() throws -> OpenProjection { Held(try SQLiteProjection(.file(file))) }
}

/// A database of the tests' server.
final class PostgreSQLPlace: ProjectionPlace {
  let address: String

  init() throws { address = try PostgreSQLServer.shared.get().makeDatabase() }
  func open() throws -> OpenProjection {
    Held(try PostgreSQLProjection(try PostgreSQLConnection(address)))
  }
}

extension ProjectionTarget where Self: ~Copyable {
  /// Applies frames, so many of them in one transaction.
  mutating func apply(_ frames: some Collection<RandomBooks.Frame>, each: Int = 1) throws {
    var rest = frames[...]
    while let last = rest.prefix(each).map(\.position).last {
      try begin()
      for frame in rest.prefix(each) { try put(frame) }
      try commit(last)
      rest = rest.dropFirst(each)
    }
  }

  /// Puts everything of one frame.
  mutating func put(_ frame: RandomBooks.Frame) throws {
    try put(frame.accounts)
    try put(frame.transactions)
    try expire(frame.expired)
    try put(frame.balances)
  }
}

extension ReadableProjection where Self: ~Copyable {
  /// Every table's rows in the order of its key.
  func tables() throws -> [String: [[String?]]] {
    let keys = [
      "accounts": "number", "transactions": "ordinal", "legs": "ordinal, place",
      "parents": "ordinal, place", "balances": "account", "position": "only_row",
    ]
    var tables: [String: [[String?]]] = [:]
    for (table, key) in keys {
      tables[table] = try rows("SELECT * FROM \(table) ORDER BY \(key)")
    }
    return tables
  }
}
