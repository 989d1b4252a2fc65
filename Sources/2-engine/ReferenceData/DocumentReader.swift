import OmniConfiguration
import OmniMoney
import OmniTime

/// A map of a document, whose keys are all taken or refused.
struct DocumentReader {
  let path: String
  private let value: ConfigurationValue
  private var taken: Set<String> = []

  init(_ value: ConfigurationValue, path: String) throws(ReferenceError) {
    guard value.members != nil else {
      throw .malformed(path: path, found: value.summary, wanted: "a map")
    }
    self.value = value
    self.path = path
  }

  static func list(
    _ value: ConfigurationValue?, path: String
  ) throws(ReferenceError) -> [ConfigurationValue] {
    guard case .list(let items) = value?.content else {
      throw .malformed(path: path, found: value?.summary ?? "nothing", wanted: "a list")
    }
    return items
  }

  /// The value of a key, or nil when there is none, or null.
  mutating func value(_ key: String) -> ConfigurationValue? {
    taken.insert(key)
    guard let found = value[key], found.content != .null else { return nil }
    return found
  }

  mutating func text(ifAny key: String) throws(ReferenceError) -> String? {
    guard let value = value(key) else { return nil }
    switch value.content {
    case .string(let text), .integer(let text), .decimal(let text): return text
    default: throw .malformed(path: "\(path).\(key)", found: value.summary, wanted: "text")
    }
  }

  mutating func text(_ key: String) throws(ReferenceError) -> String {
    guard let text = try text(ifAny: key), !text.isEmpty else { throw missing(key, "text") }
    return text
  }

  /// A number that is written as text or as a number.
  mutating func decimal(ifAny key: String) throws(ReferenceError) -> FixedDecimal? {
    guard let text = try text(ifAny: key), !text.isEmpty else { return nil }
    guard let number = try? FixedDecimal(text) else {
      throw .malformed(path: "\(path).\(key)", found: text, wanted: "a decimal number")
    }
    return number
  }

  mutating func decimal(_ key: String) throws(ReferenceError) -> FixedDecimal {
    guard let number = try decimal(ifAny: key) else { throw missing(key, "a decimal number") }
    return number
  }

  mutating func integer(ifAny key: String) throws(ReferenceError) -> Int64? {
    guard let text = try text(ifAny: key), !text.isEmpty else { return nil }
    guard let number = Int64(text) else {
      throw .malformed(path: "\(path).\(key)", found: text, wanted: "a whole number")
    }
    return number
  }

  mutating func instant(ifAny key: String) throws(ReferenceError) -> Timestamp? {
    guard let text = try text(ifAny: key) else { return nil }
    guard let time = try? TimeText(text) else {
      throw .malformed(path: "\(path).\(key)", found: text, wanted: "an instant")
    }
    return time.instant
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    ifAny key: String
  ) throws(ReferenceError) -> Choice? {
    guard let text = try text(ifAny: key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw .malformed(path: "\(path).\(key)", found: text, wanted: "one of \(words)")
    }
    return choice
  }

  func missing(_ key: String, _ wanted: String) -> ReferenceError {
    .malformed(path: "\(path).\(key)", found: "nothing", wanted: wanted)
  }

  /// Refuses keys that nobody has asked for.
  func finish() throws(ReferenceError) {
    for member in value.members ?? [] where !taken.contains(member.key) {
      throw .malformed(
        path: "\(path).\(member.key)", found: "a key that nothing reads",
        wanted: "none of that name")
    }
  }
}
