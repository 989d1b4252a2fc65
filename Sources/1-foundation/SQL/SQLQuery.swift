public import OmniTime

/// One statement with its parameters, and what its caller allows.
///
///     let query = SQLQuery("SELECT name FROM accounts WHERE number = $1", ["7"])
///
/// Parameters are called `$1`, `$2` and so on in every store, and are text or nothing.
public struct SQLQuery: Sendable, Hashable {
  /// The statement.
  public var text: String
  /// What stands for `$1`, `$2` and so on.
  public var parameters: [String?]
  /// How long the call may take, with its waiting; the source's own limit if it is nil.
  public var timeLimit: Interval?
  /// Whether it only reads; a store refuses a statement that says so and writes.
  ///
  /// A read whose connection was lost is tried once more; what writes never is.
  public var isReadOnly: Bool

  /// Creates a query.
  public init(
    _ text: String, _ parameters: [String?] = [], timeLimit: Interval? = nil,
    isReadOnly: Bool = true
  ) {
    self.text = text
    self.parameters = parameters
    self.timeLimit = timeLimit
    self.isReadOnly = isReadOnly
  }
}
