/// A command line, held against what a command takes.
struct Arguments {
  private var values: [String: [String]] = [:]
  /// What stands without a name.
  let positional: [String]

  /// Reads `words`; what the command does not take is refused.
  init(_ words: [String], for command: any Command.Type) throws {
    var positional: [String] = []
    var values: [String: [String]] = [:]
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--"), word != "--" else {
        positional.append(word)
        continue
      }
      let pieces = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pieces[0])
      guard let option = command.options.first(where: { $0.name == name }) else {
        throw Problem.usage(
          "CLI-002", "omni \(command.name) has no option \(name)",
          wanted: command.options.map(\.name).joined(separator: ", "),
          remedy: "see omni \(command.name) --help")
      }
      let value = try Self.value(option, pieces, &rest, command)
      if values[name] != nil && !option.repeats {
        throw Problem.usage(
          "CLI-003", "\(name) stands twice", wanted: "it once", remedy: "leave one out")
      }
      values[name, default: []].append(value)
    }
    if command.positional.isEmpty, let stray = positional.first {
      throw Problem.usage(
        "CLI-004", "\(stray) has no option before it", wanted: "options only",
        remedy: "see omni \(command.name) --help")
    }
    self.positional = positional
    self.values = values
  }

  private static func value(
    _ option: Option, _ pieces: [Substring], _ rest: inout ArraySlice<String>,
    _ command: any Command.Type
  ) throws -> String {
    guard let kind = option.value else {
      if pieces.count == 1 { return "" }
      throw Problem.usage(
        "CLI-005", "\(option.name) takes no value", wanted: "the option alone",
        remedy: "leave out =\(pieces[1])")
    }
    if pieces.count == 2 { return String(pieces[1]) }
    guard let next = rest.first, !command.options.contains(where: { $0.name == next }),
      let value = rest.popFirst()
    else {
      throw Problem.usage(
        "CLI-006", "nothing follows \(option.name)", wanted: kind,
        remedy: "see omni \(command.name) --help")
    }
    return value
  }

  /// Whether the option stands there.
  func has(_ name: String) -> Bool { values[name] != nil }

  /// The option's value, or nil.
  func value(_ name: String) -> String? { values[name]?.last }

  /// All values of an option that may be given more than once.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The option's value; an error when it is missing.
  func required(_ name: String, _ command: any Command.Type) throws -> String {
    if let value = value(name) { return value }
    throw Problem.usage(
      "CLI-007", "\(name) is missing", wanted: "\(name) and a value",
      remedy: "see omni \(command.name) --help")
  }

  /// The option's value as a whole number within `range`, or nil.
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw Problem.usage(
        "CLI-008", "\(name) is \(text)",
        wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)",
        remedy: "give such a number")
    }
    return number
  }
}
