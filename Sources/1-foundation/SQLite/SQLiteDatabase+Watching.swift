import CSQLite

/// What SQLite asks while it works.
private final class Watch {
  let isWanted: () -> Bool
  init(_ isWanted: @escaping () -> Bool) { self.isWanted = isWanted }
}

extension SQLiteDatabase {
  /// SQLite's code for a statement that was ended because nobody wanted it.
  static let interruptedCode = SQLITE_INTERRUPT
  /// After how many steps of SQLite's machine it asks whether it is to go on: some tens of
  /// microseconds.
  private static let stepCount: Int32 = 1_000

  /// Runs `body`, whose statements end with a failure as soon as `isWanted` is false.
  func whileWanted<Value>(
    _ isWanted: @escaping () -> Bool, _ body: () throws(SQLiteFailure) -> Value
  ) throws(SQLiteFailure) -> Value {
    let watch = Watch(isWanted)
    unsafe sqlite3_progress_handler(
      handle, Self.stepCount,
      { watch in
        guard let watch = unsafe watch else { return 0 }
        return unsafe Unmanaged<Watch>.fromOpaque(watch).takeUnretainedValue().isWanted() ? 0 : 1
      }, Unmanaged.passUnretained(watch).toOpaque())
    defer {
      unsafe sqlite3_progress_handler(handle, 0, nil, nil)
      withExtendedLifetime(watch) {}
    }
    return try body()
  }

  /// Whether another file, or none, is where this one was opened.
  var hasMoved: Bool {
    var moved: Int32 = 0
    return unsafe sqlite3_file_control(handle, nil, SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK
      && moved != 0
  }

  /// All rows that one statement returns, as text, with `parameters` for `$1`, `$2` and so on.
  func rows(
    _ sql: String, _ parameters: [String?]
  ) throws(SQLiteFailure) -> [[String?]] {
    var statement = try prepare(sql)
    guard statement.parameterCount == parameters.count else {
      throw SQLiteFailure(
        extendedCode: SQLITE_RANGE,
        message: "\(statement.parameterCount) parameters stand in it, and \(parameters.count) came",
        statement: sql)
    }
    for (index, value) in parameters.enumerated() {
      guard let number = statement.parameterNumber(named: "$\(index + 1)") else {
        throw SQLiteFailure(
          extendedCode: SQLITE_RANGE, message: "no $\(index + 1) stands in it", statement: sql)
      }
      if let value { try statement.bind(number, value) } else { try statement.bindNull(number) }
    }
    var rows: [[String?]] = []
    while try statement.step() {
      rows.append((0..<statement.columnCount).map { statement.text(at: $0) })
    }
    return rows
  }
}
