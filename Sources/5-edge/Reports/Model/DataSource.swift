extension RunReport {
  /// Where data came from, and what was found in it.
  public struct DataSource: Sendable, Equatable {
    /// A kind of fault and how often it was found.
    public struct Fault: Sendable, Equatable {
      /// The kind, such as `duplicates` or `gaps`.
      public var kind: String
      /// How often; `nil` when it was not looked for.
      public var count: Int?
      /// What was done about it.
      public var note: String

      /// Creates a fault.
      public init(_ kind: String, count: Int?, note: String = "") {
        self.kind = kind
        self.count = count
        self.note = note
      }
    }

    /// The file or the package.
    public var name: String
    /// The version.
    public var version: String?
    /// The licence.
    public var licence: String?
    /// The SHA-256 of the bytes that were read, in hexadecimal.
    public var sha256: String?
    /// How many rows were read.
    public var rowsRead: Int?
    /// First instant, nanoseconds since 1970, UTC.
    public var from: Int64?
    /// Last instant, nanoseconds since 1970, UTC.
    public var to: Int64?
    /// What it is, in a sentence.
    public var note: String = ""
    /// What was found in it.
    public var faults: [Fault] = []

    /// Creates a source; set the rest where it is known.
    public init(_ name: String) {
      self.name = name
    }
  }

  /// A risk limit in force.
  public struct RiskLimit: Sendable, Equatable {
    /// The rule, with its code.
    public var rule: String
    /// To what it applies.
    public var scope: String
    /// The limit, exact.
    public var limit: String?
    /// Its unit.
    public var unit: String
    /// The highest value that the run reached, exact.
    public var reached: String?

    /// Creates a limit.
    public init(
      _ rule: String, scope: String, limit: String?, unit: String = "", reached: String? = nil
    ) {
      self.rule = rule
      self.scope = scope
      self.limit = limit
      self.unit = unit
      self.reached = reached
    }
  }
}
