/// Why SQLite did not do what it was asked.
public struct SQLiteFailure: Error, Equatable, Sendable {
  /// The kinds of failure that a caller may want to tell apart.
  public enum Reason: Sendable, Equatable, CaseIterable {
    /// The file cannot be opened or made.
    case cannotOpen
    /// Somebody else holds the lock, and did for as long as the time-out allows.
    case busy
    /// The database was opened for reading only, or its file is.
    case readOnly
    /// A row contradicts a constraint.
    case constraint
    /// The file is no database, or a damaged one.
    case damaged
    /// There is no room left.
    case full
    /// The device failed.
    case device
    /// The statement is wrong, or anything else; message and number tell.
    case failed
  }

  /// What kind of failure it is.
  public let reason: Reason
  /// SQLite's extended result code.
  public let extendedCode: Int32
  /// SQLite's words for it.
  public let message: String
  /// The statement, or the path if none was run.
  public let statement: String

  init(extendedCode: Int32, message: String, statement: String) {
    reason = Reason(primaryCode: extendedCode & 0xFF)
    self.extendedCode = extendedCode
    self.message = message
    self.statement = statement
  }

  /// The stable code for whoever runs the program.
  public var code: String {
    switch reason {
    case .cannotOpen: "SQL-001"
    case .busy: "SQL-002"
    case .readOnly: "SQL-003"
    case .constraint: "SQL-004"
    case .damaged: "SQL-005"
    case .full: "SQL-006"
    case .device: "SQL-007"
    case .failed: "SQL-008"
    }
  }
}

extension SQLiteFailure: CustomStringConvertible {
  /// One line: what was wanted, and what stood against it.
  public var description: String {
    let what =
      switch reason {
      case .cannotOpen: "could not open"
      case .busy: "another connection holds the lock of the database at"
      case .readOnly: "the database may only be read, not changed by"
      case .constraint: "a row contradicts a constraint in"
      case .damaged: "the file is no sound database at"
      case .full: "no room left for"
      case .device: "the device failed at"
      case .failed: "SQLite refused"
      }
    let line = String(statement.prefix(200).map { $0.isNewline ? " " : $0 })
    return "\(code): \(what) \(line): \(message) (\(extendedCode))"
  }
}
