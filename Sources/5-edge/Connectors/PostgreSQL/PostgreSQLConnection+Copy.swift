import CPostgreSQL

extension PostgreSQLConnection {
  /// Sends rows in bulk, through `COPY … FROM STDIN`.
  ///
  ///     try connection.copy(into: "COPY notes (number, text) FROM STDIN") { writer in
  ///       writer.put(7)
  ///       writer.put("paid")
  ///       try writer.endRow()
  ///     }
  ///
  /// If `body` throws or the server refuses a row, no row is there.
  ///
  /// - Parameters:
  ///   - sql: The COPY; for ``PostgreSQLCopyWriter/Format/binary`` it ends with `(FORMAT binary)`.
  ///   - format: How the rows are written, which has to be what the COPY says.
  ///   - body: Writes the rows.
  /// - Returns: how many rows the server took.
  @discardableResult
  public func copy(
    into sql: String, format: PostgreSQLCopyWriter.Format = .text,
    _ body: (inout PostgreSQLCopyWriter) throws(PostgreSQLFailure) -> Void
  ) throws(PostgreSQLFailure) -> Int {
    try checkText(sql, in: sql)
    let begun = unsafe try exchange(sql)
    defer { unsafe PQclear(begun) }
    guard unsafe PQresultStatus(begun) == PGRES_COPY_IN else {
      try unsafe check(begun, sql)
      throw PostgreSQLFailure(
        .callInvalid, message: "it is no COPY FROM STDIN", statement: sql)
    }
    guard unsafe PQbinaryTuples(begun) == (format == .binary ? 1 : 0) else {
      unsafe PQputCopyEnd(handle, "wrong format")
      dropResults()
      throw PostgreSQLFailure(
        .callInvalid, message: "the COPY wants another format than \(format)", statement: sql)
    }
    var writer = unsafe PostgreSQLCopyWriter(handle, format: format)
    do throws(PostgreSQLFailure) {
      try body(&writer)
      try writer.finish()
    } catch {
      throw giveUp(sql, because: error)
    }
    guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw unsafe failure(nil, sql) }
    return try copyResult(sql)
  }

  /// The server's answer to the whole COPY.
  private func copyResult(_ sql: String) throws(PostgreSQLFailure) -> Int {
    let result = unsafe PQgetResult(handle)
    defer {
      unsafe PQclear(result)
      dropResults()
    }
    try unsafe check(result, sql)
    return unsafe PQcmdTuples(result).flatMap { unsafe Int(String(cString: $0)) } ?? 0
  }

  /// Ends a COPY that failed; the server's own word goes before the writer's.
  private func giveUp(
    _ sql: String, because failure: PostgreSQLFailure
  ) -> PostgreSQLFailure {
    if failure.reason == .connectionLost {
      return PostgreSQLFailure(
        .connectionLost, message: failure.message, statement: sql, sqlState: failure.sqlState,
        detail: (failure.severity, failure.detail))
    }
    unsafe PQputCopyEnd(handle, "given up")
    dropResults()
    return failure
  }
}
