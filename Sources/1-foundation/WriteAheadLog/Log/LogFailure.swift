public import OmniPlatform

/// Why a log cannot do what it was asked.
public enum LogFailure: Error, Equatable, Sendable {
  /// The disk refused; the log is as it was.
  case file(FileError)
  /// There is no log in this place.
  case noLog
  /// There is a log, or something else, in the place for a new one.
  case placeTaken(by: String)
  /// There is no room for a frame of so many bytes; the log is as it was.
  case diskFull(wantedBytes: Int)
  /// A frame's body is longer than a segment holds; the log is as it was.
  case bodyTooLong(bytes: Int, limitBytes: Int)
  /// A write or synchronisation failed, so nobody knows what the device holds.
  ///
  /// Nothing more is taken. What was acknowledged before is safe: open the log anew.
  case poisoned(by: FileError)
  /// Bytes are not what they were when they were acknowledged.
  case corrupt(Damage)
  /// Frames that had been acknowledged are not there.
  case lost(acknowledged: UInt64, found: UInt64)
  /// There is no frame with this number.
  case noFrame(UInt64)
  /// A setting is out of its limits.
  case unusable(setting: String, value: Int)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .file: "WAL-001"
    case .noLog: "WAL-002"
    case .placeTaken: "WAL-003"
    case .diskFull: "WAL-004"
    case .bodyTooLong: "WAL-005"
    case .poisoned: "WAL-006"
    case .corrupt: "WAL-007"
    case .lost: "WAL-008"
    case .noFrame: "WAL-009"
    case .unusable: "WAL-010"
    }
  }
}

/// A place where bytes are not what they should be.
public struct Damage: Equatable, Sendable, Hashable {
  /// In which file.
  public let file: String
  /// At which byte; the first of what is checked together, if the byte itself cannot be told.
  public let offset: Int
  /// What stands there.
  public let what: String

  /// Describes a place.
  public init(file: String, offset: Int, what: String) {
    self.file = file
    self.offset = offset
    self.what = what
  }
}

extension Damage: CustomStringConvertible {
  /// One line: where, and what.
  public var description: String { "\(file), offset \(offset): \(what)" }
}

extension LogFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String { "\(code): \(text)" }

  private var text: String {
    switch self {
    case .file(let error): "\(error)"
    case .noLog: "no log is there, and one was wanted"
    case .placeTaken(let name): "\(name) is there, and an empty place was wanted"
    case .diskFull(let bytes): "no room for a frame of \(bytes) bytes; nothing was changed"
    case .bodyTooLong(let bytes, let limit):
      "a frame has \(bytes) bytes, and at most \(limit) fit into a segment"
    case .poisoned(let cause): "nothing more is taken since the disk failed: \(cause)"
    case .corrupt(let damage): "\(damage)"
    case .lost(let acknowledged, let found):
      "\(acknowledged) frames were acknowledged, and \(found) are there"
    case .noFrame(let number): "there is no frame \(number)"
    case .unusable(let setting, let value): "\(value) is no usable \(setting)"
    }
  }
}
