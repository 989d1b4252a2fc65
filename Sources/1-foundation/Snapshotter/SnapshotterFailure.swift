/// Why an aggregate could not be rebuilt, appended to or pruned.
///
/// No snapshot is ever the reason that an aggregate cannot be rebuilt.
public enum SnapshotterFailure: Error, Equatable, Sendable {
  /// The log refused.
  case log(EventLogFailure)
  /// The event that took the stream to `version` cannot be read.
  case event(stream: StreamName, version: UInt64, cause: CodecFailure)
  /// A version was wanted that the stream has not reached.
  case versionAhead(wanted: UInt64, actual: UInt64)
  /// The log said that the stream goes to `wanted`, and gives no event after `actual`.
  case logEnded(stream: StreamName, actual: UInt64, wanted: UInt64)
  /// The store refused while snapshots were pruned; what it had removed before is gone.
  case store(SnapshotStoreFailure)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .log: "SNP-030"
    case .event: "SNP-031"
    case .versionAhead: "SNP-032"
    case .logEnded: "SNP-033"
    case .store: "SNP-034"
    }
  }
}

extension SnapshotterFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .log(let failure): "\(code): \(failure)"
    case .event(let stream, let version, let cause):
      "\(code): event \(version) of stream \(stream.text) cannot be read: \(cause)"
    case .versionAhead(let wanted, let actual):
      "\(code): the stream is at version \(actual), and \(wanted) was wanted"
    case .logEnded(let stream, let actual, let wanted):
      "\(code): stream \(stream.text) ends at version \(actual), and \(wanted) was promised"
    case .store(let failure): "\(code): \(failure)"
    }
  }
}
