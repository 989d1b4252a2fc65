import CSQLite

/// A statement that was compiled once and is run often.
///
/// Parameters are numbered from 1, as in `?1`; columns from 0. What is bound stays bound until it is
/// bound anew. Text and bytes are copied.
@safe public struct SQLiteStatement: ~Copyable {
  private let handle: OpaquePointer
  private let sql: String

  init(_ handle: OpaquePointer, sql: String) {
    unsafe self.handle = handle
    self.sql = sql
  }

  deinit { unsafe sqlite3_finalize(handle) }

  // MARK: Parameters

  /// How many parameters there are, which is the highest number of one.
  public var parameterCount: Int { Int(unsafe sqlite3_bind_parameter_count(handle)) }

  /// The number of the parameter that is written as `name`, such as `$1`; nil if there is none.
  public func parameterNumber(named name: String) -> Int? {
    let number = unsafe sqlite3_bind_parameter_index(handle, name)
    return number == 0 ? nil : Int(number)
  }

  /// Binds a whole number.
  public mutating func bind(_ number: Int, _ value: Int64) throws(SQLiteFailure) {
    try check(unsafe sqlite3_bind_int64(handle, Int32(clamping: number), value))
  }

  /// Binds text.
  public mutating func bind(_ number: Int, _ value: String) throws(SQLiteFailure) {
    var text = value
    let result = text.withUTF8 { bytes -> Int32 in
      // An empty buffer may have no address, which SQLite would take for NULL.
      guard let base = bytes.baseAddress else {
        return unsafe omni_sqlite3_bind_text(handle, Int32(clamping: number), "", 0)
      }
      return unsafe omni_sqlite3_bind_text(
        handle, Int32(clamping: number), UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self),
        Int64(bytes.count))
    }
    try check(result)
  }

  /// Binds bytes.
  public mutating func bind(_ number: Int, _ value: [UInt8]) throws(SQLiteFailure) {
    let result =
      value.isEmpty
      ? unsafe sqlite3_bind_zeroblob(handle, Int32(clamping: number), 0)
      : unsafe omni_sqlite3_bind_blob(handle, Int32(clamping: number), value, Int64(value.count))
    try check(result)
  }

  /// Binds nothing.
  public mutating func bindNull(_ number: Int) throws(SQLiteFailure) {
    try check(unsafe sqlite3_bind_null(handle, Int32(clamping: number)))
  }

  /// Binds a cell.
  public mutating func bind(_ number: Int, _ value: SQLiteValue) throws(SQLiteFailure) {
    switch value {
    case .null: try bindNull(number)
    case .integer(let value): try bind(number, value)
    case .real(let value):
      try check(unsafe sqlite3_bind_double(handle, Int32(clamping: number), value))
    case .text(let value): try bind(number, value)
    case .blob(let value): try bind(number, value)
    }
  }

  // MARK: Running

  /// Goes to the next row; false behind the last one, when it can be run anew.
  public mutating func step() throws(SQLiteFailure) -> Bool {
    switch unsafe sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      unsafe sqlite3_reset(handle)
      return false
    default:
      let failure = failure
      unsafe sqlite3_reset(handle)
      throw failure
    }
  }

  /// Runs it to its end, and drops the rows.
  public mutating func run() throws(SQLiteFailure) {
    while try step() {}
  }

  /// Goes back to before the first row.
  public mutating func reset() { unsafe sqlite3_reset(handle) }

  // MARK: Columns

  /// How many columns a row has.
  public var columnCount: Int { Int(unsafe sqlite3_column_count(handle)) }

  /// The name of the column at `index`.
  public func columnName(at index: Int) -> String {
    unsafe sqlite3_column_name(handle, Int32(clamping: index)).map { unsafe String(cString: $0) }
      ?? ""
  }

  /// The whole number in the column at `index` of the present row; other types are converted.
  public func integer(at index: Int) -> Int64 {
    unsafe sqlite3_column_int64(handle, Int32(clamping: index))
  }

  /// The text in the column at `index` of the present row, or nil for NULL.
  public func text(at index: Int) -> String? {
    let column = Int32(clamping: index)
    guard let bytes = unsafe sqlite3_column_text(handle, column) else { return nil }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The bytes in the column at `index` of the present row; none for NULL.
  public func bytes(at index: Int) -> [UInt8] {
    let column = Int32(clamping: index)
    guard let bytes = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = Int(unsafe sqlite3_column_bytes(handle, column))
    return unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// The cell in the column at `index` of the present row.
  public func value(at index: Int) -> SQLiteValue {
    switch unsafe sqlite3_column_type(handle, Int32(clamping: index)) {
    case SQLITE_INTEGER: .integer(integer(at: index))
    case SQLITE_FLOAT: .real(unsafe sqlite3_column_double(handle, Int32(clamping: index)))
    case SQLITE_TEXT: .text(text(at: index) ?? "")
    case SQLITE_BLOB: .blob(bytes(at: index))
    default: .null
    }
  }

  private func check(_ result: Int32) throws(SQLiteFailure) {
    guard result == SQLITE_OK else { throw failure }
  }

  private var failure: SQLiteFailure {
    unsafe SQLiteFailure(sqlite3_db_handle(handle), statement: sql)
  }
}
