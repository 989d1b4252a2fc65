import CSQLite

extension SQLiteFailure.Reason {
  /// The kind that SQLite's primary result code stands for.
  init(primaryCode: Int32) {
    self =
      switch primaryCode {
      case SQLITE_CANTOPEN, SQLITE_PERM: .cannotOpen
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_READONLY: .readOnly
      case SQLITE_CONSTRAINT: .constraint
      case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
      case SQLITE_FULL: .full
      case SQLITE_IOERR: .device
      default: .failed
      }
  }
}

extension SQLiteFailure {
  /// What went wrong last on `handle`, while it ran `statement`.
  init(_ handle: OpaquePointer?, statement: String) {
    self.init(
      extendedCode: unsafe sqlite3_extended_errcode(handle),
      message: unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) } ?? "",
      statement: statement)
  }
}
