/// Logs messages of one part of the program to a sink.
///
/// The calls are those of swift-log, so that it could take this type's place. A logger is a value:
/// a copy with other metadata or another level leaves the first as it was. Below its level it
/// builds neither message nor metadata, and reads no clock.
///
///     var log = Logger(label: "execution", sink: sink, clock: clock)
///     log[metadataKey: "venue"] = "demo"
///     log.warning("late acknowledgement", metadata: ["order": "17"])
public struct Logger: Sendable {
  /// Reads the time, in nanoseconds since 1970, UTC.
  public typealias Clock = @Sendable () -> Int64

  /// The name of the part of the program.
  public let label: String
  /// The level below which nothing is logged.
  public var logLevel: LogLevel
  /// Names and values that each message of this logger has.
  public var metadata: [String: String]
  private let sink: any LogSink
  private let clock: Clock

  /// Creates a logger.
  public init(
    label: String, level: LogLevel = .info, metadata: [String: String] = [:],
    sink: any LogSink, clock: @escaping Clock
  ) {
    self.label = label
    self.logLevel = level
    self.metadata = metadata
    self.sink = sink
    self.clock = clock
  }

  /// One value of the logger's metadata; nil removes it.
  public subscript(metadataKey key: String) -> String? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Logs a message if its level is not below the logger's.
  ///
  /// Metadata of the message goes before the logger's where both have a name.
  public func log(
    level: LogLevel, _ message: @autoclosure () -> String,
    metadata: @autoclosure () -> [String: String] = [:]
  ) {
    guard level >= logLevel else { return }
    let own = metadata()
    sink.write(
      LogRecord(
        nanosecondsSince1970: clock(), level: level, label: label, message: message(),
        metadata: own.isEmpty ? self.metadata : self.metadata.merging(own) { $1 }))
  }

  /// Logs a step of the program.
  public func trace(
    _ message: @autoclosure () -> String, metadata: @autoclosure () -> [String: String] = [:]
  ) {
    log(level: .trace, message(), metadata: metadata())
  }

  /// Logs what helps to find a fault.
  public func debug(
    _ message: @autoclosure () -> String, metadata: @autoclosure () -> [String: String] = [:]
  ) {
    log(level: .debug, message(), metadata: metadata())
  }

  /// Logs what happens in the ordinary course.
  public func info(
    _ message: @autoclosure () -> String, metadata: @autoclosure () -> [String: String] = [:]
  ) {
    log(level: .info, message(), metadata: metadata())
  }

  /// Logs what is ordinary, but worth a look.
  public func notice(
    _ message: @autoclosure () -> String, metadata: @autoclosure () -> [String: String] = [:]
  ) {
    log(level: .notice, message(), metadata: metadata())
  }

  /// Logs what may become an error.
  public func warning(
    _ message: @autoclosure () -> String, metadata: @autoclosure () -> [String: String] = [:]
  ) {
    log(level: .warning, message(), metadata: metadata())
  }

  /// Logs what went wrong.
  public func error(
    _ message: @autoclosure () -> String, metadata: @autoclosure () -> [String: String] = [:]
  ) {
    log(level: .error, message(), metadata: metadata())
  }

  /// Logs what went wrong and needs somebody at once.
  public func critical(
    _ message: @autoclosure () -> String, metadata: @autoclosure () -> [String: String] = [:]
  ) {
    log(level: .critical, message(), metadata: metadata())
  }
}
