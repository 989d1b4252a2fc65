/// One log message with everything that a sink may write of it.
public struct LogRecord: Sendable, Equatable {
  /// When it was logged, in nanoseconds since 1970, UTC.
  public let nanosecondsSince1970: Int64
  /// How much it matters.
  public let level: LogLevel
  /// Which part of the program it is from.
  public let label: String
  /// What is said.
  public let message: String
  /// Names and values that belong to it.
  public let metadata: [String: String]

  /// Creates a record.
  public init(
    nanosecondsSince1970: Int64, level: LogLevel, label: String, message: String,
    metadata: [String: String] = [:]
  ) {
    self.nanosecondsSince1970 = nanosecondsSince1970
    self.level = level
    self.label = label
    self.message = message
    self.metadata = metadata
  }
}
