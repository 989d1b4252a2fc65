/// Why a schema is not registered, or a payload not brought to its newest version.
public enum SchemaFailure: Error, Equatable, Sendable {
  /// The number or the name is another schema's.
  case taken(id: UInt16, name: String)
  /// No schema has that number.
  case unknown(id: UInt16)
  /// A version has no step to the next, or the version 0 was named.
  case noStep(id: UInt16, from: UInt16)
  /// The step did not understand the payload.
  case refused(id: UInt16, version: UInt16)
  /// There are as many schemas as there can be.
  case tooMany(limit: Int)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .taken: "BUS-031"
    case .unknown: "BUS-032"
    case .noStep: "BUS-033"
    case .refused: "BUS-034"
    case .tooMany: "BUS-035"
    }
  }
}

extension SchemaFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .taken(let id, let name):
      "\(code): schema \(id) or the name \"\(name)\" is another's; wanted new ones"
    case .unknown(let id): "\(code): no schema has the number \(id); wanted a known one"
    case .noStep(let id, let version):
      "\(code): schema \(id) has no step from version \(version); wanted one to the next"
    case .refused(let id, let version):
      "\(code): a payload of schema \(id) was not understood; wanted one of version \(version)"
    case .tooMany(let limit): "\(code): there are \(limit) schemas; wanted room for another"
    }
  }
}
