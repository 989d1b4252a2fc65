import CPostgreSQL
public import OmniTime

/// A connection to a PostgreSQL server.
///
///     let connection = try PostgreSQLConnection("postgresql://omni@localhost/books")
///     let rows = try connection.query("SELECT name FROM accounts WHERE number = $1", ["7"])
///
/// Every call waits for the server, for at most the time-outs, so it belongs on a thread of the
/// caller's own: in Swift's pool of tasks it would keep others from running; for tasks there is
/// ``PostgreSQLPool``. It is used by one thread at a time. A transaction that is open when the value
/// goes is undone by the server. A server that does not keep the statement's limit itself is given
/// up five seconds later (a COPY's rows excepted), and with it the connection.
@safe public struct PostgreSQLConnection: ~Copyable {
  /// How long a connection waits.
  public struct Configuration: Sendable, Equatable {
    /// How long connecting may take.
    public var connectTimeout: Interval
    /// How long a statement may take; zero for as long as it likes.
    public var statementTimeout: Interval

    /// Creates settings.
    public init(
      connectTimeout: Interval = .seconds(10), statementTimeout: Interval = .seconds(60)
    ) {
      self.connectTimeout = connectTimeout
      self.statementTimeout = statementTimeout
    }
  }

  let handle: OpaquePointer
  private let noticeList: NoticeList
  let state: ConnectionState

  /// Connects to the server that a URL or a line of keywords and values names, as libpq reads them.
  public init(
    _ address: String, _ configuration: Configuration = Configuration()
  ) throws(PostgreSQLFailure) {
    unsafe handle = try Self.open(address, configuration)
    noticeList = NoticeList()
    state = ConnectionState(statementTimeout: configuration.statementTimeout)
    unsafe PQsetNoticeProcessor(
      handle, takeNotice, Unmanaged.passUnretained(noticeList).toOpaque())
  }

  deinit { unsafe PQfinish(handle) }

  // MARK: Statements

  /// Runs statements that are parted by semicolons, and drops the rows that they return.
  ///
  /// Several of them are one transaction, unless they hold BEGIN and COMMIT.
  public func execute(_ sql: String) throws(PostgreSQLFailure) {
    try checkText(sql, in: sql)
    let result = unsafe try exchange(sql)
    defer { unsafe PQclear(result) }
    try unsafe check(result, sql)
  }

  /// All rows that one statement returns, with `parameters` for `$1`, `$2` and so on, as text.
  ///
  /// - Complexity: O(rows), all of which are held in memory.
  public func query(
    _ sql: String, _ parameters: [String?] = []
  ) throws(PostgreSQLFailure) -> [[String?]] {
    try checkText(sql, in: sql)
    for parameter in parameters { try checkText(parameter ?? "", in: sql) }
    let result = unsafe try exchange(sql, parameters.map { CText($0) })
    defer { unsafe PQclear(result) }
    try unsafe check(result, sql)
    let (rows, columns) = unsafe (PQntuples(result), PQnfields(result))
    return (0..<rows).map { row in
      (0..<columns).map { column -> String? in
        guard unsafe PQgetisnull(result, row, column) == 0,
          let value = unsafe PQgetvalue(result, row, column)
        else { return nil }
        let count = Int(unsafe PQgetlength(result, row, column))
        return unsafe String(
          decoding: UnsafeRawBufferPointer(start: value, count: count), as: UTF8.self)
      }
    }
  }

  // MARK: Transactions

  /// Begins a transaction.
  public func begin() throws(PostgreSQLFailure) { try execute("BEGIN") }

  /// Makes what was done since ``begin()`` last.
  ///
  /// - Throws: also when a statement of the transaction had failed, since then the server undoes it.
  public func commit() throws(PostgreSQLFailure) {
    let isBroken = unsafe PQtransactionStatus(handle) == PQTRANS_INERROR
    try execute("COMMIT")
    if isBroken {
      throw PostgreSQLFailure(
        .statementFailed, message: "a statement before it had failed, so all was undone",
        statement: "COMMIT", sqlState: "25P02")
    }
  }

  /// Undoes what was done since ``begin()``; does nothing if no transaction is open.
  public func rollback() throws(PostgreSQLFailure) {
    if isInTransaction { try execute("ROLLBACK") }
  }

  /// Whether a transaction is open.
  public var isInTransaction: Bool {
    [PQTRANS_INTRANS, PQTRANS_INERROR].contains(unsafe PQtransactionStatus(handle))
  }

