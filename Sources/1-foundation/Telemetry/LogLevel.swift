/// How much a log message matters, from `trace` to `critical`.
///
/// The levels are those of swift-log.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
  /// For following a program step by step.
  case trace
  /// For finding a fault.
  case debug
  /// For what happens in the ordinary course.
  case info
  /// For what is ordinary, but worth a look.
  case notice
  /// For what is not an error and may become one.
  case warning
  /// For what went wrong.
  case error
  /// For what went wrong and needs somebody at once.
  case critical

  /// Tells whether the left level matters less.
  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .trace: 0
    case .debug: 1
    case .info: 2
    case .notice: 3
    case .warning: 4
    case .error: 5
    case .critical: 6
    }
  }
}
