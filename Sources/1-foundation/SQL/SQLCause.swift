/// What the module that speaks with a store says of a failure.
public struct SQLCause: Sendable, Hashable, CustomStringConvertible {
  /// The code of that module, such as `PGC-004` or `SQL-002`.
  public let code: String
  /// The store's own number: an SQLSTATE, or SQLite's extended result code; nil if there is none.
  public let state: String?
  /// Its words, in one line, without secrets.
  public let message: String

  /// Creates a cause.
  public init(code: String, state: String?, message: String) {
    self.code = code
    self.state = state
    self.message = Self.line(message)
  }

  /// Takes a one-line description that may begin with its own code.
  package init(code: String, state: String?, description: String) {
    let prefix = code + ": "
    self.init(
      code: code, state: state,
      message: description.hasPrefix(prefix)
        ? String(description.dropFirst(prefix.count)) : description)
  }

  /// The code, and the words.
  public var description: String { "\(code): \(message)" }

  /// At most 500 characters, on one line.
  static func line(_ text: String) -> String {
    String(text.prefix(500).map { $0.isNewline ? " " : $0 })
  }
}
