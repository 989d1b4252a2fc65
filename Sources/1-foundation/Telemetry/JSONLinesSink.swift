/// Writes each record as one JSON object on a line of its own, for machines.
///
///     {"time":"…Z","level":"info","label":"kernel","message":"started","metadata":{"seed":"7"}}
///
/// Metadata stands in the order of its names, so equal records give equal lines. Control characters
/// are escaped; a message or value is cut after 8,192 characters, metadata after 64 entries.
public struct JSONLinesSink: LogSink {
  private let output: @Sendable (String) -> Void

  /// Creates a sink that hands each line, with its line feed, to `output`.
  ///
  /// - Parameters:
  ///   - output: writes one line; several threads may call it at once.
  public init(output: @escaping @Sendable (String) -> Void) { self.output = output }

  /// Writes one record.
  public func write(_ record: LogRecord) {
    var line = "{\"time\":\"" + LogText.time(record.nanosecondsSince1970)
    line += "\",\"level\":\"" + record.level.rawValue + "\",\"label\":"
    LogText.appendQuoted(record.label, to: &line)
    line += ",\"message\":"
    LogText.appendQuoted(record.message, to: &line)
    if !record.metadata.isEmpty {
      line += ",\"metadata\":{"
      for (index, entry) in LogText.ordered(record.metadata).enumerated() {
        if index > 0 { line += "," }
        LogText.appendQuoted(entry.key, to: &line)
        line += ":"
        LogText.appendQuoted(entry.value, to: &line)
      }
      line += "}"
    }
    output(line + "}\n")
  }
}
