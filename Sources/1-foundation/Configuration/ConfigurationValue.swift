/// One value of a configuration, which knows where it was written.
///
/// A document is a tree of these. Numbers are kept as the text in which they were written, so that
/// nothing is rounded before the reader has said what the number is: a count, an exact decimal or
/// a statistic. Maps keep the order of their keys.
///
/// - Invariant: the keys of a map differ from each other; the text of a number is a JSON number.
public struct ConfigurationValue: Sendable, Equatable {
  /// What a value can be.
  public enum Content: Sendable, Equatable {
    /// The absence of a value, written as `null`.
    case null
    /// Exactly `true` or `false`.
    case bool(Bool)
    /// A number without fraction and exponent, as it was written.
    case integer(String)
    /// A number with a fraction or an exponent, as it was written.
    case decimal(String)
    /// Text.
    case string(String)
    /// Values in order.
    case list([ConfigurationValue])
    /// Values by key, in the order in which they were written.
    case map([Member])
  }

  /// One key of a map with its value.
  public struct Member: Sendable, Equatable {
    /// The key.
    public let key: String
    /// Where the key was written.
    public let keySource: ConfigurationSource
    /// The value.
    public let value: ConfigurationValue

    /// Creates a member of a map.
    public init(key: String, keySource: ConfigurationSource, value: ConfigurationValue) {
      self.key = key
      self.keySource = keySource
      self.value = value
    }
  }

  /// What the value is.
  public let content: Content
  /// Where the value was written.
  public let source: ConfigurationSource

  /// Creates a value.
  ///
  /// - Precondition: the text of a number is a JSON number of that kind, and the keys of a map
  ///   differ from each other.
  public init(_ content: Content, source: ConfigurationSource) {
    switch content {
    case .integer(let text):
      precondition(NumberGrammar.kind(of: text) == .integer, "\(text) is not a whole number")
    case .decimal(let text):
      precondition(NumberGrammar.kind(of: text) == .decimal, "\(text) is not a decimal number")
    case .map(let members):
      precondition(Set(members.map(\.key)).count == members.count, "a map holds a key twice")
    case .null, .bool, .string, .list: break
    }
    self.content = content
    self.source = source
  }

  /// Creates a value that a reader of this module has already checked.
  init(checked content: Content, source: ConfigurationSource) {
    self.content = content
    self.source = source
  }

  /// The members, if the value is a map.
  public var members: [Member]? {
    if case .map(let members) = content { members } else { nil }
  }

  /// Finds the value of a key, if the value is a map that has the key.
  ///
  /// - Complexity: linear in the number of keys.
  public subscript(key: String) -> ConfigurationValue? {
    members?.first { $0.key == key }?.value
  }

  /// Finds the value at the end of a path, or nil if the path leads nowhere.
  public func value(at path: ConfigurationPath) -> ConfigurationValue? {
    var value = self
    for segment in path.segments {
      switch segment {
      case .key(let key):
        guard let next = value[key] else { return nil }
        value = next
      case .index(let index):
        guard case .list(let items) = value.content, items.indices.contains(index) else {
          return nil
        }
        value = items[index]
      }
    }
    return value
  }

  /// Tells whether two values hold the same, wherever they were written.
  ///
  /// Numbers are compared as text, and maps with the order of their keys.
  public func hasSameContent(as other: ConfigurationValue) -> Bool {
    switch (content, other.content) {
    case (.list(let mine), .list(let theirs)):
      return mine.count == theirs.count
        && zip(mine, theirs).allSatisfy { $0.hasSameContent(as: $1) }
    case (.map(let mine), .map(let theirs)):
      return mine.count == theirs.count
        && zip(mine, theirs).allSatisfy {
          $0.key == $1.key && $0.value.hasSameContent(as: $1.value)
        }
    default: return content == other.content
    }
  }

  /// The value as compact JSON on one line, numbers as they were written.
  public var jsonText: String {
    switch content {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let text), .decimal(let text): text
    case .string(let text): ConfigurationText.quoted(text)
    case .list(let items): "[" + items.map(\.jsonText).joined(separator: ",") + "]"
    case .map(let members):
      "{"
        + members.map { ConfigurationText.quoted($0.key) + ":" + $0.value.jsonText }
        .joined(separator: ",") + "}"
    }
  }

  /// The value in a few words for errors: a scalar is shown and cut, a list or map is counted.
  public var summary: String {
    switch content {
    case .null, .bool: jsonText
    case .integer(let text), .decimal(let text): ConfigurationText.excerpt(of: text)
    case .string(let text): ConfigurationText.excerpt(ofQuoted: text)
    case .list(let items): items.count == 1 ? "a list of 1 item" : "a list of \(items.count) items"
    case .map(let members):
      members.count == 1 ? "a map of 1 key" : "a map of \(members.count) keys"
    }
  }
}
