public import OmniPlatform

/// Why a log could not be opened, read or written.
public enum EventLogFailure: Error, Equatable, Sendable {
  /// A setting is out of its limits.
  case unusable(setting: String, value: Int, wanted: String)
  /// A file or the folder refused: the device is full, the disk failed, the folder is gone.
  case file(FileError)
  /// Bytes are not as they were written; nothing was cut.
  case corrupt(segment: String, offset: Int, reason: EnvelopeFailure)
  /// The beginning of a segment is not as it was written.
  case badSegment(segment: String, found: String)
  /// The events do not continue those before.
  case gap(segment: String, found: UInt64, wanted: UInt64)
  /// An event that does not continue the log was to be written.
  case outOfOrder(found: UInt64, wanted: UInt64)
  /// The events from `wanted` on are not there any more, or not yet.
  case outOfReach(wanted: UInt64, oldest: UInt64, newest: UInt64)
  /// The log failed earlier, and is not written to again.
  case poisoned(by: FileError)
  /// The log was closed.
  case closed

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .unusable: "BUS-015"
    case .file: "BUS-016"
    case .corrupt: "BUS-017"
    case .badSegment: "BUS-018"
    case .gap: "BUS-019"
    case .outOfOrder: "BUS-020"
    case .outOfReach: "BUS-021"
    case .poisoned: "BUS-022"
    case .closed: "BUS-023"
    }
  }
}

extension EventLogFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .unusable(let setting, let value, let wanted):
      "\(code): \(setting) is \(value); wanted \(wanted)"
    case .file(let error): "\(code): wanted the log in its files; \(error.description)"
    case .corrupt(let segment, let offset, let reason):
      "\(code): \(segment) is damaged at byte \(offset); \(reason.description)"
    case .badSegment(let segment, let found):
      "\(code): \(segment) begins with \(found); wanted the header of a log's segment"
    case .gap(let segment, let found, let wanted):
      "\(code): \(segment) goes on with event \(found); wanted \(wanted)"
    case .outOfOrder(let found, let wanted):
      "\(code): event \(found) was to be written; wanted \(wanted)"
    case .outOfReach(let wanted, let oldest, let newest):
      "\(code): the log holds events \(oldest) to \(newest); wanted to begin at \(wanted)"
    case .poisoned(let error):
      "\(code): the log failed earlier, and wanted no more writing; \(error.description)"
    case .closed: "\(code): the log is closed; wanted an open one"
    }
  }
}
