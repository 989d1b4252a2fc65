import CPostgreSQL
import OmniSQL
import OmniTime

extension PostgreSQLConnection {
  /// Makes the connection fit for a pool.
  func enterPool() throws(PostgreSQLFailure) {
    // A statement that was given up ends soon after its connection; servers before 14 do not know
    // the setting, and end it at its limit.
    guard serverVersion >= 140_000 else { return }
    do throws(PostgreSQLFailure) {
      try execute("SET client_connection_check_interval = 1000")
    } catch {
      // Servers on some systems cannot look, and refuse the setting; they do without.
      guard error.reason == .statementFailed else { throw error }
    }
  }

  /// Gets ready for a call: its limit, whether it may write, and who waits for it.
  func begin(_ turn: SQLTurn, isReadOnly: Bool) throws(PostgreSQLFailure) {
    state.isWanted = turn.isWanted
    var settings: [String] = []
    if state.statementTimeout != turn.limit {
      let milliseconds = max(1, turn.limit.nanoseconds / 1_000_000)
      settings.append("SET statement_timeout = \(milliseconds)")
    }
    if state.isReadOnly != isReadOnly {
      settings.append("SET default_transaction_read_only = \(isReadOnly ? "on" : "off")")
    }
    guard !settings.isEmpty else { return }
    try execute(settings.joined(separator: "; "))
    state.statementTimeout = turn.limit
    state.isReadOnly = isReadOnly
  }

  /// Takes away what a call has left behind; false if the connection is of no more use.
  func tidy() -> Bool {
    state.isWanted = nil
    guard isConnected else { return false }
    switch unsafe PQtransactionStatus(handle) {
    case PQTRANS_IDLE: return true
    case PQTRANS_INTRANS, PQTRANS_INERROR:
      do throws(PostgreSQLFailure) {
        try rollback()
        return true
      } catch {
        // Without it the next call would be part of this one's transaction.
        return false
      }
    default: return false
    }
  }

  /// Whether a notice is the last word of a server that ends the session.
  private static func isFarewell(_ notice: String) -> Bool {
    ["FATAL", "PANIC"].contains(where: notice.hasPrefix)
  }

  /// Looks, without waiting, whether the server is still there.
  func isThere() -> Bool {
    // A server that leaves says why, and then closes: some messages, then the end.
    for _ in 0..<16 {
      guard isConnected else { return false }
      guard unsafe omni_pq_wait(handle, 0, 0) != 0 else { return true }
      guard unsafe PQconsumeInput(handle) == 1 else { return false }
      // Reads the messages, of which the last one is kept with the notices.
      _ = unsafe PQisBusy(handle)
      if notices.last.map(Self.isFarewell) ?? false { return false }
    }
    return false
  }
}

extension SQLFailure {
  /// What a failure of PostgreSQL means to whoever asked a pool.
  ///
  /// - Parameter fate: What is known of the statement if the connection was lost.
  init(_ failure: PostgreSQLFailure, limit: Interval, fate: Fate) {
    let cause = SQLCause(
      code: failure.code, state: failure.sqlState, description: failure.description)
    switch failure.reason {
    case .addressInvalid, .callInvalid: self = .notMade(.callInvalid(cause.description))
    case .unreachable, .rejected: self = .unreachable(cause)
    case .connectionLost: self = .connectionLost(cause, fate)
    case .timedOut where failure.sqlState == nil: self = .unreachable(cause)
    // The server undid what it ended.
    case .timedOut: self = .timedOut(after: limit, .nothingDone)
    case .aborted: self = .statementRefused(cause)
    case .statementFailed: self = Self.failure(of: failure.sqlState ?? "", cause)
    }
  }

  private static func failure(of state: String, _ cause: SQLCause) -> Self {
    // A deadlock, a conflict of serializable transactions, a lock that was not waited for.
    if ["40001", "40P01", "55P03"].contains(state) { return .contended(cause) }
    // No resources, an operator's order, a device, an inner error.
    let ills = ["53", "57", "58", "XX"]
    return ills.contains(String(state.prefix(2))) ? .storeFailed(cause) : .statementRefused(cause)
  }
}
