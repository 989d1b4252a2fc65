/// Where log records go.
///
/// A sink is called on the thread that logs, by several threads at once.
public protocol LogSink: Sendable {
  /// Takes one record.
  func write(_ record: LogRecord)
}
