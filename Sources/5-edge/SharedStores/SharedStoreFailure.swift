/// Why a shared store gave no answer.
public enum SharedStoreFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// It answered with something else than was wanted.
  case answer(of: String, was: String, wanted: String)

  /// The stable code of the failure.
  public var code: String { "SHS-001" }

  /// One line: what was, and what was wanted.
  public var description: String {
    switch self {
    case .answer(let store, let was, let wanted):
      "\(code): the store of \(store) answered \(was); wanted \(wanted)"
    }
  }
}
