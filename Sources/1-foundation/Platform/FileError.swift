/// Why something that concerned a file or folder could not be done.
public struct FileError: Error, Equatable, Sendable {
  /// The kinds of failure that a caller may want to tell apart.
  public enum Reason: Sendable, Equatable, CaseIterable {
    /// There is no such file or folder.
    case missing
    /// The operating system does not let this user do that.
    case forbidden
    /// It is there already.
    case exists
    /// It is a folder, and a file was wanted.
    case isDirectory
    /// A part of the path is a file, and a folder was wanted.
    case notDirectory
    /// There is no room left on the device.
    case diskFull
    /// The file ends before its compressed content does.
    case truncatedGzip
    /// The compressed content contradicts its format or its checksum.
    case damagedGzip
    /// The file is shorter than it was said to be.
    case truncated
    /// Somebody else holds it.
    case locked
    /// The one who reads the other end of the pipe is gone.
    case brokenPipe
    /// Anything else; the error number tells.
    case failed
  }

  /// What kind of failure it is.
  public let reason: Reason
  /// What was wanted, as a verb, such as `open`.
  public let operation: String
  /// Where.
  public let path: String
  /// The operating system's number for it, or 0 if it was not the one who refused.
  public let errorNumber: Int32
  /// The operating system's words for it, or empty.
  public let systemText: String

  /// Creates an error; only this module has reason to.
  package init(
    _ reason: Reason, operation: String, path: String, errorNumber: Int32 = 0,
    systemText: String = ""
  ) {
    self.reason = reason
    self.operation = operation
    self.path = path
    self.errorNumber = errorNumber
    self.systemText = systemText
  }

  /// The stable code for whoever runs the program.
  public var code: String {
    switch reason {
    case .missing: "PLT-001"
    case .forbidden: "PLT-002"
    case .exists: "PLT-003"
    case .isDirectory: "PLT-004"
    case .notDirectory: "PLT-005"
    case .diskFull: "PLT-006"
    case .truncatedGzip: "PLT-007"
    case .damagedGzip: "PLT-008"
    case .truncated: "PLT-009"
    case .locked: "PLT-010"
    case .brokenPipe: "PLT-011"
    case .failed: "PLT-012"
    }
  }
}

extension FileError: CustomStringConvertible {
  /// One line: what was wanted, where, and what stood against it.
  public var description: String {
    let what =
      switch reason {
      case .missing: "there is no such file or folder"
      case .forbidden: "permission denied"
      case .exists: "it exists already"
      case .isDirectory: "it is a folder, and a file was wanted"
      case .notDirectory: "a part of the path is no folder"
      case .diskFull: "no room left on the device"
      case .truncatedGzip: "the compressed content is cut off"
      case .damagedGzip: "the compressed content is damaged"
      case .truncated: "the file ends too early"
      case .locked: "somebody else holds it"
      case .brokenPipe: "nobody reads the other end"
      case .failed: systemText.isEmpty ? "it failed" : "\(systemText) (\(errorNumber))"
      }
    return "\(code): could not \(operation) \(path): \(what)"
  }
}
