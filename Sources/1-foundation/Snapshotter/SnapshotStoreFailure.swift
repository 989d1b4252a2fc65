public import OmniPlatform

/// Why a store of snapshots did not do what was asked; what was there is there still.
public enum SnapshotStoreFailure: Error, Equatable, Sendable {
  /// The disk or the operating system refused.
  case file(FileError)
  /// Another process is writing snapshots of the same stream.
  case busy(stream: StreamName)
  /// A record is larger than the store takes.
  case recordTooLong(bytes: Int, limitBytes: Int)
  /// A database refused, with a code and words of its own.
  case backend(code: String, reason: String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .file: "SNP-020"
    case .busy: "SNP-021"
    case .recordTooLong: "SNP-022"
    case .backend: "SNP-023"
    }
  }
}

extension SnapshotStoreFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .file(let error): "\(code): \(error)"
    case .busy(let stream): "\(code): another process writes snapshots of stream \(stream.text)"
    case .recordTooLong(let bytes, let limitBytes):
      "\(code): a record has \(bytes) bytes, and at most \(limitBytes) are allowed"
    case .backend(let code, let reason): "\(self.code): the database refused: \(code) \(reason)"
    }
  }
}
