import CPostgreSQL
import OmniPlatform
import OmniTime

/// What a connection knows of itself beside libpq; used by the thread that uses the connection.
final class ConnectionState {
  /// How long after the server's own limit its answer is waited for, before it counts as gone.
  static let grace = Interval.seconds(5)
  /// How long the thread waits for the socket before it looks whether it is still to wait.
  static let slice = Interval.milliseconds(20)

  /// The limit that the server was told; zero for none.
  var statementTimeout: Interval
  /// Whether the server was told that transactions only read; nil if it was told nothing.
  var isReadOnly: Bool?
  /// Whether somebody waits for the statement; nil if nobody is to be asked.
  var isWanted: (@Sendable () -> Bool)?
  /// Whether an answer is still to come that nobody waited for.
  var isGivenUp = false

  init(statementTimeout: Interval) { self.statementTimeout = statementTimeout }
}

extension PostgreSQLConnection {
  /// Sends a statement, and gives its last result, which the caller clears.
  ///
  /// The server ends what takes longer than the statement's limit. A server that does not even do
  /// that is given up five seconds later, and with it the connection.
  ///
  /// - Parameter parameters: The values of `$1` and so on; nil for statements parted by semicolons.
  func exchange(
    _ sql: String, _ parameters: [CText]? = nil
  ) throws(PostgreSQLFailure) -> OpaquePointer? {
    guard !state.isGivenUp else { throw lost("it was given up before", sql) }
    guard state.isWanted?() ?? true else {
      throw PostgreSQLFailure(.aborted, message: "nobody waits for it any more", statement: sql)
    }
    // Sending must not block either: a server that hangs reads nothing.
    unsafe PQsetnonblocking(handle, 1)
    defer { unsafe PQsetnonblocking(handle, 0) }
    guard send(sql, parameters) == 1 else { throw unsafe failure(nil, sql) }
    let limit = state.statementTimeout
    let deadline =
      limit > .zero
      ? Machine.monotonicNanoseconds + limit.nanoseconds + ConnectionState.grace.nanoseconds
      : Int64.max
    var last: OpaquePointer?
    while true {
      do throws(PostgreSQLFailure) {
        try awaitResult(sql, until: deadline)
      } catch {
        unsafe PQclear(last)
        throw error
      }
      guard let result = unsafe PQgetResult(handle) else { break }
      unsafe PQclear(last)
      unsafe last = result
      let status = unsafe PQresultStatus(result)
      // A COPY goes on from here; a connection that is gone has nothing more to say.
      let isCopy = [PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH].contains(status)
      let isGone = unsafe PQstatus(handle) == CONNECTION_BAD
      if isCopy || isGone { break }
    }
    return unsafe last
  }

  private func send(_ sql: String, _ parameters: [CText]?) -> Int32 {
    guard let parameters else { return unsafe PQsendQuery(handle, sql) }
    return withExtendedLifetime(parameters) {
      unsafe PQsendQueryParams(
        handle, sql, Int32(clamping: parameters.count), nil,
        parameters.map { unsafe $0.pointer }, nil, nil, 0)
    }
  }

  /// Waits until a result can be taken without waiting, or the connection is gone.
  private func awaitResult(_ sql: String, until deadline: Int64) throws(PostgreSQLFailure) {
    while true {
      let unsent = unsafe PQflush(handle)
      let isBusy = unsafe PQisBusy(handle) == 1
      guard unsent >= 0, unsent == 1 || isBusy else { return }
      let rest = deadline - Machine.monotonicNanoseconds
      guard rest > 0 else {
        throw giveUp("no answer within \(state.statementTimeout.nanoseconds / 1_000_000) ms", sql)
      }
      guard state.isWanted?() ?? true else { throw giveUp("nobody waits for it any more", sql) }
      let slice = state.isWanted == nil ? rest : min(rest, ConnectionState.slice.nanoseconds)
      let milliseconds = Int32(clamping: (slice + 999_999) / 1_000_000)
      let isReady = unsafe omni_pq_wait(handle, unsent == 1 ? 2 : 0, milliseconds) != 0
      // What libpq cannot read it tells in the result.
      if isReady, unsafe PQconsumeInput(handle) == 0 { return }
    }
  }

  /// Ends the connection's use: what the server still answers would be taken for another answer.
  private func giveUp(_ message: String, _ sql: String) -> PostgreSQLFailure {
    state.isGivenUp = true
    return lost(message, sql)
  }

  private func lost(_ message: String, _ sql: String) -> PostgreSQLFailure {
    PostgreSQLFailure(.connectionLost, message: message, statement: sql)
  }
}
