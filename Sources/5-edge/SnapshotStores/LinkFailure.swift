import OmniSnapshotter

/// Why a database did not do what it was asked, and what that means for the connection.
struct LinkFailure: Error {
  /// What became of the connection.
  enum Connection {
    /// It goes on.
    case usable
    /// It is of no more use, and to ask again at once is of none either.
    case spent
    /// It is gone; on a new one the same may work.
    case lost
  }

  /// What the caller is told.
  let failure: SnapshotStoreFailure
  /// What became of the connection.
  let connection: Connection

  /// Wraps a failure of the module that talks to the database.
  ///
  /// - Parameter description: one line, which may begin with `code` and a colon.
  init(code: String, description: String, _ connection: Connection) {
    let prefix = code + ": "
    let reason =
      description.hasPrefix(prefix) ? String(description.dropFirst(prefix.count)) : description
    failure = .backend(code: code, reason: reason)
    self.connection = connection
  }
}
