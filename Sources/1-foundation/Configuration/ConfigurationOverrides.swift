extension LayeredConfiguration.Layer {
  /// Makes layers of assignments from a command line, such as `risk.max_order_quantity=5`.
  ///
  /// Each assignment is a layer of its own, so a later one stands above an earlier one, and
  /// `explain` shows both. The value is an unquoted scalar as YAML reads it (number, `true`,
  /// `null`, else text), or, if it begins with `[`, `{` or a quote, a YAML value in that style.
  /// Nothing after `=` is empty text.
  ///
  /// - Throws: a malformed override, or what is wrong with its value.
  public static func overrides(
    _ assignments: [String]
  ) throws(ConfigurationError) -> [LayeredConfiguration.Layer] {
    var layers: [LayeredConfiguration.Layer] = []
    for (index, assignment) in assignments.enumerated() {
      let source = ConfigurationSource(label: "command line argument \(index + 1)")
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let path = ConfigurationPath(parsing: String(parts[0])) else {
        throw .malformedOverride(source: source, was: assignment)
      }
      let value = try value(of: String(parts[1]), source: source)
      let root = ConfigurationValue.nested(value, at: path, source: source)
      layers.append(.init(name: "command line", root: root))
    }
    return layers
  }

  private static func value(
    of text: String, source: ConfigurationSource
  ) throws(ConfigurationError) -> ConfigurationValue {
    switch text.unicodeScalars.first {
    case "[", "{", "\"", "'": return try ConfigurationValue(yaml: text, label: source.label)
    case nil: return ConfigurationValue(checked: .string(""), source: source)
    default:
      guard text.utf8.count <= ConfigurationLimits.textBytesMax else {
        throw .tooLarge(source: source, what: "bytes", limit: ConfigurationLimits.textBytesMax)
      }
      return ConfigurationValue(
        checked: YAMLDocumentReader.content(ofPlain: text), source: source)
    }
  }
}

extension ConfigurationValue {
  /// Wraps a value in maps, so that it stands at a path of keys.
  static func nested(
    _ value: ConfigurationValue, at path: ConfigurationPath, source: ConfigurationSource
  ) -> ConfigurationValue {
    path.segments.reversed().reduce(value) { inner, segment in
      let key: String
      switch segment {
      case .key(let name): key = name
      case .index: preconditionFailure("a path of keys is wanted, \(path) holds a list position")
      }
      let member = Member(key: key, keySource: source, value: inner)
      return ConfigurationValue(checked: .map([member]), source: source)
    }
  }

  /// Lays another value above this one: maps are merged, anything else is replaced.
  ///
  /// Keys keep their order; new ones follow.
  func merged(with upper: ConfigurationValue) -> ConfigurationValue {
    guard case .map(var members) = content, case .map(let additions) = upper.content else {
      return upper
    }
    var positions: [String: Int] = [:]
    for (position, member) in members.enumerated() { positions[member.key] = position }
    for addition in additions {
      if let position = positions[addition.key] {
        let value = members[position].value.merged(with: addition.value)
        members[position] = Member(
          key: addition.key, keySource: addition.keySource, value: value)
      } else {
        positions[addition.key] = members.count
        members.append(addition)
      }
    }
    return ConfigurationValue(checked: .map(members), source: upper.source)
  }
}
