public import OmniPlatform

/// Why events could not be read or appended.
public enum EventLogFailure: Error, Equatable, Sendable {
  /// The stream is not at the version that was expected; nothing was appended.
  case conflict(stream: StreamName, expected: UInt64, actual: UInt64)
  /// An event is larger than a log takes; nothing was appended.
  case eventTooLong(bytes: Int, limitBytes: Int)
  /// What the log holds at `version` of the stream cannot be right.
  case damaged(stream: StreamName, version: UInt64)
  /// The disk or the operating system refused.
  case file(FileError)
  /// A database refused, with a code and words of its own.
  case backend(code: String, reason: String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .conflict: "SNP-010"
    case .eventTooLong: "SNP-011"
    case .damaged: "SNP-012"
    case .file: "SNP-013"
    case .backend: "SNP-014"
    }
  }
}

extension EventLogFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .conflict(let stream, let expected, let actual):
      "\(code): stream \(stream.text) is at version \(actual), and \(expected) was expected"
    case .eventTooLong(let bytes, let limitBytes):
      "\(code): an event has \(bytes) bytes, and at most \(limitBytes) are allowed"
    case .damaged(let stream, let version):
      "\(code): the log of stream \(stream.text) is damaged at version \(version)"
    case .file(let error): "\(code): \(error)"
    case .backend(let code, let reason): "\(self.code): the database refused: \(code) \(reason)"
    }
  }
}