  /// Runs `body` in a transaction: all that it does lasts, or, if it throws, nothing.
  public func transaction<Result>(
    _ body: () throws(PostgreSQLFailure) -> Result
  ) throws(PostgreSQLFailure) -> Result {
    try begin()
    do throws(PostgreSQLFailure) {
      let result = try body()
      try commit()
      return result
    } catch {
      // The first failure is the one to tell of; on a lost connection the server undoes by itself.
      try? rollback()
      throw error
    }
  }

  // MARK: Facts

  /// What the server told beside the results, at most the last ``noticesMax``, oldest first.
  public var notices: [String] { noticeList.texts }

  /// How many notices are kept.
  public static var noticesMax: Int { 100 }

  /// The server's version, such as 150020 for 15.20.
  public var serverVersion: Int { Int(unsafe PQserverVersion(handle)) }

  /// Whether the connection was there when it was last used, and was not given up.
  public var isConnected: Bool { unsafe PQstatus(handle) == CONNECTION_OK && !state.isGivenUp }

  /// The version of the libpq that this process runs with, such as 150020 for 15.20.
  public static var libraryVersion: Int { Int(PQlibVersion()) }

  // MARK: Failures

  /// Refuses text that holds a zero byte, behind which libpq would not look.
  func checkText(_ text: String, in sql: String) throws(PostgreSQLFailure) {
    guard text.utf8.contains(0) else { return }
    throw PostgreSQLFailure(
      .callInvalid, message: "text holds a zero byte, which PostgreSQL stores in no text",
      statement: sql)
  }

  /// Throws what went wrong, if something did.
  func check(_ result: OpaquePointer?, _ sql: String) throws(PostgreSQLFailure) {
    switch unsafe PQresultStatus(result) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
      unsafe endCopy(result)
      throw PostgreSQLFailure(
        .callInvalid, message: "a COPY is run with copy(into:)", statement: sql)
    default: throw unsafe failure(result, sql)
    }
  }

  /// What the server or libpq says of `result`.
  func failure(_ result: OpaquePointer?, _ sql: String) -> PostgreSQLFailure {
    func field(_ letter: Unicode.Scalar) -> String? {
      unsafe PQresultErrorField(result, Int32(letter.value)).map { unsafe String(cString: $0) }
    }
    // The letters are those of PG_DIAG_SQLSTATE and its kind in the protocol.
    let state = field("C")
    // A server that ends a session says so before it hangs up.
    let isLast = ["FATAL", "PANIC"].contains(field("V") ?? "")
    let isLost = unsafe isLast || PQstatus(handle) == CONNECTION_BAD
    let words = unsafe field("M") ?? String(cString: PQerrorMessage(handle))
    let reason: PostgreSQLFailure.Reason =
      isLost ? .connectionLost : state == "57014" ? .timedOut : .statementFailed
    return PostgreSQLFailure(
      reason, message: words.split(whereSeparator: \.isNewline).joined(separator: "; "),
      statement: sql, sqlState: state, detail: (field("V"), field("D")))
  }

  /// Gives up a COPY that nobody wanted, so that the connection can go on.
  private func endCopy(_ result: OpaquePointer?) {
    if unsafe PQresultStatus(result) == PGRES_COPY_IN {
      unsafe PQputCopyEnd(handle, "not wanted")
    } else {
      var bytes: UnsafeMutablePointer<CChar>?
      while unsafe PQgetCopyData(handle, &bytes, 0) > 0 { unsafe PQfreemem(bytes) }
    }
    dropResults()
  }

  /// Takes and drops what the server still has to say.
  func dropResults() {
    while let rest = unsafe PQgetResult(handle) { unsafe PQclear(rest) }
  }
}

/// What libpq calls with a notice and the list that the connection keeps alive.
private func takeNotice(_ list: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?) {
  guard let list = unsafe list, let text = unsafe text else { return }
  unsafe Unmanaged<NoticeList>.fromOpaque(list).takeUnretainedValue().add(String(cString: text))
}

/// What the server told beside the results.
private final class NoticeList {
  private(set) var texts: [String] = []

  func add(_ text: String) {
    if texts.count == PostgreSQLConnection.noticesMax { texts.removeFirst() }
    texts.append(text.split(whereSeparator: \.isNewline).joined(separator: "; "))
  }
}
