public import OmniConfiguration

/// Why a plan is not taken over.
public enum ResilienceFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The text is none, or a key is not wanted, missing or of another kind.
  case configuration(ConfigurationError)
  /// What a part says cannot be.
  case rule(at: String, String)
  /// Two parts of a kind have one name.
  case nameTwice(String)
  /// A part that is in use is not in the new plan.
  case removed(kind: String, name: String)
  /// There is no part of that kind and name.
  case unknown(kind: String, name: String)
  /// The file cannot be read.
  case file(String)

  /// The stable code of the fault.
  public var code: String {
    switch self {
    case .configuration(let error): error.code
    case .rule: "RES-002"
    case .nameTwice: "RES-003"
    case .removed: "RES-004"
    case .unknown: "RES-005"
    case .file: "RES-006"
    }
  }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .configuration(let error): error.description
    case .rule(let place, let reason): "\(code): at \(place): \(reason)"
    case .nameTwice(let place): "\(code): two parts have one name, at \(place)"
    case .removed(let kind, let name):
      "\(code): the \(kind) \(name) is in use and not in the new plan; nothing was changed"
    case .unknown(let kind, let name): "\(code): the plan has no \(kind) called \(name)"
    case .file(let reason): "\(code): \(reason)"
    }
  }
}
