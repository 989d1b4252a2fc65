/// Why bytes are no state or event of a model.
public enum CodecFailure: Error, Equatable, Sendable {
  /// The bytes end at `at`, and `wantedBytes` more were wanted there.
  case truncated(at: Int, wantedBytes: Int)
  /// What stands at `at` is no `what`.
  case malformed(what: String, at: Int)
  /// `bytes` bytes follow where the value is complete.
  case trailing(bytes: Int)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .truncated: "SNP-003"
    case .malformed: "SNP-004"
    case .trailing: "SNP-005"
    }
  }
}

extension CodecFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .truncated(let at, let wantedBytes):
      "\(code): the bytes end at \(at), and \(wantedBytes) more were wanted"
    case .malformed(let what, let at): "\(code): what stands at byte \(at) is no \(what)"
    case .trailing(let bytes): "\(code): \(bytes) bytes follow where the value is complete"
    }
  }
}
