/// What can be wrong with a configuration, with where it was written and what was wanted.
///
/// The codes are stable: programs and people may rely on them.
public enum ConfigurationError: Error, Sendable, Equatable {
  /// The text does not follow its format.
  case malformed(source: ConfigurationSource, reason: String)
  /// The text uses a feature of its format that is refused here, such as an alias.
  case unsupported(source: ConfigurationSource, feature: String, instead: String)
  /// The text is larger or deeper than the limit.
  case tooLarge(source: ConfigurationSource, what: String, limit: Int)
  /// A value is not what its key wants.
  case mismatch(path: ConfigurationPath, source: ConfigurationSource, was: String, wanted: String)
  /// No key of the schema has this path.
  case unknownKey(path: ConfigurationPath, source: ConfigurationSource, nearest: String?)
  /// A key that has no default is in no layer.
  case missing(path: ConfigurationPath, wanted: String)
  /// A map has the same key twice.
  case duplicateKey(key: String, source: ConfigurationSource, first: ConfigurationSource)
  /// An override is not of the form `key.path=value`.
  case malformedOverride(source: ConfigurationSource, was: String)
  /// The bytes are not UTF-8.
  case invalidEncoding(source: ConfigurationSource, byteOffset: Int)

  /// The stable code of the kind of error.
  public var code: String {
    switch self {
    case .malformed: "CFG-001"
    case .unsupported: "CFG-002"
    case .tooLarge: "CFG-003"
    case .mismatch: "CFG-004"
    case .unknownKey: "CFG-005"
    case .missing: "CFG-006"
    case .duplicateKey: "CFG-007"
    case .malformedOverride: "CFG-008"
    case .invalidEncoding: "CFG-009"
    }
  }

  /// Where the error is, unless what is wrong is that something is nowhere.
  public var source: ConfigurationSource? {
    switch self {
    case .malformed(let source, _), .unsupported(let source, _, _), .tooLarge(let source, _, _),
      .mismatch(_, let source, _, _), .unknownKey(_, let source, _),
      .duplicateKey(_, let source, _), .malformedOverride(let source, _),
      .invalidEncoding(let source, _):
      source
    case .missing: nil
    }
  }
}

extension ConfigurationError: CustomStringConvertible {
  /// The error in one line, with its code: what was, where, and what was wanted.
  public var description: String { "\(code): \(sentence)" }

  private var sentence: String {
    switch self {
    case .malformed(let source, let reason): "\(source): \(reason)"
    case .unsupported(let source, let feature, let instead):
      "\(source): was \(feature), wanted \(instead)"
    case .tooLarge(let source, let what, let limit): "\(source): wanted at most \(limit) \(what)"
    case .mismatch(let path, let source, let was, let wanted):
      "\(path) at \(source): was \(was), wanted \(wanted)"
    case .unknownKey(let path, let source, let nearest):
      if let nearest {
        "\(path) at \(source): no such key, the nearest is \(nearest)"
      } else {
        "\(path) at \(source): no such key, wanted a key of the schema"
      }
    case .missing(let path, let wanted): "\(path): was not set, wanted \(wanted)"
    case .duplicateKey(let key, let source, let first):
      "\(source): the key \(ConfigurationText.excerpt(ofQuoted: key)) was already set at \(first), "
        + "wanted each key once"
    case .malformedOverride(let source, let was):
      "\(source): was \(ConfigurationText.excerpt(ofQuoted: was)), wanted key.path=value"
    case .invalidEncoding(let source, let byteOffset):
      "\(source): byte \(byteOffset) is not UTF-8, wanted UTF-8 throughout"
    }
  }
}
