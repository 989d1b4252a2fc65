/// Why PostgreSQL did not do what it was asked.
public struct PostgreSQLFailure: Error, Equatable, Sendable {
  /// The kinds of failure that a caller may want to tell apart.
  public enum Reason: Sendable, Equatable, CaseIterable {
    /// The address cannot be read.
    case addressInvalid
    /// Nobody answers at the address.
    case unreachable
    /// The server answers and lets nobody in: the password, the user, the database, or no place.
    case rejected
    /// The connection was there and is gone; what was not committed is undone.
    case connectionLost
    /// The server refused the statement; the connection goes on.
    case statementFailed
    /// The time for connecting or for the statement was over.
    case timedOut
    /// The call does not fit the statement, as a COPY that is none.
    case callInvalid
    /// The caller gave up.
    case aborted
  }

  /// What kind of failure it is.
  public let reason: Reason
  /// The five characters by which SQL knows the failure, or nil if the server said none.
  public let sqlState: String?
  /// The server's word for how bad it is, such as `ERROR` or `FATAL`, or nil.
  public let severity: String?
  /// The server's or libpq's words for it, in one line.
  public let message: String
  /// What the server told beside that, or nil.
  public let detail: String?
  /// The statement; or where the server was to be, without a password.
  public let statement: String

  init(
    _ reason: Reason, message: String, statement: String, sqlState: String? = nil,
    detail: (severity: String?, text: String?) = (nil, nil)
  ) {
    self.reason = reason
    self.message = message
    self.statement = statement
    self.sqlState = sqlState
    severity = detail.severity
    self.detail = detail.text
  }

  /// What the body of a COPY throws to give up.
  public static func aborted(_ message: String) -> Self {
    Self(.aborted, message: message, statement: "")
  }

  /// The stable code for whoever runs the program.
  public var code: String {
    switch reason {
    case .addressInvalid: "PGC-001"
    case .unreachable: "PGC-002"
    case .rejected: "PGC-003"
    case .connectionLost: "PGC-004"
    case .statementFailed: "PGC-005"
    case .timedOut: "PGC-006"
    case .callInvalid: "PGC-007"
    case .aborted: "PGC-008"
    }
  }
}

extension PostgreSQLFailure: CustomStringConvertible {
  /// One line: what was wanted, and what stood against it.
  public var description: String {
    let what =
      switch reason {
      case .addressInvalid: "the address of the server cannot be read"
      case .unreachable: "no server answers at"
      case .rejected: "the server lets nobody in at"
      case .connectionLost: "the connection was lost in"
      case .statementFailed: "the server refused"
      case .timedOut: "the time was over for"
      case .callInvalid: "the call does not fit"
      case .aborted: "the caller gave up"
      }
    let line = String(statement.prefix(200).map { $0.isNewline ? " " : $0 })
    let state = sqlState.map { " (\($0))" } ?? ""
    let more = detail.map { "; " + String($0.map { $0.isNewline ? " " : $0 }) } ?? ""
    return "\(code): \(what)" + (line.isEmpty ? "" : " \(line)") + ": \(message)\(more)\(state)"
  }
}
