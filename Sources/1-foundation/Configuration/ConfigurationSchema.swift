/// All keys that a configuration may have.
///
/// A configuration is held against its schema once, at the start: keys that the schema does not
/// have, values that are not wanted and required keys that are missing are found before anything
/// acts on them.
///
/// - Invariant: no path comes twice, and none lies within another.
public struct ConfigurationSchema: Sendable {
  /// One key of the schema, without the type of its value.
  public struct Entry: Sendable {
    /// Where the value is.
    public let path: ConfigurationPath
    /// What the value has to be, in words.
    public let wanted: String
    /// The unit of the value, or nothing.
    public let unit: String
    /// What the value is for.
    public let documentation: String
    /// The value that holds if no layer sets the key.
    public let defaultValue: ConfigurationValue?
    let check: @Sendable (ConfigurationValue, ConfigurationPath) throws(ConfigurationError) -> Void
  }

  /// The keys, in the order in which they were given.
  public let entries: [Entry]
  private let entryByPath: [ConfigurationPath: Int]
  private let sections: Set<ConfigurationPath>

  /// Creates a schema of keys: `ConfigurationSchema([a.entry, b.entry])`.
  ///
  /// - Precondition: no path comes twice, and none lies within another.
  public init(_ entries: [Entry]) {
    var entryByPath: [ConfigurationPath: Int] = [:]
    var sections: Set<ConfigurationPath> = []
    for (index, entry) in entries.enumerated() {
      let earlier = entryByPath.updateValue(index, forKey: entry.path)
      precondition(earlier == nil, "\(entry.path) is twice in the schema")
      let segments = entry.path.segments
      for count in 0..<segments.count {
        sections.insert(ConfigurationPath(Array(segments.prefix(count))))
      }
    }
    for entry in entries {
      precondition(!sections.contains(entry.path), "\(entry.path) is both a key and a section")
    }
    self.entries = entries
    self.entryByPath = entryByPath
    self.sections = sections
  }

  /// The defaults of all keys, as the lowest layer of a configuration.
  public var defaults: LayeredConfiguration.Layer {
    let source = ConfigurationSource(label: "default")
    var root = ConfigurationValue(.map([]), source: source)
    for entry in entries {
      guard let value = entry.defaultValue else { continue }
      let nested = ConfigurationValue.nested(value, at: entry.path, source: source)
      root = root.merged(with: nested)
    }
    return LayeredConfiguration.Layer(name: "defaults", root: root)
  }

  /// Finds what is wrong with a configuration, at most `ConfigurationLimits.errorCountMax` errors.
  ///
  /// Errors come in the order of the document; missing keys follow at the end.
  public func check(_ configuration: LayeredConfiguration) -> [ConfigurationError] {
    var errors: [ConfigurationError] = []
    check(configuration.merged, at: .root, base: configuration.base, into: &errors)
    for entry in entries where entry.defaultValue == nil {
      if errors.count >= ConfigurationLimits.errorCountMax { break }
      guard configuration.merged.value(at: entry.path) == nil else { continue }
      let path = configuration.base.appending(entry.path)
      errors.append(.missing(path: path, wanted: entry.wanted))
    }
    return errors
  }

  /// Refuses a configuration that breaks the schema, with the first of its errors.
  public func require(_ configuration: LayeredConfiguration) throws(ConfigurationError) {
    if let first = check(configuration).first { throw first }
  }

  private func check(
    _ value: ConfigurationValue, at path: ConfigurationPath, base: ConfigurationPath,
    into errors: inout [ConfigurationError]
  ) {
    guard let members = value.members else {
      errors.append(
        .mismatch(
          path: base.appending(path), source: value.source, was: value.summary, wanted: "a map"))
      return
    }
    for member in members {
      if errors.count >= ConfigurationLimits.errorCountMax { return }
      let path = path.appending(key: member.key)
      if let index = entryByPath[path] {
        do {
          try entries[index].check(member.value, base.appending(path))
        } catch {
          errors.append(error)
        }
      } else if sections.contains(path) {
        check(member.value, at: path, base: base, into: &errors)
      } else {
        errors.append(
          .unknownKey(
            path: base.appending(path), source: member.keySource, nearest: nearest(to: path)))
      }
    }
  }

  private func nearest(to path: ConfigurationPath) -> String? {
    let known = entries.map(\.path) + sections.filter { !$0.segments.isEmpty }
    return NearestKey.find(path.description, among: known.map(\.description).sorted())
  }
}
