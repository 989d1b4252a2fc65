/// Writes each record as one line of text, for people.
///
///     2026-01-31T12:00:00.000000000Z warning execution: late acknowledgement order="17"
///
/// Metadata stands in the order of its names. Control characters, quotes and backslashes are
/// escaped, so no message can pretend to be two; limits are those of `JSONLinesSink`.
public struct TextSink: LogSink {
  private let output: @Sendable (String) -> Void

  /// Creates a sink that hands each line, with its line feed, to `output`.
  ///
  /// - Parameters:
  ///   - output: writes one line; several threads may call it at once.
  public init(output: @escaping @Sendable (String) -> Void) { self.output = output }

  /// Writes one record.
  public func write(_ record: LogRecord) {
    var line = LogText.time(record.nanosecondsSince1970) + " " + record.level.rawValue + " "
    LogText.append(record.label, to: &line)
    line += ": "
    LogText.append(record.message, to: &line)
    for (key, value) in LogText.ordered(record.metadata) {
      line += " "
      LogText.append(key, to: &line)
      line += "="
      LogText.appendQuoted(value, to: &line)
    }
    output(line + "\n")
  }
}
