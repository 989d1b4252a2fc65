/// Why a name is not a topic's.
public enum TopicFailure: Error, Equatable, Sendable {
  /// The name is not a family, a dot and a word.
  case malformed(name: String)
  /// The family has as many topics as it can.
  case familyFull(family: BusFamily, limit: Int)
  /// There is no topic of that name.
  case unknown(name: String)

  /// The stable code for whoever runs the program.
  public var code: String {
    switch self {
    case .malformed: "BUS-001"
    case .familyFull: "BUS-002"
    case .unknown: "BUS-003"
    }
  }
}

extension TopicFailure: CustomStringConvertible {
  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .malformed(let name):
      "\(code): \"\(name)\" is no topic; wanted family.word, as in market.trade"
    case .familyFull(let family, let limit):
      "\(code): \(family.name) has its \(limit) topics; wanted room for another"
    case .unknown(let name):
      "\(code): no topic is called \"\(name)\"; wanted a known name, family.* or *"
    }
  }
}
