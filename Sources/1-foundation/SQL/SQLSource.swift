/// A relational store that answers statements, for any number of tasks.
public protocol SQLSource: Sendable {
  /// Whose words it understands.
  var dialect: SQLDialect { get }
  /// Runs one statement, and gives all its rows as text; NULL is nil.
  ///
  /// It never blocks a thread of Swift's pool, and ends by the query's limit of time.
  ///
  /// - Complexity: O(rows), all of which are held in memory.
  func rows(_ query: SQLQuery) async throws(SQLFailure) -> [[String?]]
}

/// Whose words a store understands.
public enum SQLDialect: String, Sendable, Hashable, CaseIterable {
  /// SQLite's.
  case sqlite
  /// PostgreSQL's.
  case postgreSQL
}
