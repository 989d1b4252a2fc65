import OmniSnapshotter

/// Why a database did not do what it was asked, and what that means for the connection.
struct LinkFailure: Error {
  /// What the caller is told.
  let failure: SnapshotStoreFailure
  /// Whether the connection is gone, so that on a new one the same may work.
  let isLost: Bool

  /// Wraps a failure of the module that talks to the database.
  ///
  /// - Parameter description: one line, which may begin with `code` and a colon.
  init(code: String, description: String, isLost: Bool) {
    let prefix = code + ": "
    let reason =
      description.hasPrefix(prefix) ? String(description.dropFirst(prefix.count)) : description
    failure = .backend(code: code, reason: reason)
    self.isLost = isLost
  }
}
