extension RunReport {
  /// What is known of a run itself.
  public struct Facts: Sendable, Equatable {
    /// First instant, nanoseconds since 1970, UTC.
    public var from: Int64?
    /// Last instant, nanoseconds since 1970, UTC.
    public var to: Int64?
    /// Number of events that the run consumed.
    public var events: Int?
    /// Number of orders that were submitted.
    public var orders: Int?
    /// Number of fills.
    public var fills: Int?
    /// The digest of the run's journal, in hexadecimal.
    public var digest: String?
    /// Whether a second run of the same input gave the same digest.
    public var replay: Check = .notChecked
    /// Whether debits and credits of the ledger agree in each currency.
    public var ledger: Check = .notChecked
    /// The name of the rule by which orders were filled.
    public var fillPolicy: String?
    /// The command that made the run.
    public var command: String?

    /// Creates facts of which nothing is known yet.
    public init() {}
  }

  /// The outcome of a check.
  public enum Check: Sendable, Equatable {
    /// It was checked and holds.
    case holds
    /// It was checked and does not hold, with what was found.
    case fails(String)
    /// It was not checked.
    case notChecked
  }
}
