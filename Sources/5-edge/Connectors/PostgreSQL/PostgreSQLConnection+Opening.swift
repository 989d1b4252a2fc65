import CPostgreSQL
import OmniPlatform
import OmniTime

extension PostgreSQLConnection {
  /// Connects, and gives the handle with what goes wrong in words that hold no password.
  static func open(
    _ text: String, _ configuration: Configuration
  ) throws(PostgreSQLFailure) -> OpaquePointer {
    let address = try ConnectionAddress(text)
    let timeout = configuration.connectTimeout
    let deadline = Machine.monotonicNanoseconds + timeout.nanoseconds
    let started = unsafe begin(text)
    guard let handle = unsafe started else {
      throw PostgreSQLFailure(.unreachable, message: "no memory", statement: address.shown)
    }
    // With this a message of the server holds its SQLSTATE, which libpq gives in no other way.
    unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
    guard unsafe PQstatus(handle) != CONNECTION_BAD else {
      throw unsafe refusal(handle, address)
    }
    var state = PGRES_POLLING_WRITING
    while state != PGRES_POLLING_OK {
      let rest = (deadline - Machine.monotonicNanoseconds) / 1_000_000
      let isWriting: Int32 = state == PGRES_POLLING_WRITING ? 1 : 0
      guard rest > 0, unsafe omni_pq_wait(handle, isWriting, Int32(clamping: rest)) != 0 else {
        unsafe PQfinish(handle)
        throw PostgreSQLFailure(
          .timedOut, message: "no connection within \(timeout.nanoseconds / 1_000_000) ms",
          statement: address.shown)
      }
      state = unsafe PQconnectPoll(handle)
      guard state != PGRES_POLLING_FAILED else { throw unsafe refusal(handle, address) }
    }
    let milliseconds = max(0, configuration.statementTimeout.nanoseconds / 1_000_000)
    let setting = "SET statement_timeout = \(min(milliseconds, Int64(Int32.max)))"
    let result = unsafe PQexec(handle, setting)
    defer { unsafe PQclear(result) }
    guard unsafe PQresultStatus(result) == PGRES_COMMAND_OK else {
      throw unsafe refusal(handle, address)
    }
    unsafe PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
    return unsafe handle
  }

  /// Starts to connect; what stands in `text` goes before what is fitting otherwise.
  private static func begin(_ text: String) -> OpaquePointer? {
    let words = [
      ("dbname", text), ("client_encoding", "UTF8"), ("fallback_application_name", "omni"),
    ]
    let keywords = words.map { CText($0.0) }
    let values = words.map { CText($0.1) }
    return unsafe withExtendedLifetime((keywords, values)) {
      unsafe PQconnectStartParams(
        keywords.map { unsafe $0.pointer } + [nil], values.map { unsafe $0.pointer } + [nil], 1)
    }
  }

  /// Why it could not be connected; frees the handle.
  private static func refusal(
    _ handle: OpaquePointer, _ address: ConnectionAddress
  ) -> PostgreSQLFailure {
    let text = unsafe address.withoutSecrets(String(cString: PQerrorMessage(handle)))
    unsafe PQfinish(handle)
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }
    let message = lines.joined(separator: "; ")
    guard let (state, severity, words) = serverWords(message) else {
      return PostgreSQLFailure(.unreachable, message: message, statement: address.shown)
    }
    return PostgreSQLFailure(
      .rejected, message: words, statement: address.shown, sqlState: state,
      detail: (severity, nil))
  }

  /// Takes `FATAL:  28P01: password …` apart, which only a server writes.
  private static func serverWords(_ text: String) -> (String, String, String)? {
    for severity in ["FATAL", "PANIC", "ERROR"] {
      guard let start = text.firstRange(of: severity + ":  ")?.upperBound else { continue }
      let rest = text[start...]
      let state = rest.prefix(5)
      let isState = state.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
      }
      if isState, rest.dropFirst(5).hasPrefix(": ") {
        return (String(state), severity, String(rest.dropFirst(7)))
      }
    }
    return nil
  }
}

/// Text with a zero behind it, for as long as the value lives.
@safe final class CText {
  let pointer: UnsafePointer<CChar>?

  /// Copies `text`; nil has no address.
  init(_ text: String?) {
    guard let text else {
      unsafe pointer = nil
      return
    }
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { unsafe copy[index] = byte }
    unsafe pointer = UnsafePointer(copy)
  }

  deinit { unsafe pointer?.deallocate() }
}
